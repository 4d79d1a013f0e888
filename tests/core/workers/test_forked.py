"""Tests of `derivcheck.workers.forked`: what is known of a process whose server was killed."""

from __future__ import annotations

import time

import pytest

from derivcheck.workers import forked


def test_a_killed_server_may_take_a_moment_to_die(monkeypatch: pytest.MonkeyPatch) -> None:
    """It closes its pipes, by which its processes seem to end with the exit code 255, before it counts as ended."""
    begin = time.monotonic()
    monkeypatch.setattr(forked, "has_server_ended", lambda _: time.monotonic() > begin + 0.2)
    assert forked._ends_now(1)


def test_a_server_that_goes_on_says_what_is_true(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process of a server that lives has indeed ended with the exit code 255."""
    monkeypatch.setattr(forked, "has_server_ended", lambda _: False)
    assert not forked._ends_now(1)
