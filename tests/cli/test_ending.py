"""Runs that a signal ends at random moments: nothing of them is left, and nothing of what they found is lost.

`benchmarks/soak.py` does the same for minutes, and worse.

Covers also: derivcheck.workers.ends_with_run, derivcheck.workers.server_ready.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from multiprocessing import process
from pathlib import Path

import pytest
from soak import Trial

from derivcheck_cli.ending import Ended, find_interruption

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="these signals are those of Unix")

ROUNDS = 3
"""Runs that each signal ends; the soak has forty."""


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Trial:
    """A run over a dozen cases, with two workers, a file of results and two reports."""
    return Trial(tmp_path_factory.mktemp("trial"), seed=20261127, count=12)


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP", "SIGKILL"])
def test_a_signal_leaves_nothing_and_loses_nothing(trial: Trial, name: str) -> None:
    """No process and no temporary file five seconds later; after SIGKILL none at the next start. It is resumed."""
    number = signal.Signals[name]
    for index in range(ROUNDS):
        trial.end(number, group=index == 1)
    trial.compare()
    assert dict(trial.lost) == {}


def test_the_tests_process_has_no_folder_of_its_own_unless_it_has_workers() -> None:
    """`multiprocessing` of whoever imports derivcheck is left alone."""
    folder = process.current_process()._config.get("tempdir")  # type: ignore[attr-defined]
    assert folder is None or Path(folder).is_dir()


@pytest.mark.parametrize("ended", [KeyboardInterrupt(), Ended(143)])
def test_what_an_interruption_brings_about_is_no_bug(monkeypatch: pytest.MonkeyPatch, ended: KeyboardInterrupt) -> None:
    """An import that a signal breaks off may raise an ImportError, or lose the interruption altogether."""
    monkeypatch.setattr("derivcheck_cli.ending._asked", [])
    broken = ImportError("torch is half imported")
    broken.__context__ = ended
    assert ended is find_interruption(broken)
    assert find_interruption(ImportError("no such module")) is None
    monkeypatch.setattr("derivcheck_cli.ending._asked", [129])
    found = find_interruption(SystemError("a call returned a result with an exception set"))
    assert isinstance(found, Ended)
    assert 129 == found.code


@pytest.mark.parametrize(
    ("end", "code", "taken_apart"),
    [("", 0, False), ("sys.exit(3)", 3, False), ("sys.exit('no')", 1, True), ("1/0", 1, True)],
)
def test_a_process_ends_when_its_exit_handlers_have_run(end: str, code: int, taken_apart: bool) -> None:
    """What is written arrives; the modules are not taken apart, unless there is something that Python has to tell."""
    program = f"""
import atexit, ctypes, os, sys
from derivcheck_cli.ending import leaving_at_once
class Module:
    def __del__(self, write=os.write):
        write(1, b"taken apart ")
kept = Module()
with leaving_at_once():
    atexit.register(print, "handled", end=" ")
    ctypes.CDLL(None).printf(b"of C ")
    {end}
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert (code, True, True) == (done.returncode, "handled " in done.stdout, "of C" in done.stdout)
    assert taken_apart is ("taken apart" in done.stdout)
