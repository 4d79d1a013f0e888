"""The steps of a ball program whose results are known exactly at a point, as rational multiples of powers of pi.

A ball around x/3 at x = 1 holds more than the number 1/3, however narrow it is. So no enclosure tells whether
x/3 >= 1/3, whether floor(10*x/3*0.3) has reached 1, or whether sin(pi*x) is 0. Exact arithmetic tells. It is asked only
where the balls leave something open, because it takes longer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import NamedTuple

from flint import arb, fmpq

from derivcheck.balls.ball import Ball, Kernel, dyadic
from derivcheck.balls.compiling import literal_step
from derivcheck.balls.instructions import Instruction
from derivcheck.balls.kernels.domain import OutOfDomain
from derivcheck.balls.program import Program
from derivcheck.graph.folding import EXACT, arithmetic, bits, exact_result
from derivcheck.language import table
from derivcheck.model.expression import LITERAL

_MAX_BITS = 40_000
"""How long a number may get: the square of a product of ten numbers of float64's range is shorter."""

_MAX_POWER = 64
"""The largest exponent that is multiplied out."""


class Exact(NamedTuple):
    """The number factor * pi**power."""

    factor: Fraction
    power: int = 0


Known = Exact | bool

_ZERO, _ONE = Exact(Fraction(0)), Exact(Fraction(1))
_CONSTANTS = {row.name: Exact(Fraction(1), row.power_of_pi) for row in table.CONSTANTS if row.power_of_pi is not None}


def with_exact_steps(program: Program, point: Mapping[str, Fraction], slots: Sequence[Ball]) -> Program | None:
    """The program in which each step whose result is known exactly at the point gives just that number.

    Args:
        program: the program; what comes out is right at the point alone.
        point: the exact value of each variable.
        slots: what `Program.trace` gave at the point.

    Returns:
        None where the balls leave nothing open that this decides.
    """
    first = len(program.variables)
    known = exact_slots(program, point, slots)
    if not any(_is_decided_by(known, slot, slots, program.code[slot - first]) for slot in range(first, len(slots))):
        return None
    code = tuple(
        replace(step, kernel=_constant(known[slot]), args=(), function=LITERAL, takes_outside=False)
        if slot in known
        else step
        for slot, step in enumerate(program.code, first)
    )
    return program.with_steps(code)


def exact_slots(
    program: Program, point: Mapping[str, Fraction], slots: Sequence[Ball] | None = None
) -> dict[int, Known]:
    """The results that are known exactly at a point, by slot.

    Args:
        program: the program.
        point: the exact value of each variable.
        slots: what `Program.trace` gave at the point; a ball of radius 0 is known exactly as well, as floor(pi*x) is.
    """
    known: dict[int, Known] = {slot: Exact(point[name]) for slot, name in enumerate(program.variables)}
    for slot, step in enumerate(program.code, len(program.variables)):
        value = exact_step(step, [known.get(arg) for arg in step.args])
        if value is None and slots is not None:
            value = known_ball(slots[slot])
        if isinstance(value, bool) or (value is not None and bits(value.factor) <= _MAX_BITS):
            known[slot] = value
    return known


def _is_decided_by(known: Mapping[int, Known], slot: int, slots: Sequence[Ball], step: Instruction) -> bool:
    """Whether exact numbers decide what the balls leave open: the step's result, or whether its argument is allowed.

    At x = 1 each ball around x/3*3 reaches out of the domain of asin, and each one around x/3 - 4/3 holds a pole of
    gamma. The exact numbers 1 and -1 decide both.
    """
    if slot in known:
        return _is_open(slots[slot], step)
    ball = slots[slot]
    if not isinstance(ball, arb) or not ball.is_nan():
        return False
    return any(arg in known and _is_inexact(slots[arg]) for arg in step.args)


def _is_inexact(ball: Ball) -> bool:
    """Whether a result is a ball that holds more than one number."""
    return isinstance(ball, arb) and not ball.is_exact()


def _is_open(ball: Ball, step: Instruction) -> bool:
    """Whether a ball leaves open what an exact number would decide: a condition, a sign, the side of a jump."""
    if ball is None or (isinstance(ball, arb) and ball.is_nan()):
        return True
    return isinstance(ball, arb) and _is_inexact(ball) and (step.jumps or bool(ball.contains(0)))


def _constant(value: Known) -> Kernel:
    """A kernel without arguments that gives a known number or truth value."""
    if isinstance(value, bool):
        return lambda: value
    if not value.power or not value.factor:
        return literal_step(*value.factor.as_integer_ratio())
    factor, power = fmpq(value.factor.numerator, value.factor.denominator), value.power
    return lambda: arb(factor) * arb.pi() ** power


# --- one step --------------------------------------------------------------------------------------------------------


def exact_step(step: Instruction, args: list[Known | None]) -> Known | None:
    """The exact result of one step; None where it is not known. The arguments that are not known are None."""
    if step.literal is not None:
        return Exact(step.literal)
    name = step.function
    if name in _CONSTANTS:
        return _CONSTANTS[name]
    if name in _BRANCHES:
        return _branch(step, args)
    if not args or None in args:
        return None
    conditions = [arg for arg in args if isinstance(arg, bool)]
    numbers = [arg for arg in args if isinstance(arg, Exact)]
    if conditions:
        return None if numbers else step.kernel(*conditions)
    if name in EXACT:
        return _named(name, numbers)
    if name in _AT_HALF_TURNS and numbers[0].power == 1:
        halves = 2 * numbers[0].factor
        return _AT_HALF_TURNS[name](int(halves)) if halves.denominator == 1 else None
    return _by_balls(step, numbers)


_BRANCHES = frozenset([row.name for row in table.FUNCTIONS if row.branch])


def _branch(step: Instruction, args: list[Known | None]) -> Known | None:
    """What may be known although an argument is not: the branch that is taken, or a condition that another decides."""
    if step.function != table.CHOICE:
        result: bool | None = step.kernel(*args)  # three-valued logic is the same for balls
        return result
    condition, then, other = args
    return (then if condition else other) if isinstance(condition, bool) else None


def _named(name: str, args: list[Exact]) -> Known | None:
    """The result of a function that exact arithmetic knows by name."""
    if name in _POWERS_OF_PI:
        return _POWERS_OF_PI[name](*args)
    common = {arg.power for arg in args if arg.factor}
    if len(common) > 1:
        return None
    power, factors = next(iter(common), 0), [arg.factor for arg in args]
    result = exact_result(name, factors, _MAX_BITS)
    if result is None or isinstance(result, bool):
        return result
    return None if power and name not in _SCALE else _product(result, power)


_SCALE = frozenset([row.name for row in table.FUNCTIONS if row.scales])
"""Functions of whose arguments a common factor pi can be taken out: abs(pi*x) is pi*abs(x)."""


def _product(factor: Fraction, power: int) -> Exact:
    """The number factor * pi**power; 0 has one form only."""
    return Exact(factor, power if factor else 0)


def _times(one: Exact, other: Exact) -> Exact:
    return _product(one.factor * other.factor, one.power + other.power)


def _quotient(one: Exact, other: Exact) -> Exact | None:
    return _product(one.factor / other.factor, one.power - other.power) if other.factor else None


def _power(base: Exact, exponent: Exact) -> Exact | None:
    if exponent.power or exponent.factor.denominator != 1 or abs(exponent.factor) > _MAX_POWER:
        return None
    raised = arithmetic("pow", [base.factor, exponent.factor])
    return None if raised is None else Exact(raised, base.power * int(exponent.factor))


_RULES: Mapping[str, Callable[[Exact, Exact], Exact | None]] = {
    "product": _times,
    "quotient": _quotient,
    "power": _power,
}
"""What the column `pi_power` of the function table names."""

_POWERS_OF_PI = {row.name: _RULES[row.pi_power] for row in table.FUNCTIONS if row.pi_power is not None}


def _by_balls(step: Instruction, args: list[Exact]) -> Known | None:
    """What a kernel gives exactly for dyadic numbers: exp(0), log(1)."""
    if any((arg.power and arg.factor) or arg.factor.denominator & (arg.factor.denominator - 1) for arg in args):
        return None
    try:
        result = step.kernel(*(_constant(arg)() for arg in args))
    except OutOfDomain:
        return None
    return known_ball(result)


def known_ball(ball: Ball) -> Known | None:
    """The number that a ball of radius 0 holds, or a condition that is decided; None for any other result."""
    if isinstance(ball, bool):
        return ball
    if not isinstance(ball, arb) or not ball.is_exact() or not ball.is_finite():
        return None
    number = dyadic(ball)
    return Exact(number.fraction()) if number.is_moderate else None


def _sine(halves: int) -> Exact:
    return Exact(Fraction((0, 1, 0, -1)[halves % 4]))


_HALF_TURNS: Mapping[str, Callable[[int], Exact | None]] = {
    "sin": _sine,
    "cos": lambda halves: _sine(halves + 1),
    "tan": lambda halves: None if halves % 2 else _ZERO,
    "cot": lambda halves: _ZERO if halves % 2 else None,
    "sinc": lambda halves: _product(2 * _sine(halves).factor / halves, -1) if halves else _ONE,
}
"""What the column `half_turns` of the function table names: a trigonometric function of so many halves of pi."""

_AT_HALF_TURNS = {row.name: _HALF_TURNS[row.half_turns] for row in table.FUNCTIONS if row.half_turns is not None}
