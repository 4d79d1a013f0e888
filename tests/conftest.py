"""Puts this folder and the benchmarks on the path: `results` holds hand-made Results for the tests of both packages."""

import os
import signal
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from typer import testing

pytest_plugins = ["pytester"]

collect_ignore = ["gradcheck_suite"]  # a test suite that tests copy, and run in runs of their own

sys.path += [str(Path(__file__).parents[1] / folder) for folder in ("benchmarks", "atlas")]

# Two hundred runs that the tests start import our four hundred modules: compiled by each of them, they take 0.3 s more.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# Typer makes all commands anew for each command line, in 9 ms: more than most of the thousands here take otherwise.
testing._get_command = cache(testing._get_command)  # type: ignore[attr-defined]

# A shell that starts the tests in the background lets them ignore Ctrl-C, and the runs that they start would as well.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def warm_commands(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with `derivcheck` and `pytest` that have imported torch already, for the path of a shell."""
    import warm_commands  # few tests need it

    with warm_commands.commands(tmp_path_factory.mktemp("w")) as folder:
        yield folder


@pytest.fixture
def warm(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets a user's own code run in processes that have imported torch already: the import is not the question."""
    import warm_processes  # few tests need it

    monkeypatch.setattr("derivcheck.workers.fresh.subprocess", warm_processes)
