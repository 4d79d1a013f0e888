"""Tests of `derivcheck.running.workers.slot`: one worker, started anew where it died before it had begun."""

from __future__ import annotations

import threading
import time

import pytest

from derivcheck.errors import WorkerError
from derivcheck.running.limits import Limits
from derivcheck.running.workers.slot import Closed, Slot
from derivcheck.running.workers.worker import Done


@pytest.fixture
def slot(monkeypatch: pytest.MonkeyPatch) -> Slot:
    """A Slot whose server refuses connections."""
    monkeypatch.setattr(Slot, "_attempt", lambda _slot, _message: None)
    return Slot(Limits(), threading.Event())


def test_a_server_may_take_a_moment_to_die(slot: Slot, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was killed, and refuses connections for a while before another one can be started."""
    begin = time.monotonic()
    monkeypatch.setattr(
        Slot, "_attempt", lambda _slot, _message: Done(0, b"") if time.monotonic() > begin + 0.5 else None
    )
    assert Done(0, b"") == slot._once(())


def test_workers_that_never_begin_are_an_error(slot: Slot) -> None:
    """It is said after little more than a second."""
    with pytest.raises(WorkerError, match="the workers die before they begin"):
        slot._once(())


def test_a_run_that_ends_does_not_wait_for_a_start(slot: Slot) -> None:
    """Ctrl-C between two starts ends the Slot at once."""
    slot.closing.set()
    with pytest.raises(Closed):
        slot._once(())
