"""Whether a formula, or the chain rule over it, leaves the range of a floating-point format at the exact point."""

from __future__ import annotations

from collections.abc import Iterator

from flint import arb

from derivcheck.balls.ball import Ball, Outside, precision
from derivcheck.balls.kernels.domain import OutOfDomain
from derivcheck.balls.program import Program, live_slots
from derivcheck.numbers import DType
from derivcheck.rounding.exact_slots import MAX_STEPS, PRECISIONS, exact_slots
from derivcheck.truth.runs import ExactPoint

_STEP = arb((1, -3000))
"""The step of the quotients, relative to the argument: factors of the chain rule down to 2**-3000 show."""

_STEP_PRECISION = 10_000


def leaves_range(program: Program, point: ExactPoint, dtype: DType) -> bool:
    """Whether an intermediate result that the value depends on is too large, or too small and not 0, for the format.

    What happens in a branch that is not taken does not count: there the formula keeps the range, and a nan that comes
    out of it is torch's.
    """
    for bits in PRECISIONS:
        with precision(bits):
            slots = exact_slots(program, point)
            beyond = [_is_beyond(slots[slot], dtype) for slot in live_slots(program, slots)]
        if any(beyond) or None not in beyond:
            return any(beyond)
    return False


def vanishes(program: Program, point: ExactPoint, dtype: DType) -> bool:
    """Whether an intermediate result that the value depends on rounds to 0 although it is none.

    The first precision mostly shows that every result is far from 0, at a thirtieth of what the last one costs.
    """
    smallest = arb((1, dtype.min_exponent - dtype.precision))  # half of the smallest subnormal
    for bits in (PRECISIONS[0], PRECISIONS[-1]):
        with precision(bits):
            slots = exact_slots(program, point)
            live = [slots[slot] for slot in live_slots(program, slots)]
            sizes = [abs(ball) for ball in live if _is_number(ball)]
            undecided = sum(not isinstance(ball, bool) for ball in live) - len(sizes)
            if not undecided and all(size.is_zero() or size >= smallest for size in sizes):
                return False
    return any(size < smallest and not size.contains(0) for size in sizes)


def chain_leaves_range(program: Program, point: ExactPoint, dtype: DType) -> bool:
    """Whether a factor of the chain rule leaves the range: the derivative of a step by an argument, or of the result.

    Whoever multiplies by -1/cosh(700)**2, the derivative of 1/c at c = cosh(700), loses it: it is 4e-608.
    """
    if len(program.code) > MAX_STEPS:
        return False
    with precision(_STEP_PRECISION):
        slots = exact_slots(program, point)
        varying = live_slots(program, slots) & _varying(program)
        first = len(program.variables)
        return any(
            _is_beyond(factor, dtype)
            for slot in varying
            for factor in (_tangents if slot < first else _factors)(program, slots, slot, varying)
        )


def _varying(program: Program) -> set[int]:
    """The slots that depend on a variable: nobody differentiates by a constant."""
    first = len(program.variables)
    return {*range(first), *[slot for slot, step in enumerate(program.code, first) if step.depends]}


def _tangents(program: Program, slots: list[Ball], variable: int, varying: set[int]) -> Iterator[Ball]:
    """The derivatives of every step by a variable."""
    step = _step(slots[variable])
    right, left = (
        program.resume([*slots[:variable], slots[variable] + h, *slots[variable + 1 : len(program.variables)]])
        for h in (step, -step)
    )
    return (_quotient(right[slot], left[slot], step) for slot in varying)


def _factors(program: Program, slots: list[Ball], slot: int, varying: set[int]) -> Iterator[Ball]:
    """The derivatives of a step by its arguments, and of the result by it."""
    here = slots[slot]
    if _is_number(here):
        step = _step(here)
        right, left = (program.resume([*slots[:slot], here + h])[program.root] for h in (step, -step))
        yield _quotient(right, left, step)
    code = program.code[slot - len(program.variables)]
    values = [slots[arg] for arg in code.args]
    if not code.takes_outside and any(isinstance(value, Outside) for value in values):
        return
    for position, (arg, value) in enumerate(zip(code.args, values, strict=True)):
        if arg not in varying or not _is_number(value):
            continue
        step = _step(value)
        try:
            right, left = (code.kernel(*values[:position], value + h, *values[position + 1 :]) for h in (step, -step))
        except OutOfDomain:
            continue
        yield _quotient(right, left, step)


def _step(value: arb) -> arb:
    return _STEP * max(1, abs(value))


def _is_number(value: Ball) -> bool:
    return isinstance(value, arb) and value.is_finite()


def _quotient(right: Ball, left: Ball, step: arb) -> Ball:
    if not isinstance(right, arb) or not isinstance(left, arb):
        return None
    return (right - left) / (2 * step)


def _is_beyond(ball: Ball, dtype: DType) -> bool | None:
    """Whether a number is too large, or too small and not 0, for the format; None where the ball is too wide to say."""
    if not isinstance(ball, arb) or ball.is_zero():
        return False
    size, smallest, largest = abs(ball), arb((1, dtype.min_exponent)), arb((1, dtype.max_exponent + 1))
    if size >= largest or (size < smallest and not ball.contains(0)):
        return True
    return False if size < largest and (size >= smallest or ball.is_exact()) else None
