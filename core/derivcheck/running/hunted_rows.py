"""The rows of a hunt: the Results of the points that it found, the first of them with the map of its ranges."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from derivcheck.errors import CaseError
from derivcheck.language.integer_variables import integer_variables
from derivcheck.language.parse import parse
from derivcheck.model import Case, Result
from derivcheck.model.hunt import Hunt, HuntRequest
from derivcheck.model.hunt_map import Coverage, Ended, ErrorCurve, FoundPoint, HuntMap
from derivcheck.numbers import DType

MOST_OF_CURVE = 600
"""Points of a curve that a row keeps: a picture has hardly more columns."""

Watch = Callable[[Coverage], None]


def check_hunt(case: Case, *, progress: Watch | None = None, resume: Path | None = None) -> tuple[Result, ...]:
    """Hunt as a case says, and return the rows that it comes to.

    Args:
        case: the case, with its `search`.
        progress: told again and again what is covered.
        resume: the file in which the hunt keeps what it has found, to go on with it.

    Raises:
        DerivcheckError: for a case that cannot be read, for ranges that cannot be searched, and where the hunt ended
            before it had looked at a point.
    """
    # It loads torch, SymPy and Arb.
    from derivcheck.hunting.search import hunt

    require_searchable(case)
    return hunted_rows(hunt(HuntRequest.of(case), progress=progress, resume=resume), case)


_SIXTEEN_BITS = (DType.FLOAT16, DType.BFLOAT16)


def require_searchable(case: Case) -> None:
    """Fail where a case asks for every number of a format that has too many, or searches integers.

    Raises:
        CaseError: with what to do.
        ParseError: for an expression that is none.
    """
    search = case.search
    assert search is not None
    if search.exhaustive and case.dtype not in _SIXTEEN_BITS:
        dtype = case.dtype or DType.FLOAT64
        formats = " or ".join(map(str, _SIXTEEN_BITS))
        raise CaseError(
            f"{dtype} has too many numbers to look at each", hint=f"leave out exhaustive, or take {formats}"
        )
    if search.exhaustive and len(search.ranges) > 1:
        raise CaseError("every number is looked at of one variable", hint="hold the others, or leave out exhaustive")
    names = {one.name.partition("[")[0] for one in search.ranges}
    given = names.union(*case.at)
    if case.functions or not given:
        return
    for name in sorted(names & integer_variables(parse(case.expr, given))):
        raise CaseError(
            f"`{name}` is an integer, and nothing is differentiated by it", hint="hold it, and hunt once for each value"
        )


def hunted_rows(found: Hunt, case: Case) -> tuple[Result, ...]:
    """The Results of the points of a hunt, each point once, as those of the case.

    Raises:
        CaseError: where there is no point.
    """
    rows: list[Result] = []
    points: list[dict[str, str]] = []
    for find in found.finds:
        if find.at not in points:
            points.append(find.at)
            rows += (replace(result, case=case) for result in find.results)
    if not rows and found.coverage is not None and found.coverage.ended is Ended.INTERRUPTED:
        return ()
    if not rows:
        raise CaseError("the hunt ended before it had looked at a point", hint="give it more time: --budget 60s")
    return (replace(rows[0], hunt_map=map_of(found)), *rows[1:])


def map_of(found: Hunt) -> HuntMap:
    """The map of a hunt, with as much of its curves as a picture shows."""
    return HuntMap(
        found.request.ranges,
        tuple(FoundPoint(find.kind, find.at, find.wrt, find.mode, find.ulps, find.place) for find in found.finds),
        found.stretches,
        tuple(map(thinned, found.curves)),
        found.counts,
        found.coverage,
    )


def thinned(curve: ErrorCurve, most: int = MOST_OF_CURVE) -> ErrorCurve:
    """A curve with no more than so many points: of each group of neighbours the worst one stays.

    That is the one with the worst severity, of several the one with the largest error. The ends of the curve stay.

    Example:
        >>> curve = ErrorCurve((), None, tuple(map(float, range(9))), (0.0, 1.0, 9.0, 0.0, 2.0, 0.0, 0.0, 0.0, 3.0))
        >>> thinned(curve, 5).inputs
        (0.0, 2.0, 4.0, 5.0, 8.0)
    """
    count = len(curve.inputs)
    if count <= most:
        return curve
    kept = {0, count - 1}
    groups = most - len(kept)
    inner = count - len(kept)
    for group in range(groups):
        first, last = 1 + group * inner // groups, 1 + (group + 1) * inner // groups
        if first < last:
            kept.add(max(range(first, last), key=lambda at: _badness(curve, at)))
    order = sorted(kept)
    statuses = tuple(curve.statuses[at] for at in order) if curve.statuses else ()
    return ErrorCurve(
        curve.wrt, curve.mode, tuple(curve.inputs[at] for at in order), tuple(curve.ulps[at] for at in order), statuses
    )


def _badness(curve: ErrorCurve, at: int) -> tuple[int, float]:
    status, ulps = curve.statuses[at] if curve.statuses else None, curve.ulps[at]
    return status.severity.rank if status else 0, -1.0 if math.isnan(ulps) else ulps
