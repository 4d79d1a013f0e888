"""Hunts made by hand: real Results at chosen points, with a map as a hunt draws it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache

from derivcheck.checking.one_point import check_case
from derivcheck.model import Case, Mode, Result, Search, SearchRange, Status, Wrt
from derivcheck.model.hunt import Find, Hunt, HuntRequest
from derivcheck.model.hunt_map import Coverage, Ended, ErrorCurve, FindKind, Stretch
from derivcheck.numbers import DType
from derivcheck.running.hunted_rows import hunted_rows

SECOND: Wrt = ("x", "x")
REVERSE = Mode.REVERSE


def softplus_case() -> Case:
    """The hunt for the second derivative of softplus."""
    return Case("softplus(x)", wrt=(SECOND,), search=Search((SearchRange("x", "-100", "100"),)))


def find(case: Case, kind: FindKind, at: dict[str, str], wrt: Wrt, ulps: float | None) -> Find:
    """A find with the Results that `check` gives at its point."""
    results = tuple(check_case(replace(case, at=(at,), search=None)))
    return Find(kind, at, results, wrt, REVERSE if wrt else None, ulps)


def softplus_hunt(*, ended: Ended = Ended.DONE) -> Hunt:
    """Softplus' second derivative, which torch takes for 0 beyond 20."""
    found = _softplus_hunt()
    assert found.coverage is not None
    return replace(found, coverage=replace(found.coverage, ended=ended))


def softplus_rows() -> tuple[Result, ...]:
    """The rows of that hunt."""
    return hunted_rows(softplus_hunt(), softplus_case())


@lru_cache
def _softplus_hunt() -> Hunt:
    case = softplus_case()
    inputs = tuple(-100 + 0.5 * step for step in range(401))
    wrong = 4.5e15
    errors = tuple(0.5 + 0.3 * math.sin(x) if x <= 20 else wrong for x in inputs)
    statuses = tuple(Status.MATCH if x <= 20 else Status.MISMATCH for x in inputs)
    beyond = 20.000000000000004
    return Hunt(
        HuntRequest.of(case),
        (
            find(case, FindKind.WORST, {"x": "20.5"}, SECOND, wrong),
            find(case, FindKind.FAILS, {"x": str(beyond)}, SECOND, wrong),
        ),
        (
            Stretch((), None, -100.0, 100.0, Status.MATCH, 1525, 0.6, True),
            Stretch(SECOND, REVERSE, -100.0, 20.0, Status.MATCH, 1204, 0.9, True),
            Stretch(SECOND, REVERSE, beyond, 100.0, Status.MISMATCH, 321, wrong, True),
        ),
        (
            ErrorCurve((), None, inputs, tuple(0.3 for _ in inputs), tuple(Status.MATCH for _ in inputs)),
            ErrorCurve(SECOND, REVERSE, inputs, errors, statuses),
        ),
        {((), None): {Status.MATCH: 1525}, (SECOND, REVERSE): {Status.MATCH: 1204, Status.MISMATCH: 321}},
        Coverage(1525, 20000, 9_214_364_837_600_034_817, False, 3.21, 0, Ended.DONE),
    )


@lru_cache
def kink_hunt() -> Hunt:
    """A kink at a third, which no float64 is."""
    case = Case("abs(x - 1/3)", search=Search((SearchRange("x", "0", "1"),)))
    at = {"x": "0.3333333333333333"}
    kink = replace(find(case, FindKind.KINK, at, ("x",), None), place=Fraction(1, 3))
    return Hunt(
        HuntRequest.of(case),
        (kink,),
        (Stretch(("x",), REVERSE, 0.0, 1.0, Status.MATCH, 700, 0.0, True),),
        (),
        {(("x",), REVERSE): {Status.MATCH: 700}},
        Coverage(700, 0, 4_607_182_418_800_017_409, False, 1.0, 0, Ended.DONE),
    )


def hunt_of(
    expr: str, inputs: Sequence[float], error: Callable[[float], float], status: Callable[[float], Status]
) -> Hunt:
    """A hunt of a first derivative with a curve that is given."""
    low, high = inputs[0], inputs[-1]
    case = Case(expr, search=Search((SearchRange("x", repr(low), repr(high)),)), dtype=DType.FLOAT64)
    statuses = tuple(map(status, inputs))
    worst = max(inputs, key=error)
    stretches = []
    first = 0
    for at in range(1, len(inputs) + 1):
        if at == len(inputs) or statuses[at] is not statuses[first]:
            most = max(map(error, inputs[first:at]))
            ends = (inputs[first], inputs[at - 1])
            stretches.append(Stretch(("x",), REVERSE, *ends, statuses[first], at - first, most, False))
            first = at
    counts = {kind: statuses.count(kind) for kind in dict.fromkeys(statuses)}
    return Hunt(
        HuntRequest.of(case),
        (find(case, FindKind.WORST, {"x": repr(worst)}, ("x",), error(worst)),),
        tuple(stretches),
        (ErrorCurve(("x",), REVERSE, tuple(inputs), tuple(map(error, inputs)), statuses),),
        {(("x",), REVERSE): counts},
        Coverage(len(inputs), 0, 10**18, False, 1.5, 0, Ended.DONE),
    )
