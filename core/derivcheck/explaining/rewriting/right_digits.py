"""Right digits: how many digits of the numbers that torch returned are right."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from derivcheck.model import Gradient, Kind, Mode, Severity, Truth, Wrt
from derivcheck.numbers import DType, Enclosure
from derivcheck.verdict.distance import error_of, is_beyond, vanishes
from derivcheck.verdict.one_sided import judge_by_sides

NO_NUMBER = 2.0
"""How many digits more than all nan, or an infinity in the place of a number, is taken to lose."""

GAIN = 0.7
"""Digits that have to be gained: an error five times smaller."""

PART = 0.4
"""Which part of the digits that were lost has to be gained."""

_ULPS = 2.5
_NODES_AN_ULP = 8


def honest_loss(nodes: int) -> float:
    """The digits that honest rounding loses of an expression with so many nodes: a few ulps, and more of a long one."""
    return math.log10(2 * (_ULPS + nodes / _NODES_AN_ULP))


def goal(truth: Truth) -> Enclosure | None:
    """The number that torch should return: the derivative, or at the end of the domain the one-sided one."""
    if truth.kind is Kind.ENDPOINT:
        sides = [side for side in (truth.left, truth.right) if isinstance(side, Enclosure)]
        return sides[0] if len(sides) == 1 else None
    return truth.value


def lost_digits(number: float | None, exact: Enclosure, dtype: DType, size: float = 1.0) -> float:
    """How many of the digits of a format a number has lost: 0 where it is right, more than all where it is none.

    Args:
        number: what torch returned; None where it returned nothing.
        exact: the exact number.
        dtype: the format.
        size: beside which size a true 0 is looked at: that of the value, or 1.
    """
    if number is None or math.isnan(number):
        return dtype.digits + NO_NUMBER
    if not exact.mid.is_moderate:  # as 2**1000000: no fraction is made of it
        is_right = math.isinf(number) if exact.mid.magnitude > 0 else abs(number) <= float(dtype.smallest_subnormal)
        has_sign = exact.mid.magnitude < 0 or (number > 0) == (exact.mid.man > 0)
        return 0.0 if is_right and has_sign else dtype.digits + NO_NUMBER
    if is_beyond(exact, dtype):
        return 0.0 if math.isinf(number) and (number > 0) == (exact.mid.man > 0) else dtype.digits + NO_NUMBER
    if math.isinf(number):
        return dtype.digits + NO_NUMBER
    if vanishes(exact, number, dtype):
        return 0.0
    error = error_of(number, exact, dtype)
    if error.ulps <= 1:
        return 0.0
    if exact.is_exact_zero:
        relative = abs(number) / max(size, 1.0)
        return dtype.digits - max(0.0, min(dtype.digits, -math.log10(relative) if relative else dtype.digits))
    return dtype.digits - error.digits


def has_slopes(truth: Truth) -> bool:
    """Whether there is no derivative, and yet there are slopes, of which the verdicts accept some."""
    return truth.kind in {Kind.ONE_SIDED, Kind.INFINITE, Kind.ENDPOINT} and goal(truth) is None


def is_a_slope(number: float | None, truth: Truth, dtype: DType) -> bool:
    """Whether the verdicts accept a number where there is no derivative: one between the slopes on both sides.

    Example:
        >>> from derivcheck.model import Side
        >>> from derivcheck.numbers import Dyadic
        >>> zero = Enclosure(Dyadic(0, 0), Dyadic(0, 0))
        >>> root = Truth(Kind.ONE_SIDED, left=zero, right=Side.POSITIVE_INFINITY)
        >>> [is_a_slope(number, root, DType.FLOAT64) for number in (math.nan, 0.0, -1.0)]
        [False, True, False]
    """
    if number is None:
        return False
    verdict = judge_by_sides(truth, Gradient(Mode.REVERSE, "cpu", dtype, number), lambda: None)
    return verdict.status.severity is Severity.PASS


@dataclass(frozen=True, slots=True)
class Loss:
    """What a way of writing loses.

    Attributes:
        rows: the largest loss in digits of the value, and of each derivative; at a kink nothing of a number that the
            verdicts accept, and more than all of another one.
        unknown: where no exact number is known, nor slopes on both sides, whether torch returned nan.
        few: the digits that honest rounding loses.
        missing: how many numbers of each row are none, as nan.
    """

    rows: tuple[tuple[Wrt, float], ...]
    unknown: tuple[bool, ...]
    few: float
    missing: tuple[int, ...] = ()

    @property
    def total(self) -> float:
        """The losses together, what honest rounding loses left out."""
        return sum(max(0.0, lost - self.few) for _, lost in self.rows) + NO_NUMBER * sum(self.missing)

    @property
    def is_right(self) -> bool:
        """Whether nothing is lost but by honest rounding."""
        return all(lost <= self.few for _, lost in self.rows)

    def helps(self, before: Loss) -> bool:
        """Whether some row has won digits, and none has lost any, beside another way of writing."""
        if any(mine and not theirs for mine, theirs in zip(self.unknown, before.unknown, strict=True)):
            return False
        pairs = [(mine, theirs) for (_, mine), (_, theirs) in zip(self.rows, before.rows, strict=True)]
        if any(mine > max(self.few, theirs + self.few / 4) for mine, theirs in pairs):
            return False
        if any(mine > theirs for mine, theirs in zip(self.missing, before.missing, strict=False)):
            return False
        if sum(self.missing) < sum(before.missing):
            return True
        return any(theirs > self.few and mine <= theirs - max(GAIN, PART * theirs) for mine, theirs in pairs)


def loss_of(
    groups: Sequence[tuple[Wrt, Sequence[Truth]]],
    numbers: Sequence[Sequence[float | None]],
    dtype: DType,
    few: float,
) -> Loss:
    """What some numbers lose.

    Args:
        groups: what is true of each number of each row.
        numbers: what torch returned, likewise.
        dtype: the format.
        few: the digits that honest rounding loses.
    """
    sizes = [abs(number) for number in numbers[0] if number is not None and math.isfinite(number)]
    size = max(sizes, default=1.0)
    rows: list[tuple[Wrt, float]] = []
    unknown: list[bool] = []
    missing: list[int] = []
    for (wrt, truths), found in zip(groups, numbers, strict=True):
        lost = [0.0]
        for number, truth in zip(found, truths, strict=True):
            exact = goal(truth)
            if exact is not None:
                lost.append(lost_digits(number, exact, dtype, size))
            elif has_slopes(truth):
                lost.append(0.0 if is_a_slope(number, truth, dtype) else dtype.digits + NO_NUMBER)
            else:
                unknown.append(number is None or math.isnan(number))
        rows.append((wrt, max(lost)))
        missing.append(sum(one > dtype.digits for one in lost))
    return Loss(tuple(rows), tuple(unknown), few, tuple(missing))
