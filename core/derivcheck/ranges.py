"""Whether a formula itself leaves the range of a floating-point format, at the exact point."""

from __future__ import annotations

from flint import arb

from derivcheck.balls import Program, exact_ball, live_slots, precision
from derivcheck.model import DType
from derivcheck.quotients import ExactPoint

_PRECISION = 128


def leaves_range(program: Program, point: ExactPoint, dtype: DType) -> bool:
    """Whether an intermediate result that the value depends on is too large, or too small and not 0, for the format.

    What happens in a branch that is not taken does not count: there the formula keeps the range, and a nan that comes
    out of it is torch's.
    """
    largest, smallest = arb((1, dtype.max_exponent + 1)), arb((1, dtype.min_exponent))
    with precision(_PRECISION):
        slots = program.trace({name: exact_ball(point[name]) for name in program.variables})
        for slot in live_slots(program, slots):
            ball = slots[slot]
            if not isinstance(ball, arb) or ball.is_nan() or ball.is_zero():
                continue
            size = abs(ball)
            if size >= largest or (size < smallest and not ball.contains(0)):
                return True
    return False
