"""The worst points that a hunt knows, of each kind, and not all of them neighbours."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from derivcheck.hunting.climbing import error_at
from derivcheck.hunting.known_points import KnownPoints
from derivcheck.hunting.searched import Place
from derivcheck.model import Severity, Status
from derivcheck.model.hunt import FindKind

_LOSES = frozenset({Status.UNSTABLE, Status.INACCURATE})

_APART = 12
"""Points of a kind lie at least 2**-12 of the numbers of the range apart."""


def worst_points(
    known: KnownPoints, column: int, keep: int, among: Collection[Place] | None = None
) -> dict[FindKind, list[Place]]:
    """The worst points of a column, of each kind, the worst first.

    Args:
        known: the points that are known.
        column: whose errors.
        keep: how many there are of a kind; of right numbers there is one.
        among: the points to choose from; None: all that are known.
    """
    by_kind: dict[FindKind, list[Place]] = {}
    for place in known.looks if among is None else among:
        kind = _kind(known.looks[place][column].status)
        if kind is not None:
            by_kind.setdefault(kind, []).append(place)
    found = {}
    for kind, places in by_kind.items():
        places.sort(key=lambda place: -error_at(known, place, column))
        found[kind] = _apart(known, places, 1 if kind is FindKind.WORST else keep)
    return found


def _kind(status: Status | None) -> FindKind | None:
    if status is None:
        return None
    if status.severity is Severity.FAIL:
        return FindKind.FAILS
    if status in _LOSES:
        return FindKind.LOSES_DIGITS
    return FindKind.WORST if status is Status.MATCH else None


def _apart(known: KnownPoints, places: Iterable[Place], most: int) -> list[Place]:
    """The first of some places, and further ones that are no neighbours of those before: other faults, if there are."""
    taken: list[Place] = []
    searched = known.searched
    least = [max(1, (high - low) >> _APART) for low, high in zip(searched.lows, searched.highs, strict=True)]
    for place in places:
        if all(any(abs(a - b) >= far for a, b, far in zip(place, other, least, strict=True)) for other in taken):
            taken.append(place)
        if len(taken) == most:
            break
    return taken
