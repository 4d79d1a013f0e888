"""The watch of a hunt."""

from __future__ import annotations

import pytest

from derivcheck.hunting import watch as module
from derivcheck.hunting.watch import BudgetSpent, Watch
from derivcheck.model.hunt import Coverage, Ended


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A clock that the test sets."""
    now = [100.0]
    monkeypatch.setattr(module, "CLOCK", lambda: now[0])
    return now


def test_the_search_ends_when_its_budget_is_spent(clock: list[float]) -> None:
    """And no sooner."""
    watch = Watch(10, 7, 1000)
    clock[0] = 109
    watch.look()
    clock[0] = 111
    with pytest.raises(BudgetSpent):
        watch.look()
    assert 11 == watch.seconds


def test_a_part_ends_so_that_something_is_left(clock: list[float]) -> None:
    """What follows goes on, and the watch knows that a part was cut."""
    watch = Watch(10, 7, 1000)
    with watch.until(0.5):
        clock[0] = 106
        watch.look()
        raise AssertionError("the part goes on")
    assert watch.was_cut
    watch.look()


def test_news_come_a_few_times_a_second(clock: list[float]) -> None:
    """Not at every point."""
    news: list[Coverage] = []
    watch = Watch(10, 7, 1000, news.append)
    for _ in range(100):
        clock[0] += 0.01
        watch.proven += 1
        watch.look()
    assert 3 <= len(news) <= 6
    assert news[-1].proven > news[0].proven


def test_a_hunt_that_goes_on_counts_what_was_done_before(clock: list[float]) -> None:
    """Its budget is for this run alone."""
    watch = Watch(10, 7, 1000)
    watch.goes_on(30, 5, 6)
    clock[0] += 9
    watch.look()
    assert Coverage(5, 6, 1000, False, 39, 7, Ended.DONE) == watch.coverage(Ended.DONE)
