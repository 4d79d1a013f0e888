"""The box: the first derivatives by many variables, proven in one go where all of these are balls at once.

The box contains the ball on which a derivative is proven by itself, in which one variable is a ball and the others are
numbers. So what is narrow on the box is narrow there, and is the derivative for the same reason.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from flint import arb

from derivcheck.balls.ball import dyadic, exact_ball, precision
from derivcheck.balls.program import Program
from derivcheck.truth.quotients import along, sizes_of_referee
from derivcheck.truth.runs import Runs
from derivcheck.truth.sequence_limits import TINY, is_narrow
from derivcheck.truth.values import AGREED_BITS, DECIDED_BITS, PRECISIONS, is_nonzero

BALL_EXPONENT = 4000
"""The ball around the point has radius 2**-4000 * max(1, |x|): far smaller than any float, and free in Arb."""

CONTINUOUS_BITS = 3000
"""Accuracy, in bits, at which a function that can jump counts as continuous on the ball: no jump is smaller."""

_AGREED = arb((1, -AGREED_BITS))
"""How far the derivative along a direction may be from SymPy's where each partial has a share of at least 1 in it."""

_MODERATE = 1200
"""Magnitudes, as powers of 2, between which the referee weighs partials against one another."""

_LENGTH_BITS = 32


@dataclass(frozen=True, slots=True)
class AllPartials:
    """SymPy's derivatives by all variables as one ball program, compiled after that of f.

    Attributes:
        names: the variables.
        program: the program, with a root for each of them.
    """

    names: Sequence[str]
    program: Program


def proven_partials(runs: Runs, partials: AllPartials) -> Mapping[str, arb]:
    """The derivatives that are proven on the box around the point; of a wide one nothing is known here.

    Args:
        runs: those of f at the point.
        partials: SymPy's derivatives of f.
    """
    with precision(PRECISIONS[0]):
        if runs.passes_infinity():
            return {}
    found = _narrow_on_box(runs, partials)
    moderate = {
        name: value for name, value in found.items() if is_nonzero(value) and abs(_magnitude(value)) < _MODERATE
    }
    zero = {name: value for name, value in found.items() if not is_nonzero(value)}
    confirmed: dict[str, arb] = {}
    for group, allowed in ((moderate, _AGREED), (zero, TINY)):
        if _referee_agrees(runs, group, allowed):
            confirmed.update(group)
    return confirmed


def _narrow_on_box(runs: Runs, partials: AllPartials) -> dict[str, arb]:
    """The derivatives that are narrow on the box, where f is."""
    jumps = runs.program.jumps or partials.program.jumps
    needed = CONTINUOUS_BITS if jumps else DECIDED_BITS
    found: dict[str, arb] = {}
    for bits in PRECISIONS[-1:] if jumps else PRECISIONS:
        with precision(bits):
            box = {name: runs.around(name, BALL_EXPONENT) for name in runs.program.variables}
            value, values = runs.values(partials.program, box)
            if not isinstance(value, arb):
                break
            if not is_narrow(value, needed):
                continue
            for name, derivative in zip(partials.names, values, strict=True):
                if name not in found and isinstance(derivative, arb) and is_narrow(derivative, needed):
                    found[name] = derivative
            if len(found) == len(values):
                break
    return found


def _referee_agrees(runs: Runs, found: Mapping[str, arb], allowed: arb) -> bool:
    """Whether f changes along a direction as these derivatives say.

    Args:
        runs: those of f at the point.
        found: the derivatives.
        allowed: how far the derivative along the direction may be from what they give.
    """
    direction = _direction(found)
    if not direction:
        return True
    with precision(4 * DECIDED_BITS):
        expected = sum((exact_ball(length) * found[name] for name, length in direction.items()), arb(0))
    for size in _sizes(runs, direction):
        quotient = along(runs, direction, size)
        if quotient is not None:
            with precision(4 * DECIDED_BITS):
                if not abs(quotient - expected) > allowed:
                    return True
    return False


def _direction(found: Mapping[str, arb]) -> dict[str, Fraction]:
    """A direction along which each derivative has a share between 1 and 4 in that of f, or none if it is 0.

    The lengths are random, so that wrong derivatives do not make up for one another: of two that have exchanged their
    places neither would show if all lengths were the same.
    """
    draw = random.Random(1)
    direction: dict[str, Fraction] = {}
    for name, value in found.items():
        length = Fraction(draw.randrange(1 << _LENGTH_BITS, 2 << _LENGTH_BITS) | 1, 1 << _LENGTH_BITS)
        if is_nonzero(value):
            length *= Fraction(2) ** (1 - _magnitude(value))
            if value < 0:
                length = -length
        direction[name] = length
    return direction


def _magnitude(value: arb) -> int:
    return dyadic(value.mid()).magnitude


def _sizes(runs: Runs, direction: Mapping[str, Fraction]) -> Iterator[int]:
    """The sizes of the referee's steps: those that it takes in one variable, so that no step is longer than these."""
    longest = ceil(max(abs(length) for length in direction.values())).bit_length()
    first, second = (
        max(sizes) for sizes in zip(*(sizes_of_referee(runs.point, (name,)) for name in direction), strict=True)
    )
    return iter((first + longest, second + longest, BALL_EXPONENT + 100 + longest))
