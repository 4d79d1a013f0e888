"""The watch of a hunt: its budget of time, and the news of how far it is."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from derivcheck.model.hunt import Coverage, Ended

CLOCK: Callable[[], float] = time.monotonic
"""What tells the time; a benchmark takes that of the processor."""

_BETWEEN_NEWS = 0.2
"""Seconds from one piece of news to the next."""


class BudgetSpent(Exception):
    """Ends the search: its time is over."""


class _PartSpent(Exception):
    """Ends a part of the search."""


class Watch:
    """Counts what was looked at, and ends the search when its time is over.

    Args:
        budget: how long the search may last, in seconds.
        seed: the hunt's seed.
        numbers: how many numbers the range holds.
        progress: who is told how far the search is, a few times a second.
    """

    def __init__(
        self,
        budget: float,
        seed: int,
        numbers: int,
        progress: Callable[[Coverage], None] | None = None,
    ) -> None:
        self.budget, self.seed, self.numbers = budget, seed, numbers
        self.proven = self.screened = 0
        self._progress = progress
        self._began = self._news = CLOCK()
        self._ends = self._began + budget
        self._part_ends = self._ends
        self.was_cut = False
        """Whether a part of the search was ended before it had looked at all that it meant to."""

    def goes_on(self, seconds: float, proven: int, screened: int) -> None:
        """Count what earlier runs of the same hunt did; the budget is for this run alone."""
        self._began -= seconds
        self.proven += proven
        self.screened += screened

    @property
    def seconds(self) -> float:
        """How long the hunt has lasted."""
        return CLOCK() - self._began

    def begin(self) -> None:
        """Let the time begin now, after whatever had to be loaded and read."""
        late = CLOCK() - self._ends + self.budget
        self._began += late
        self._ends += late
        self._part_ends += late

    def look(self) -> None:
        """Tell the news where it is time for that.

        Raises:
            BudgetSpent: when the time is over.
        """
        now = CLOCK()
        if self._progress is not None and now >= self._news:
            self._news = now + _BETWEEN_NEWS
            self._progress(self.coverage(Ended.DONE))
        if now > self._ends:
            raise BudgetSpent
        if now > self._part_ends:
            raise _PartSpent

    @contextmanager
    def until(self, share: float) -> Iterator[None]:
        """End what is done within when this share of the budget is spent: the rest is for what follows."""
        self._part_ends = self._ends - (1 - share) * self.budget
        try:
            yield
        except _PartSpent:
            self.was_cut = True
        finally:
            self._part_ends = self._ends

    def coverage(self, ended: Ended, *, is_exhaustive: bool = False) -> Coverage:
        """What was looked at until now."""
        return Coverage(
            proven=self.proven,
            screened=self.screened,
            numbers=self.numbers,
            is_exhaustive=is_exhaustive,
            seconds=self.seconds,
            seed=self.seed,
            ended=ended,
        )
