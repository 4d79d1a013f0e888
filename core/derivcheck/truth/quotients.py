"""Difference quotients of f itself in ball arithmetic: derivatives that never saw a differentiation rule."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from functools import lru_cache
from math import comb, prod
from types import MappingProxyType

from flint import arb

from derivcheck.balls.ball import Ball, Outside, exact_ball, is_infinite, precision
from derivcheck.model import Wrt
from derivcheck.truth.runs import ExactPoint, Runs
from derivcheck.truth.sequence_limits import NARROW_BITS, Limit, is_narrow, limit, step_of

GUARD_BITS = 1300
"""Bits beyond those that the quotient cancels: the range of float64, and some for the result."""

FIRST_GUARD_BITS = 200
"""Those of the first attempt, enough where f and its derivative are of a size: half the bits take a quarter as long."""

REFEREE_BITS = 100
"""Relative accuracy, in bits, of the central quotient, somewhat better than that of the formulas it judges."""


class Step(Enum):
    """On which side of the point a quotient looks."""

    LEFT = -1
    CENTRAL = 0
    RIGHT = 1


@dataclass(frozen=True, slots=True)
class Stencil:
    """A difference quotient.

    Attributes:
        offsets: how far beside the point f is evaluated, in each variable.
        weights: the weight of each.
        steps: the step in each variable.
        divisor: what the weighted sum is divided by.
        scale: how many bits it cancels, about.
    """

    offsets: tuple[Mapping[str, Fraction], ...]
    weights: tuple[int, ...]
    steps: tuple[Fraction, ...]
    divisor: arb
    scale: int


Beside = tuple[tuple[str, Step], ...]
"""On which sides a quotient looks in variables other than the last."""


@lru_cache(maxsize=256)
def stencil(wrt: Wrt, step: Step, size: int, *, skip: bool = False, beside: Beside = ()) -> Stencil:
    """The quotient for the derivative by `wrt`.

    In the last variable it looks to the side that `step` says, with steps of this size; in the others the steps are so
    much smaller that their limit is taken first.

    Args:
        wrt: what to differentiate by.
        step: the side.
        size: that of the steps: see `step_of`.
        skip: whether to leave the point itself out, because f has no value there.
        beside: the side to which it looks in the other variables; central in those that are not named.
    """
    counts = Counter(wrt)
    last = wrt[-1]
    axes: list[list[tuple[int, int]]] = []
    steps: list[Fraction] = []
    divisor, scale = Fraction(1), 0
    for name, count in counts.items():
        side = step if name == last else dict(beside).get(name, Step.CENTRAL)
        fineness = size if name == last else 3 * size
        axes.append(_axis(side, count, skip=skip))
        steps.append(step_of(fineness))
        divisor *= (steps[-1] if side is not Step.CENTRAL else 4 * steps[-1]) ** count
        scale += fineness * count
    grid = list(itertools.product(*axes))
    return Stencil(
        tuple(
            {name: offset * size for name, (offset, _), size in zip(counts, corner, steps, strict=True)}
            for corner in grid
        ),
        tuple(prod(weight for _, weight in corner) for corner in grid),
        tuple(steps),
        exact_ball(divisor),
        scale,
    )


def _axis(side: Step, count: int, *, skip: bool) -> list[tuple[int, int]]:
    """The difference of order `count` in one variable: offsets in steps, and their weights.

    The central one has four steps from point to point and lies a step off the middle: at a kink it is then neither the
    derivative on one side nor the mean of the two, which wrong formulas give.
    """
    if side is Step.CENTRAL:
        return [(2 * (count - 2 * j) + 1, (-1) ** j * comb(count, j)) for j in range(count + 1)]
    sign = side.value
    return [(sign * (j + skip), sign**count * (-1) ** (count - j) * comb(count, j)) for j in range(count + 1)]


def evaluate(runs: Runs, plan: Stencil, bits: int, shift: Mapping[str, Fraction] = MappingProxyType({})) -> Ball:
    """The quotient at a precision: an arb, or the Outside of a point where f has no value.

    Args:
        runs: those of f at the point.
        plan: the quotient.
        bits: the precision.
        shift: how far beside the point it is formed, in some variables.
    """
    with precision(bits):
        total = arb(0)
        for offsets, weight in zip(plan.offsets, plan.weights, strict=True):
            value = runs.beside(_further(offsets, shift) if shift else offsets)
            if isinstance(value, Outside):
                return value
            total += weight * value
        return total / plan.divisor


def _further(offsets: Mapping[str, Fraction], shift: Mapping[str, Fraction]) -> dict[str, Fraction]:
    """Offsets from a place that lies beside the point itself."""
    return {name: offsets.get(name, _NOT_AT_ALL) + shift.get(name, _NOT_AT_ALL) for name in {**shift, **offsets}}


_NOT_AT_ALL = Fraction(0)


def settled(
    compute: Callable[[int], Ball], start: int, accuracy: int = NARROW_BITS, *, first: int | None = None
) -> Ball | None:
    """What `compute` gives at the first precision where it is narrow, infinite or Outside; None if at none.

    Args:
        compute: takes a precision in bits.
        start: it is tried, twice and four times as much.
        accuracy: the relative accuracy in bits that counts as narrow.
        first: a precision to try before.
    """
    for bits in (*([] if first is None else [first]), start, 2 * start, 4 * start):
        value = compute(bits)
        if isinstance(value, Outside) or is_narrow(value, accuracy) or is_infinite(value):
            return value
    return None


def _guarded(compute: Callable[[int], Ball], scale: int) -> Ball | None:
    """`settled` for what cancels `scale` bits."""
    return settled(compute, scale + GUARD_BITS, first=scale + FIRST_GUARD_BITS)


def one_sided(
    runs: Runs,
    wrt: Wrt,
    step: Step,
    *,
    skip: bool = False,
    beside: Beside = (),
) -> Limit:
    """The one-sided derivative by `wrt`: the limit of the quotient there. For `skip` and `beside` see `stencil`."""

    def term(size: int) -> Ball | None:
        plan = stencil(wrt, step, size, skip=skip, beside=beside)
        return _guarded(lambda bits: evaluate(runs, plan, bits), plan.scale)

    return limit(term, swings=runs.swings)


def iterated(runs: Runs, wrt: Wrt, step: Step) -> Limit:
    """The one-sided limit of (g(x0 + 2h) - g(x0 + h))/h, where g is the derivative of one order less.

    It is the derivative of g if there is one. The quotient of f of that order has a limit more often: at 0 that of
    x**3*sin(1/x) for the second derivative is 0, and g is -x*cos(1/x) but for smaller terms (G. Peano, 1891).
    """
    name = wrt[-1]

    def term(size: int) -> Ball | None:
        plan = stencil(wrt[:-1], Step.CENTRAL, 3 * size)
        near, far = ({name: step.value * k * step_of(size)} for k in (1, 2))

        def compute(bits: int) -> Ball:
            values = [evaluate(runs, plan, bits, shift) for shift in (near, far)]
            if outside := next((value for value in values if isinstance(value, Outside)), None):
                return outside
            with precision(bits):
                return step.value * (values[1] - values[0]) / exact_ball(step_of(size))

        return _guarded(compute, plan.scale + size)

    return limit(term, swings=runs.swings)


def jump(runs: Runs, wrt: Wrt, step: Step, *, beside: Beside = ()) -> Limit:
    """The limit beside the point less the value there: 0 where that is continuous on that side.

    Args:
        runs: those of f at the point.
        wrt: of f itself where this is one variable, of its derivative by all but the last where it is more.
        step: the side, in the last variable.
        beside: as in `stencil`.
    """

    def term(size: int) -> Ball | None:
        plan = stencil(wrt, step, size, beside=beside)
        quotient = _guarded(lambda bits: evaluate(runs, plan, bits), plan.scale)
        if quotient is None or isinstance(quotient, Outside):
            return quotient
        with precision(plan.scale + GUARD_BITS):
            return quotient * exact_ball(step_of(size))

    return limit(term, swings=runs.swings)


def one_sided_value(runs: Runs, name: str, step: Step) -> Limit:
    """The one-sided limit of f itself along the variable `name`."""

    def term(size: int) -> Ball | None:
        offset = {name: step.value * step_of(size)}

        def compute(bits: int) -> Ball:
            with precision(bits):
                return runs.beside(offset)

        return _guarded(compute, size)

    return limit(term, swings=runs.swings)


def sizes_of_referee(point: ExactPoint, wrt: Wrt) -> Iterator[int]:
    """The step sizes at which the central quotient is formed: relative to the coordinate, then far smaller."""
    numerator, denominator = point[wrt[-1]].as_integer_ratio()
    magnitude = numerator.bit_length() - denominator.bit_length() if numerator else -1100
    smallest = 200 - min(magnitude, 0)
    return iter((smallest, 2 * smallest + 200))


def central(runs: Runs, wrt: Wrt, size: int) -> arb | None:
    """The central quotient for the derivative by `wrt`; None where it could not be computed."""
    plan = stencil(wrt, Step.CENTRAL, size)
    value = settled(lambda bits: evaluate(runs, plan, bits), plan.scale + 256, REFEREE_BITS)
    return None if isinstance(value, Outside) else value
