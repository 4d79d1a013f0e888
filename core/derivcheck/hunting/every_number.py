"""Proof by enumeration: a function of one variable at every number of a format with 16 bits.

torch runs once on all of them. Where a match is plain, `many_points.proven` proves it in straight-line code, at some
20 µs a number; all others go the ordinary way, which alone finds fault.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from heapq import nlargest

import torch
from flint import arb

from derivcheck.autograd.devices import TORCH_DTYPES
from derivcheck.balls.ball import precision
from derivcheck.checking.many_points.columns import Columns
from derivcheck.checking.many_points.proven import BALL, BITS, matches
from derivcheck.checking.one_point import check_point
from derivcheck.checking.prepare import Prepared, asked_for, case_readings, prepare
from derivcheck.errors import CaseError
from derivcheck.hunting.format_ends import FormatEnds
from derivcheck.model import Case, Mode, Result, Severity, Status, What, Wrt
from derivcheck.model.hunt import ErrorCurve, Find, FindKind
from derivcheck.numbers import DType
from derivcheck.readings import Readings

SIXTEEN_BITS = frozenset({DType.FLOAT16, DType.BFLOAT16})
"""The formats whose numbers are few enough to look at all of them."""

Asked = tuple[Wrt, Mode | None]
"""A derivative in a mode; () and None for the value."""

_LOSES = frozenset({Status.UNSTABLE, Status.INACCURATE})


@dataclass(frozen=True, slots=True)
class Enumeration:
    """What became of a function at every number that was asked for.

    Attributes:
        numbers: the numbers, in rising order.
        curves: the error of each, for the value and for each derivative in each mode.
        counts: how many have which status, likewise.
        finds: the numbers that matter: the worst error, the worst that fails, and the worst that loses digits.
        plain: how many were proven to match all at once; the others went the ordinary way.
    """

    numbers: tuple[float, ...]
    curves: tuple[ErrorCurve, ...]
    counts: dict[Asked, dict[Status, int]]
    finds: tuple[Find, ...]
    plain: int


@cache
def finite_numbers(dtype: DType) -> tuple[float, ...]:
    """Every finite number of a format with 16 bits, in rising order; the two zeros are one number.

    Raises:
        CaseError: for a format with more bits, which has too many numbers.

    Example:
        >>> numbers = finite_numbers(DType.BFLOAT16)
        >>> len(numbers), numbers[0], numbers[32639]
        (65279, -3.3895313892515355e+38, 0.0)
    """
    if dtype not in SIXTEEN_BITS:
        raise CaseError(f"{dtype} has too many numbers to look at each of them", hint="take float16 or bfloat16")
    every = torch.arange(1 << 16, dtype=torch.int32).to(torch.int16).view(TORCH_DTYPES[dtype]).double()
    return tuple(sorted({number + 0.0 for number in every.tolist() if math.isfinite(number)}))


def every_number(case: Case, name: str, numbers: Sequence[float]) -> Enumeration:
    """Look at a case at each of some numbers.

    Args:
        case: the expression, its format, its modes, and first derivatives or second ones; its points are not asked.
        name: the variable that takes the numbers; the case has no other.
        numbers: numbers of the format, in rising order; those of `finite_numbers`, or some of them.

    Raises:
        DerivcheckError: for a case that cannot be read.
    """
    texts = [{name: repr(number)} for number in numbers]
    prepared = prepare(replace(case, at=(texts[0],)))
    made = case_readings(prepared.case, (name,))
    wrts = asked_for(prepared.case, made)
    rows: list[tuple[Asked, int, Mode]] = [(((), None), 0, case.modes[0])]
    rows += [((wrt, mode), row, mode) for mode in case.modes for row, wrt in enumerate(wrts, 1)]
    book = _Book([one for one, _, _ in rows], len(numbers))
    columns = matches(texts, made, wrts, case.modes, prepared.device.name, prepared.dtype)
    known = {} if columns is None else _proven(made, wrts, numbers, columns, prepared.dtype)
    for place, text in enumerate(texts):
        exact = known.get(place)
        if exact is None:
            book.add(place, _results(prepared, text))
        else:
            assert columns is not None
            for one, row, mode in rows:
                found = columns.gradients[mode][row][place]
                book.slots[one].put(place, *_read(found, exact[row] if exact else None, prepared.dtype))
    return book.closed(tuple(numbers), len(known), lambda place: _results(prepared, texts[place]))


def _results(prepared: Prepared, texts: dict[str, str]) -> tuple[Result, ...]:
    """The Results of a point, by the ordinary way, whose case has this point alone."""
    return tuple(check_point(replace(prepared, case=replace(prepared.case, at=(texts,))), texts))


def _proven(
    made: Readings, wrts: Sequence[Wrt], numbers: Sequence[float], columns: Columns, dtype: DType
) -> dict[int, list[float]]:
    """By its place, the value and the derivatives at each number where all match; nothing where there is no value."""
    code, _, _ = made.line_code(tuple(wrts), BITS)
    known: dict[int, list[float]] = {}
    with precision(BITS):
        for place, passed in enumerate(columns.passed):
            if passed:
                known[place] = list(map(float, code.run(arb(numbers[place]) + BALL)))
    ends = FormatEnds(made, wrts, dtype)
    left = [place for place, passed in enumerate(columns.passed) if not passed]
    known.update((place, []) for place in ends.outside(numbers, left))
    for place in left:
        if place not in known:
            returned = [[columns.gradients[mode][row][place] for mode in columns.modes] for row in range(len(wrts) + 1)]
            if (exact := ends.matching(numbers[place], returned)) is not None:
                known[place] = exact
    return known


def _read(returned: float, exact: float | None, dtype: DType) -> tuple[Status, float]:
    """The status and the error, in ulps of the format, of a number that matches; of None there is no true number."""
    if exact is None:
        return Status.UNDEFINED, math.nan
    if math.isinf(returned) or abs(exact) > dtype.largest:
        return Status.MATCH, math.nan
    _, magnitude = math.frexp(exact)
    return Status.MATCH, abs(returned - exact) * 2.0 ** -dtype.ulp_exponent(magnitude if exact else dtype.min_exponent)


@dataclass(slots=True)
class _Slot:
    """What is known of one derivative in one mode, number by number."""

    statuses: list[Status | None]
    ulps: list[float]

    def put(self, place: int, status: Status, ulps: float) -> None:
        self.statuses[place], self.ulps[place] = status, ulps

    def worst(self, among: frozenset[Status]) -> list[int]:
        """The places of the largest errors among those with such a status."""
        places = [place for place, status in enumerate(self.statuses) if status in among]
        return nlargest(_TRIED, places, key=lambda place: _size(self.ulps[place]))


def _size(ulps: float) -> float:
    return -1.0 if math.isnan(ulps) else ulps


_FAILS = frozenset(status for status in Status if status.severity in {Severity.FAIL, Severity.ERROR})
_KEPT = ((FindKind.FAILS, _FAILS), (FindKind.LOSES_DIGITS, _LOSES), (FindKind.WORST, frozenset(Status)))


class _Book:
    """What is known of all that is asked for, number by number."""

    def __init__(self, asked: Sequence[Asked], count: int) -> None:
        self.slots = {one: _Slot([None] * count, [math.nan] * count) for one in asked}

    def add(self, place: int, results: Sequence[Result]) -> None:
        """Note what the ordinary way says of a number."""
        for result in results:
            if result.what is What.VALUE or result.gradient is None:
                asked: list[Asked] = [((), None)] if result.wrt == () and result.gradient else list(self.slots)
            else:
                asked = [(result.wrt, result.gradient.mode)]
            for one in asked:
                self.slots[one].put(place, result.status, ulps_of(result))

    def closed(
        self, numbers: tuple[float, ...], plain: int, results_at: Callable[[int], Sequence[Result]]
    ) -> Enumeration:
        """The book's sums."""
        curves = [ErrorCurve(*one, numbers, tuple(slot.ulps), tuple(slot.statuses)) for one, slot in self.slots.items()]
        counts = {one: dict(Counter(filter(None, slot.statuses))) for one, slot in self.slots.items()}
        finds = [
            max(found, key=lambda find: _size(math.nan if find.ulps is None else find.ulps))
            for one, slot in self.slots.items()
            for kind, among in _KEPT
            if (found := [_find(kind, one, results_at(place)) for place in slot.worst(among)])
        ]
        return Enumeration(numbers, tuple(curves), counts, tuple(finds), plain)


_TRIED = 3
"""So many of the worst numbers are looked at once more, where torch's kernel for one number may give another result."""


def _find(kind: FindKind, asked: Asked, results: Sequence[Result]) -> Find:
    """A number that is kept, with the error that the ordinary way sees there."""
    wrt, mode = asked
    own = [one for one in results if one.wrt == wrt and (mode is None or (one.gradient and one.gradient.mode is mode))]
    return Find(kind, dict(results[0].typed), tuple(results), wrt, mode, ulps_of(own[0]) if own else None)


def ulps_of(result: Result) -> float:
    """The error of a Result in ulps; inf where torch has no finite number and should, nan where it is not known."""
    if result.verdict.ulps is not None:
        return result.verdict.ulps
    return math.inf if result.status is Status.NONFINITE else math.nan
