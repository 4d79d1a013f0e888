"""Puts this folder and the benchmarks on the path: `results` holds hand-made Results for the tests of both packages."""

import gc
import os
import signal
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from _pytest.doctest import DoctestModule
from hypothesis import settings
from typer import testing

pytest_plugins = ["pytester"]

collect_ignore = ["gradcheck_suite"]  # a test suite that tests copy, and run in runs of their own

sys.path += [str(Path(__file__).parents[1] / folder) for folder in ("benchmarks", "atlas")]

# Two hundred runs that the tests start import our four hundred modules: compiled by each of them, they take 0.3 s more.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# Tests run beside one another on all cores: a second thread of torch's would only wait for a core. For small tensors,
# with which the tests are made, it takes a quarter of their time.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# Nearly twenty thousand tests stay in memory to the end, and each full collection would look at all of them again.
gc.set_threshold(10_000, 20, 20)

# Typer makes all commands anew for each command line, in 9 ms: more than most of the thousands here take otherwise.
testing._get_command = cache(testing._get_command)  # type: ignore[attr-defined]

# How long an example takes says how busy the machine is; where time is the question, a test measures it.
settings.register_profile("without deadlines", deadline=None)
settings.load_profile("without deadlines")

# A shell that starts the tests in the background lets them ignore Ctrl-C, and nohup a terminal that is closed; the runs
# that they start would as well.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


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


@pytest.hookimpl(hookwrapper=True)
def pytest_collect_file(file_path: Path) -> Iterator[None]:
    """Look for examples only in those test modules that have some: torch's classes in the others take seconds."""
    outcome = yield
    found = outcome.get_result()  # type: ignore[attr-defined]
    if any(isinstance(one, DoctestModule) for one in found) and ">>> " not in file_path.read_text("utf-8"):
        outcome.force_result([one for one in found if not isinstance(one, DoctestModule)])  # type: ignore[attr-defined]
