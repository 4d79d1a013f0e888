"""The map of a range: its stretches of one status, and where one ends and the next begins."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby, pairwise

from derivcheck.hunting.bit_patterns import number_at
from derivcheck.hunting.climbing import error_at
from derivcheck.hunting.known_points import KnownPoints
from derivcheck.hunting.searched import Look, Place
from derivcheck.model import Status
from derivcheck.model.hunt import Stretch
from derivcheck.verdict.criterion import RTOL

_PARTS = 17
"""A boundary is sought by dividing the numbers between two points into so many parts, again and again."""


class Allowance:
    """How many more points may be checked the ordinary way."""

    def __init__(self, points: int) -> None:
        self.points = points

    def take(self) -> bool:
        """Whether there is one more."""
        self.points -= 1
        return self.points >= 0


def decide_runs(known: KnownPoints, allowance: Allowance) -> None:
    """Check representatives of the points whose status is open: of each run of neighbours the worst, and both ends.

    Where these differ, more are checked between them.
    """
    runs = [
        (max(error_at(known, place, column) for place in places), places, column)
        for column in range(len(known.searched.columns))
        for places in _open_runs(known, column)
    ]
    runs.sort(key=lambda run: -run[0])
    for _, places, column in runs:
        worst = max(places, key=lambda place: error_at(known, place, column))
        for place in dict.fromkeys((worst, places[0], places[-1])):
            if place in known.confirmed or known.looks[place][column].status is not None:
                continue
            if not allowance.take():
                return
            known.confirm(place)
        _divide(known, places, column, allowance)


def _open_runs(known: KnownPoints, column: int) -> Iterator[list[Place]]:
    """The runs of neighbours whose status is open."""
    for is_open, group in groupby(known.in_order, lambda place: known.looks[place][column].status is None):
        if is_open:
            yield list(group)


def _divide(known: KnownPoints, places: Sequence[Place], column: int, allowance: Allowance) -> None:
    """Check points between two neighbours of unlike status, until none is left between them."""
    while True:
        decided = [index for index, place in enumerate(places) if known.looks[place][column].status is not None]
        gap = next(
            (
                (first + last) // 2
                for first, last in pairwise(decided)
                if last - first > 1
                and _status(known, places[first], column) is not _status(known, places[last], column)
            ),
            None,
        )
        if gap is None or not allowance.take():
            return
        known.confirm(places[gap])


def _status(known: KnownPoints, place: Place, column: int) -> Status | None:
    return known.looks[place][column].status


def refine(known: KnownPoints, column: int, count: int, allowance: Allowance) -> None:
    """Seek boundaries of a column to the last bit, those beside faults first.

    Args:
        known: the points that are known.
        column: whose statuses.
        count: how many boundaries.
        allowance: how many points may be checked.
    """
    done: set[tuple[Place, Place]] = set()
    for _ in range(count):
        found = [
            pair
            for pair in _boundaries(known, column)
            if pair not in done and pair[1][0] - pair[0][0] > 1 and _is_sharp(known, pair, column)
        ]
        if not found or allowance.points <= 0:
            return
        before, after = max(found, key=lambda pair: _importance(known, pair, column))
        done.add((before, after))
        done.add(_seek(known, before, after, column, allowance))


def _boundaries(known: KnownPoints, column: int) -> list[tuple[Place, Place]]:
    """Pairs of neighbouring decided points of unlike status."""
    decided = [place for place in known.in_order if _status(known, place, column) is not None]
    return [
        pair for pair in pairwise(decided) if _status(known, pair[0], column) is not _status(known, pair[1], column)
    ]


def _importance(known: KnownPoints, pair: tuple[Place, Place], column: int) -> tuple[int, int]:
    """How much a boundary matters: by the worse of its statuses, then by how wide it is."""
    statuses = [_status(known, place, column) for place in pair]
    return max(status.severity.rank for status in statuses if status), pair[1][0] - pair[0][0]


def _is_sharp(known: KnownPoints, pair: tuple[Place, Place], column: int) -> bool:
    """Whether a boundary is more than a zone in which an error that grows slowly takes about half of the digits."""
    before, after = (known.looks[place][column] for place in pair)
    if {before.status, after.status} != {Status.MATCH, Status.UNSTABLE}:
        return True
    small, large = sorted((before.ulps, after.ulps))
    return not large <= (small + 1) * _SHARP


_SHARP = 1e5
"""An error that grows so many times between two points takes a jump there."""


def _seek(known: KnownPoints, before: Place, after: Place, column: int, allowance: Allowance) -> tuple[Place, Place]:
    """Divide the numbers between two points until the boundary lies between neighbours, which are then checked."""
    tells = _what_tells(known, before, after, column)
    left = tells(before)
    while after[0] - before[0] > 1:
        size = after[0] - before[0]
        inner = sorted({before[0] + size * part // _PARTS for part in range(1, _PARTS)} - {before[0], after[0]})
        places: list[Place] = [(at,) for at in inner]
        known.look_at(places, explained=True)
        line = list(pairwise([before, *places, after]))
        before, after = next(pair for pair in reversed(line) if tells(pair[0]) == left != tells(pair[1]))
    for place in (before, after):
        if _status(known, place, column) is None and allowance.take():
            known.confirm(place)
    return before, after


def _what_tells(known: KnownPoints, before: Place, after: Place, column: int) -> Callable[[Place], object]:
    """What two points differ in: whether there is a fault, else whether something is lost, else the status itself."""
    ends = [_class(known, place, column) for place in (before, after)]
    first, last = (end.severity for end in ends)
    if first is last:
        return lambda place: _class(known, place, column) is ends[1]
    worse = max(first, last, key=lambda severity: severity.rank)
    return lambda place: _class(known, place, column).severity is worse


def _class(known: KnownPoints, place: Place, column: int) -> Status:
    """The status of a point, or what it probably is where that is open."""
    look = known.looks[place][column]
    return look.status if look.status is not None else _probable(look, known)


def _probable(look: Look, known: KnownPoints) -> Status:
    """The status that an error which rounding does not explain mostly has."""
    dtype = known.searched.dtype
    if math.isnan(look.ulps):
        return Status.UNDEFINED
    if math.isinf(look.ulps):
        return Status.NONFINITE
    return Status.INACCURATE if look.ulps * dtype.unit_roundoff <= RTOL[dtype] else Status.MISMATCH


def stretches(known: KnownPoints, column: int) -> Iterator[Stretch]:
    """The stretches of one column, in rising order, of the points whose status is known."""
    searched = known.searched
    wrt, mode = searched.columns[column]
    decided = [place for place in known.in_order if _status(known, place, column) is not None]
    for status, group in groupby(decided, lambda place: _status(known, place, column)):
        assert status is not None
        places = list(group)
        errors = [known.looks[place][column].ulps for place in places]
        finite = [error for error in errors if not math.isnan(error)]
        yield Stretch(
            wrt,
            mode,
            number_at(places[0][0], searched.dtype),
            number_at(places[-1][0], searched.dtype),
            status,
            len(places),
            max(finite, default=None),
            is_exact=_ends_there(known, places[0], -1, column) and _ends_there(known, places[-1], 1, column),
        )


def _ends_there(known: KnownPoints, place: Place, step: int, column: int) -> bool:
    """Whether the number beside a point is of another status, or out of the range."""
    beside = (place[0] + step,)
    if not known.searched.holds(beside):
        return True
    look = known.looks.get(beside)
    return look is not None and look[column].status not in {None, _status(known, place, column)}
