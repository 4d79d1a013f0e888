"""Tests of `derivcheck.workers.child`, and of the two kinds of processes that it supervises.

Covers also: allowance, fresh, measuring, pipes, serving, stop.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import child_acts
import psutil
import pytest

from derivcheck.workers.allowance import Allowance
from derivcheck.workers.child import Child, NotStartedError, Process
from derivcheck.workers.forked import Forked
from derivcheck.workers.fresh import Fresh
from derivcheck.workers.stop import Cause, Stop

ENOUGH = Allowance(elapsed=60)

STARTS: dict[str, Callable[[], Process]] = {
    "forked": partial(Forked, child_acts.work, (), ()),
    "fresh": partial(Fresh, "child_acts"),
}


@pytest.fixture(params=STARTS)
def child(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Child]:
    """A supervised process of each kind, which stands ready."""
    tests = str(Path(child_acts.__file__).parent)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [tests, os.environ.get("PYTHONPATH")])))
    with Child(STARTS[request.param]) as made:
        assert ["begun"] == ask(made, "count", 0)
        yield made


def ask(child: Child, act: str, argument: object, allowance: Allowance = ENOUGH) -> list[Any]:
    """All messages that answer a request; the last one may be a Stop."""
    child.ask((act, argument))
    found: list[Any] = []
    while (message := child.next(ENOUGH if not found else allowance)) is not None:
        found.append(message)
        if isinstance(message, Stop):
            break
    return found


def pid_of(child: Child) -> int:
    """The number of the process."""
    assert child._process is not None
    return child._process.pid


def test_each_request_is_answered_by_any_number_of_messages(child: Child) -> None:
    """In their order, and the process stands ready for the next request."""
    assert ["begun", 0, 1, 2] == ask(child, "count", 3)
    assert ["begun"] == ask(child, "count", 0)


def test_what_takes_too_long_on_the_clock_is_killed(child: Child) -> None:
    """Though it does nothing, and its process is gone afterwards."""
    process = psutil.Process(pid_of(child))
    assert ["begun", Stop(Cause.TIMEOUT)] == ask(child, "wait", 60, Allowance(elapsed=0.2))
    child.close()
    assert not process.is_running()


def test_what_takes_too_much_of_the_processor_is_killed(child: Child) -> None:
    """Waiting costs nothing: a process that sleeps for longer than that goes on."""
    allowance = Allowance(elapsed=60, processor=0.3)
    assert ["begun"] == ask(child, "wait", 0.6, allowance)
    assert ["begun", Stop(Cause.TIMEOUT)] == ask(child, "work", 60, allowance)


def test_what_takes_too_much_memory_is_killed(child: Child) -> None:
    """What it holds is looked at twenty times a second."""
    before = psutil.Process(pid_of(child)).memory_info().rss
    allowance = Allowance(elapsed=60, memory=before + 100 * 10**6)
    assert ["begun"] == ask(child, "wait", 0.2, allowance)
    assert ["begun", Stop(Cause.MEMORY)] == ask(child, "grow", 200 * 10**6, allowance)


@pytest.mark.parametrize(
    ("act", "argument", "stop"),
    [
        ("exit", 0, Stop(Cause.DIED, 0)),
        ("exit", 255, Stop(Cause.DIED, 255)),
        ("kill", signal.SIGSEGV, Stop(Cause.DIED, -signal.SIGSEGV)),
        ("kill", signal.SIGTERM, Stop(Cause.DIED, -signal.SIGTERM)),
        ("kill", signal.SIGKILL, Stop(Cause.KILLED, -signal.SIGKILL)),
        ("interrupt", None, Stop(Cause.DIED, 130)),
    ],
)
def test_the_exit_code_tells_how_a_process_ended(child: Child, act: str, argument: object, stop: Stop) -> None:
    """A SIGKILL comes from outside; whatever else ends the process is its own doing."""
    assert ["begun", stop] == ask(child, act, argument)


def test_an_end_is_seen_though_a_grandchild_holds_the_pipe(child: Child, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for the grandchild, by which the pipe stays open for a minute."""
    monkeypatch.setattr("derivcheck.workers.child._LAST_WORDS", 0.5)  # there are none to wait for here
    begin = time.monotonic()
    assert ["begun", Stop(Cause.DIED, 3)] == ask(child, "leave a grandchild", 20)
    assert time.monotonic() - begin < 10


def test_stdout_is_for_messages_and_stdin_is_empty(child: Child, capfd: pytest.CaptureFixture[str]) -> None:
    """What the user's code prints is no message, and what it reads is no request."""
    assert ["begun", ""] == ask(child, "talk", None)
    captured = capfd.readouterr()
    assert "" == captured.out


def test_noise_in_the_pipe_ends_the_process(child: Child) -> None:
    """Code that writes into every open file may hit the pipe; nobody takes that for a message."""
    assert ["begun", Cause.KILLED] == [
        found.cause if isinstance(found, Stop) else found for found in ask(child, "scribble", None)
    ]


def test_a_process_is_not_bound_to_the_thread_that_made_it(child: Child) -> None:
    """Linux kills a process with the thread that started it: that is the Child's own."""
    made: list[Child] = []
    maker = threading.Thread(target=lambda: made.append(Child(child._start)))
    maker.start()
    maker.join()
    with made[0] as other:
        assert ["begun", 0] == ask(other, "count", 1)
        time.sleep(0.2)
        assert ["begun", 0] == ask(other, "count", 1)


def test_a_process_that_cannot_be_started_is_told() -> None:
    """As killed, where somebody has ended what was to start it; any other error is raised where one waits."""

    def refuse() -> Process:
        raise NotStartedError

    def fail() -> Process:
        raise FileNotFoundError("no Python")

    assert Stop(Cause.KILLED) == Child(refuse).next(ENOUGH)
    with pytest.raises(FileNotFoundError, match="no Python"):
        Child(fail).next(ENOUGH)


def test_a_process_that_nobody_wants_any_more_is_killed_as_soon_as_it_is_started() -> None:
    """Ctrl-C may come while the fork server still imports torch."""
    may_start = threading.Event()

    def start() -> Process:
        may_start.wait()
        return Forked(child_acts.work, (), ())

    child = Child(start)
    child.kill()
    may_start.set()
    assert Stop(Cause.KILLED, -signal.SIGKILL) == child.next(ENOUGH)
