"""Makes the Hunt of what a search knows: the points to keep, the map, the curves and the counts."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from derivcheck.hunting.bit_patterns import number_at
from derivcheck.hunting.climbing import error_at
from derivcheck.hunting.known_points import KnownPoints
from derivcheck.hunting.searched import Place
from derivcheck.hunting.stretches import stretches
from derivcheck.model import Severity, Status
from derivcheck.model.hunt import Coverage, ErrorCurve, Find, FindKind, Hunt, HuntRequest

_LOSES = frozenset({Status.UNSTABLE, Status.INACCURATE})


def finish(request: HuntRequest, known: KnownPoints, kinks: Sequence[Find], coverage: Coverage) -> Hunt:
    """The Hunt of what is known.

    Args:
        request: what was asked for.
        known: the points that were looked at.
        kinks: the kinks and poles that were found.
        coverage: what was looked at.
    """
    columns = range(len(known.searched.columns))
    is_line = len(known.searched.names) == 1
    finds = [find for column in columns for find in _finds(known, column, request.keep)]
    finds.sort(key=lambda find: (_ORDER[find.kind], -_size(find.ulps)))
    return Hunt(
        request,
        (*finds, *kinks),
        tuple(stretch for column in columns for stretch in stretches(known, column)) if is_line else (),
        tuple(_curve(known, column) for column in columns) if is_line else (),
        {known.searched.columns[column]: _count(known, column) for column in columns},
        coverage,
    )


_ORDER = {kind: rank for rank, kind in enumerate((FindKind.FAILS, FindKind.LOSES_DIGITS, FindKind.WORST))}


def _size(ulps: float | None) -> float:
    return -1.0 if ulps is None else ulps


_APART = 12
"""Points that are kept lie at least 2**-12 of the numbers of the range apart."""


def _finds(known: KnownPoints, column: int, keep: int) -> list[Find]:
    """The points to keep of one column: those that were checked the ordinary way, the worst of each kind."""
    by_kind: dict[FindKind, list[Place]] = {}
    for place in known.confirmed:
        status = known.looks[place][column].status
        if status is None:
            continue
        if status.severity is Severity.FAIL:
            by_kind.setdefault(FindKind.FAILS, []).append(place)
        elif status in _LOSES:
            by_kind.setdefault(FindKind.LOSES_DIGITS, []).append(place)
        elif status is Status.MATCH:
            by_kind.setdefault(FindKind.WORST, []).append(place)
    found = []
    for kind, places in by_kind.items():
        places.sort(key=lambda place: -error_at(known, place, column))
        most = 1 if kind is FindKind.WORST else keep
        found += [_find(known, place, column, kind) for place in _apart(known, places, most)]
    return found


def _apart(known: KnownPoints, places: list[Place], most: int) -> list[Place]:
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


def _find(known: KnownPoints, place: Place, column: int, kind: FindKind) -> Find:
    wrt, mode = known.searched.columns[column]
    ulps = known.looks[place][column].ulps
    return Find(
        kind,
        known.searched.texts(place),
        known.results_at(place),
        wrt,
        mode,
        None if math.isnan(ulps) else ulps,
    )


def _curve(known: KnownPoints, column: int) -> ErrorCurve:
    wrt, mode = known.searched.columns[column]
    order = known.in_order
    looks = [known.looks[place][column] for place in order]
    return ErrorCurve(
        wrt,
        mode,
        tuple(number_at(place[0], known.searched.dtype) for place in order),
        tuple(look.ulps for look in looks),
        tuple(look.status for look in looks),
    )


def _count(known: KnownPoints, column: int) -> dict[Status, int]:
    found = Counter(look[column].status for look in known.looks.values())
    return {status: found[status] for status in Status if found[status]}
