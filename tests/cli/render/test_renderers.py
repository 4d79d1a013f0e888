"""The tables of output formats: every format has its renderer."""

from __future__ import annotations

import pytest

from derivcheck.settings import Format
from derivcheck_cli.app import main
from derivcheck_cli.render.renderers import BATCH_RENDERERS, CHECK_RENDERERS, FUNCTION_RENDERERS, on_stdout
from derivcheck_cli.screen import Screen


def test_every_format_has_a_renderer() -> None:
    """For one case, for many, and for a check list."""
    assert set(Format) == set(CHECK_RENDERERS) == set(BATCH_RENDERERS) == set(FUNCTION_RENDERERS)


def test_only_text_and_annotations_share_stdout(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A JSON document with lines in between is none."""
    shown = on_stdout([Format.GITHUB, Format.TEXT], Screen(), BATCH_RENDERERS)
    assert ["BatchTextRenderer", "GitHubRenderer"] == [type(renderer).__name__ for renderer in shown]
    monkeypatch.setattr("sys.argv", ["derivcheck", "batch", "a.toml", "--format", "json", "--format", "github"])
    with pytest.raises(SystemExit) as caught:
        main()
    assert 2 == caught.value.code
    assert "json and github cannot both be written to stdout" in capsys.readouterr().err
