"""The axes of a picture of errors: where a number stands on them, and which numbers are written beside them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from derivcheck.model import Severity, Status
from derivcheck.model.hunt_map import ErrorCurve, HuntMap

_WIDE = 1e3
"""From this ratio on, two numbers cannot both be seen on a straight axis."""

_LARGE = 1e9
"""From here on asinh(x) is log(2x), to the last bit that a picture shows."""

_TICKS = 7
_SMALL = 16.0
"""Errors up to this many ulps are shown on a straight axis."""

_LEAST_ERROR = 0.1


@dataclass(frozen=True, slots=True)
class Axis:
    """An axis.

    Attributes:
        place: where a number stands.
        ticks: the places of the numbers that are written, with their texts.
        low, high: the places of its ends.
        kind: how numbers are spread, in words; empty for a straight axis.
    """

    place: Callable[[float], float]
    ticks: tuple[tuple[float, str], ...]
    low: float
    high: float
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Marks:
    """The points of a curve that share a severity, in the places of the axes.

    Attributes:
        severity: the severity; None where the status is not known.
        across, up: where they stand.
    """

    severity: Severity | None
    across: tuple[float, ...]
    up: tuple[float, ...]


def axis_of_inputs(curve: ErrorCurve, found: HuntMap) -> Axis:
    """The axis of the inputs: straight, or by magnitude where what is remarkable lies close to 0 for the range."""
    low, high = curve.inputs[0], curve.inputs[-1]
    width = _width(curve, found, low, high)
    if width is None:
        return Axis(float, tuple((tick, number_text(tick)) for tick in _straight(low, high)), low, high)

    def place(number: float) -> float:
        size = abs(number) / width
        if size < _LARGE:
            return math.asinh(number / width) / math.log(10)
        return math.copysign(
            math.log10(2) + math.log10(abs(number)) - math.log10(width), number
        )  # the ratio may overflow

    numbers = _few_powers(low, high, width)
    return Axis(
        place, tuple((place(tick), number_text(tick)) for tick in numbers), place(low), place(high), "by magnitude"
    )


def _width(curve: ErrorCurve, found: HuntMap, low: float, high: float) -> float | None:
    """The size below which numbers are seen as 0 on an axis by magnitude; None for a straight axis."""
    most = max(abs(low), abs(high))
    mine = [stretch for stretch in found.stretches if (stretch.wrt, stretch.mode) == (curve.wrt, curve.mode)]
    boundaries = [(before.high, after.low) for before, after in pairwise(mine)]
    sizes = [abs(end) for pair in boundaries if 0.0 not in pair for end in pair]  # 0 is seen on any axis
    least = min(sizes, default=0.0)
    if low > 0 or high < 0:  # no 0 within
        least = min(abs(low), abs(high)) if not sizes else min(least, abs(low), abs(high))
    elif not sizes:
        least = 1.0 if most > 1e4 else most
    if not least or most / least < _WIDE:
        return None
    return max(least / 10, 5e-324)


def _straight(low: float, high: float) -> list[float]:
    """Round numbers between two ends, about as many as fit."""
    span = high - low
    if not (span > 0 and math.isfinite(span)):
        return sorted({low, high})
    rough = span / (_TICKS - 1)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= rough * 0.999)
    first = math.ceil(low / step - 1e-9)
    return [0.0 + count * step for count in range(first, math.floor(high / step + 1e-9) + 1)]


def _few_powers(low: float, high: float, width: float) -> list[float]:
    """Powers of ten between two ends, of either sign, and 0."""
    first = math.ceil(math.log10(width))
    last = math.floor(math.log10(max(abs(low), abs(high))))
    sides = (low < 0) + (high > 0)
    every = max(1, math.ceil((last - first + 1) * sides / _TICKS))
    powers = [10.0**exponent for exponent in range(last, first - 1, -every)]
    numbers = [-power for power in powers] + [0.0] + powers[::-1]
    return [number for number in numbers if low <= number <= high]


def number_text(number: float) -> str:
    """A number beside an axis.

    Example:
        >>> number_text(-0.0), number_text(1e-20), number_text(100000.0), number_text(0.25)
        ('0', '1e-20', '1e5', '0.25')
    """
    text = f"{number + 0.0:.4g}"
    figures, sign, exponent = text.partition("e")
    return f"{figures}e{int(exponent)}" if sign else "1e5" if text == "1e+05" else text


def axis_of_errors(curves: Sequence[ErrorCurve]) -> Axis:
    """The axis of the errors: straight for a few ulps, else by decades; what is infinite stands above all."""
    errors = [error for curve in curves for error in curve.ulps if not math.isnan(error)]
    finite = [error for error in errors if math.isfinite(error)]
    most = max(finite, default=1.0)
    has_infinite = len(finite) < len(errors)
    if most <= _SMALL and not has_infinite:
        top = max(1.0, most * 1.05)
        step = next(step for step in (0.25, 0.5, 1.0, 2.0, 5.0) if top / step <= 5)
        ticks = tuple((count * step, f"{count * step:g}") for count in range(int(top / step) + 1))
        return Axis(float, ticks, 0.0, top)
    last = max(1, math.ceil(math.log10(max(most, 1.0))))
    above = last + max(1.0, last / 8)

    def place(error: float) -> float:
        return above if math.isinf(error) else math.log10(max(error, _LEAST_ERROR))

    every = max(1, math.ceil((last + 1) / 5))
    decades = [(float(power), number_text(10.0**power)) for power in range(0, last + 1, every)]
    ends = [(above, "inf")] if has_infinite else []
    return Axis(place, (*decades, *ends), math.log10(_LEAST_ERROR), above if has_infinite else float(last), "decades")


def marks(curve: ErrorCurve, across: Axis, up: Axis) -> Iterator[Marks]:
    """The points of a curve by severity, the mildest first; those whose error is not known are left out."""
    statuses: Iterable[Status | None] = curve.statuses or (None,) * len(curve.inputs)
    points = [
        (status.severity if status else None, across.place(x), up.place(error))
        for x, error, status in zip(curve.inputs, curve.ulps, statuses, strict=True)
        if not math.isnan(error)
    ]
    for severity in (None, *Severity):
        mine = [(x, y) for kind, x, y in points if kind is severity]
        if mine:
            yield Marks(severity, tuple(x for x, _ in mine), tuple(y for _, y in mine))
