"""Tests of `derivcheck.running.pool.slot`: one worker, started anew where it died before it had begun.

Covers also: worker.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence

import pytest

from derivcheck.errors import WorkerError
from derivcheck.model import Case
from derivcheck.running.chunks import Chunk, Portion
from derivcheck.running.limits import Limits
from derivcheck.running.pool.slot import Closed, Slot
from derivcheck.running.pool.worker import Begun, Done
from derivcheck.workers.stop import Cause, Stop


@pytest.fixture
def slot(monkeypatch: pytest.MonkeyPatch) -> Slot:
    """A Slot whose server refuses connections."""
    monkeypatch.setattr(Slot, "_attempt", lambda _slot, _packed: None)
    return Slot(Limits(), threading.Event())


def test_a_server_may_take_a_moment_to_die(slot: Slot, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was killed, and refuses connections for a while before another one can be started."""
    begin = time.monotonic()
    monkeypatch.setattr(Slot, "_attempt", lambda _slot, _packed: Begun(7) if time.monotonic() > begin + 0.5 else None)
    assert Begun(7) == slot._begin(b"")


def test_workers_that_never_begin_are_an_error(slot: Slot) -> None:
    """It is said after little more than a second."""
    with pytest.raises(WorkerError, match="the workers die before they begin"):
        slot._begin(b"")


def test_a_run_that_ends_does_not_wait_for_a_start(slot: Slot) -> None:
    """Ctrl-C between two starts ends the Slot at once."""
    slot.closing.set()
    with pytest.raises(Closed):
        slot._begin(b"")


def script(slot: Slot, monkeypatch: pytest.MonkeyPatch, *answers: Sequence[Done | Stop]) -> list[int]:
    """Let the Slot get these answers to what it asks; the sizes of the chunks that it asks for are noted."""
    sizes: list[int] = []
    coming = iter(answers)

    def ask(_slot: Slot, chunk: Chunk) -> Sequence[Done | Stop]:
        sizes.append(len(chunk))
        return next(coming)

    monkeypatch.setattr(Slot, "_ask", ask)
    return sizes


CHUNK = tuple(Portion(Case(expr)) for expr in "abcd")
DIED, KILLED = Stop(Cause.DIED, -11), Stop(Cause.KILLED, -9)


def test_a_chunk_that_ends_its_worker_is_taken_apart(slot: Slot, monkeypatch: pytest.MonkeyPatch) -> None:
    """From where it did: what came before is kept, and the case that is to blame stands alone."""
    one = [Done(1, b"")]
    sizes = script(slot, monkeypatch, [Done(1, b""), DIED], one, [DIED], one)
    found = list(slot.check(CHUNK))
    assert [4, 1, 1, 1] == sizes
    assert [(0, b""), (1, b""), (2, DIED), (3, b"")] == [(answer.first, answer.found) for answer in found]


def test_what_was_killed_from_outside_is_tried_once_more(slot: Slot, monkeypatch: pytest.MonkeyPatch) -> None:
    """First the whole chunk; a case alone, too; and once more after each thing that was done."""
    sizes = script(slot, monkeypatch, [KILLED], [Done(2, b""), KILLED], [KILLED], [KILLED], [KILLED], [Done(1, b"")])
    found = list(slot.check(CHUNK))
    assert [4, 4, 2, 1, 1, 1] == sizes
    assert [(0, 2, b""), (2, 1, KILLED), (3, 1, b"")] == [(one.first, one.count, one.found) for one in found]
