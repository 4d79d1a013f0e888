"""What the tests of the pytest plug-in share: the plug-in as it is installed, and runs of pytest with it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import hypothesis
import pytest

import derivcheck

CORE = Path(derivcheck.__file__).parents[1]


@pytest.fixture
def entry_point(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The plug-in as an installed distribution declares it, whichever sources are under test."""
    folder = tmp_path_factory.mktemp("installed")
    info = folder / "derivcheck_under_test-0.1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: derivcheck-under-test\nVersion: 0.1.0\n")
    (info / "entry_points.txt").write_text("[pytest11]\nderivcheck = derivcheck.pytest_plugin\n")
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(folder), str(CORE)]))
    return folder


@pytest.fixture
def run(pytester: pytest.Pytester, entry_point: Path) -> Callable[..., pytest.RunResult]:
    """Runs pytest in this process.

    A run forgets the modules that it loads, and hypothesis' plug-in loads all of hypothesis, unless that is there.
    """
    assert hypothesis.__version__
    return lambda *arguments: pytester.runpytest_inprocess("-p", "no:cacheprovider", *arguments)
