"""Makes the Hunt of what a search knows: the points to keep, the map, the curves and the counts."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from derivcheck.hunting.bit_patterns import numbers_at
from derivcheck.hunting.known_points import KnownPoints
from derivcheck.hunting.searched import Place
from derivcheck.hunting.stretches import stretches
from derivcheck.hunting.worst_points import worst_points
from derivcheck.model import Status
from derivcheck.model.hunt import Coverage, ErrorCurve, Find, FindKind, Hunt, HuntRequest


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


def _finds(known: KnownPoints, column: int, keep: int) -> list[Find]:
    """The points to keep of one column: those that were checked the ordinary way, the worst of each kind."""
    by_kind = worst_points(known, column, keep, known.confirmed)
    return [_find(known, place, column, kind) for kind, places in by_kind.items() for place in places]


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
        tuple(numbers_at([place[0] for place in order], known.searched.dtype)),
        tuple(look.ulps for look in looks),
        tuple(look.status for look in looks),
    )


def _count(known: KnownPoints, column: int) -> dict[Status, int]:
    found = Counter(look[column].status for look in known.looks.values())
    return {status: found[status] for status in Status if found[status]}
