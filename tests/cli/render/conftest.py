"""What the tests of the renderers share: a plain environment, and what a batch of one case prints."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from report_files import feed

from derivcheck.model import Result
from derivcheck.settings import Format
from derivcheck_cli.render.renderers import BATCH_RENDERERS
from derivcheck_cli.screen import Screen, Verbosity


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing in the environment asks for colours, a width, or a place at GitHub, where these tests may run."""
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "TERM", "GITHUB_STEP_SUMMARY", "GITHUB_WORKSPACE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def shown(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """What a batch of one case prints."""

    def render(results: list[Result], verbosity: Verbosity = Verbosity.NORMAL, output: Format = Format.TEXT) -> str:
        feed(BATCH_RENDERERS[output](Screen(verbosity=verbosity)), [results])
        return capsys.readouterr().out

    return render
