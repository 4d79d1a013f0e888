"""What a hunt knows of the points that it looked at: the errors of torch's numbers there, and the Results."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Protocol

from derivcheck.checking.one_point import check_point
from derivcheck.hunting.searched import UNKNOWN, Look, Place, Searched
from derivcheck.hunting.watch import Watch
from derivcheck.model import Result, Status, What

BLOCK = 512
"""So many points are held against enclosures before the watch is looked at again."""

_MOST_KEPT = 3000
"""The Results of so many points are kept; of further ones their statuses alone."""


class Errors(Protocol):
    """What tells the errors of torch's numbers at many points."""

    def at(self, places: Sequence[Place], *, explained: bool = True) -> list[tuple[Look, ...]]:
        """A Look for each column at each point."""
        ...


class KnownPoints:
    """The points that were looked at.

    Args:
        searched: the search.
        watch: its watch.
        errors: what tells errors at many points; None where every point has to go the ordinary way.
    """

    def __init__(self, searched: Searched, watch: Watch, errors: Errors | None) -> None:
        self.searched, self.watch, self.errors = searched, watch, errors
        self.looks: dict[Place, tuple[Look, ...]] = {}
        self.results: dict[Place, tuple[Result, ...]] = {}
        self.confirmed: set[Place] = set()
        """The points that were checked the ordinary way."""

    def look_at(self, places: Iterable[Place], *, explained: bool = False) -> None:
        """Hold torch's numbers at some points against proven enclosures, unless that is done."""
        new = [place for place in dict.fromkeys(places) if place not in self.looks and self.searched.holds(place)]
        if self.errors is None:
            for place in new:
                self.confirm(place)
            return
        for first in range(0, len(new), BLOCK):
            part = new[first : first + BLOCK]
            for place, looks in zip(part, self.errors.at(part, explained=explained), strict=True):
                self.looks[place] = looks
            self.watch.proven += len(part)
            self.watch.look()

    def explain(self, places: Iterable[Place]) -> None:
        """Look for what rounding explains at points whose errors are known, and whose status is open."""
        open_ = [place for place in places if any(look.status is None for look in self.looks.get(place, ()))]
        if self.errors is None:
            return
        for first in range(0, len(open_), BLOCK):
            part = [place for place in open_[first : first + BLOCK] if place not in self.confirmed]
            if part:
                self.looks.update(zip(part, self.errors.at(part), strict=True))
            self.watch.look()

    def confirm(self, place: Place) -> tuple[Result, ...]:
        """Check a point the ordinary way, which alone may find fault; its Results."""
        if place not in self.results:
            if self.confirmed:
                self.watch.look()
            found = self.results_at(place)
            if not self.confirmed:  # one point is checked, however short the time is; with it SymPy's rules are loaded
                self.watch.begin()
            if place not in self.looks:
                self.watch.proven += 1
            before = self.looks.get(place, (UNKNOWN,) * len(self.searched.columns))
            self.looks[place] = looks_of(found, self.searched, before)
            self.confirmed.add(place)
            if len(self.results) < _MOST_KEPT:
                self.results[place] = found
            return found
        return self.results[place]

    def results_at(self, place: Place) -> tuple[Result, ...]:
        """The Results of a point, whose case has this point alone."""
        known = self.results.get(place)
        if known is not None:
            return known
        prepared, texts = self.searched.prepared, self.searched.texts(place)
        return tuple(check_point(replace(prepared, case=replace(prepared.case, at=(texts,))), texts))

    @property
    def in_order(self) -> list[Place]:
        """The points, in rising order."""
        return sorted(self.looks)


def looks_of(results: Sequence[Result], searched: Searched, before: Sequence[Look]) -> tuple[Look, ...]:
    """What the Results of a point say of each column; the error is the one that is known, where they give none."""
    by_column: dict[object, Result] = {}
    for result in results:
        if result.what is not What.CLAIM:
            mode = None if not result.wrt or result.gradient is None else result.gradient.mode
            known = by_column.get((result.wrt, mode))
            if known is None or (result.wrt and known.status.rank < result.status.rank):
                by_column[result.wrt, mode] = result
    failed = results[0] if results and results[0].status is Status.ERROR else None
    found = []
    for column, look in zip(searched.columns, before, strict=True):
        row = by_column.get(column, failed)
        found.append(look if row is None else Look(_ulps(row, look), row.status))
    return tuple(found)


def _ulps(result: Result, before: Look) -> float:
    if result.verdict.ulps is not None:
        return result.verdict.ulps
    return math.inf if result.status is Status.NONFINITE else before.ulps
