"""Which steps of a formula give the same float: the same operation on the same numbers rounds in the same way.

torch computes `sqrt(3)` twice where it is written twice, and gets one and the same float. A kink that cancels in
`(1 + sqrt(3)*abs(x))*exp(-sqrt(3)*abs(x))` cancels in torch as well, so its two roots of 3 must not be moved apart.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from fractions import Fraction
from typing import NamedTuple

from derivcheck.balls.instructions import Instruction
from derivcheck.balls.program import Program
from derivcheck.language.table import FUNCTIONS


class Float(NamedTuple):
    """A float as sign * 2**exponent * the number with these digits.

    Rounding leaves signs and powers of 2 alone: 0.2 and -0.1 are rounded as 0.1 is.

    Attributes:
        digits: equal for floats that have the same digits; those of powers of 2 and of 0 have names.
        sign: 1 or -1.
        exponent: the power of 2.
    """

    digits: int
    sign: int = 1
    exponent: int = 0

    def times(self, sign: int, exponent: int = 0) -> Float:
        """The float times another sign and another power of 2."""
        return Float(self.digits, self.sign * sign, self.exponent + exponent)


_POWER_OF_TWO, ZERO = 0, 1


def same_floats(program: Program, point: Mapping[str, Fraction]) -> list[Float]:
    """The float in each slot of a program, those of the variables first.

    Args:
        program: the formula, its steps those of torch.
        point: the exact value of each variable: two variables that are equal hold one float.
    """
    return _Floats().of(program, point)


class _Floats:
    """The floats of one program, each with digits that no other one has."""

    def __init__(self) -> None:
        self.known: dict[Hashable, int] = {Fraction(1): _POWER_OF_TWO, Fraction(0): ZERO}

    def of(self, program: Program, point: Mapping[str, Fraction]) -> list[Float]:
        floats = [self.number(point[name]) for name in program.variables]
        for step in program.code:
            floats.append(self.result(step, [floats[arg] for arg in step.args]))
        return floats

    def digits(self, key: Hashable) -> int:
        return self.known.setdefault(key, len(self.known))

    def number(self, value: Fraction) -> Float:
        """A literal or the value of a variable: powers of 2 are taken out of both sides of the fraction."""
        if not value:
            return Float(ZERO)
        above, below = ((part & -part).bit_length() for part in (value.numerator, value.denominator))
        odd = abs(value) * Fraction(2) ** (below - above)
        return Float(self.digits(odd), 1 if value > 0 else -1, above - below)

    def result(self, step: Instruction, args: list[Float]) -> Float:
        """What a step gives for its arguments."""
        if step.literal is not None:
            return self.number(step.literal)
        rule = _RULES.get(step.function)
        return Float(self.digits((step.operation, *args))) if rule is None else rule(self, *args)

    def sum(self, one: Float, other: Float) -> Float:
        """x + y, which has the digits of y + x, of -x - y, and of 2*x + 2*y; x - x is 0."""
        first, second = sorted((one, other))
        relative = second.times(first.sign, -first.exponent)
        if ZERO in (first.digits, second.digits):
            return second if first.digits == ZERO else first
        if relative == Float(first.digits, -1):
            return Float(ZERO)
        return Float(self.digits(("add", first.digits, relative)), first.sign, first.exponent)

    def product(self, one: Float, other: Float) -> Float:
        """x*y, which has the digits of y*x, and those of x where y is a power of 2."""
        sign, exponent = one.sign * other.sign, one.exponent + other.exponent
        first, second = sorted((one.digits, other.digits))
        if ZERO in (first, second):
            return Float(ZERO)
        digits = second if first == _POWER_OF_TWO else self.digits(("mul", first, second))
        return Float(digits, sign, exponent)

    def quotient(self, one: Float, other: Float) -> Float:
        """x/y, which has the digits of x where y is a power of 2."""
        sign, exponent = one.sign * other.sign, one.exponent - other.exponent
        if one.digits == ZERO:
            return one
        exact = other.digits == _POWER_OF_TWO
        return Float(one.digits if exact else self.digits(("div", one.digits, other.digits)), sign, exponent)


_DIGITS: Mapping[str, Callable[..., Float]] = {
    "sum": _Floats.sum,
    "difference": lambda floats, x, y: floats.sum(x, y.times(-1)),
    "product": _Floats.product,
    "quotient": _Floats.quotient,
    "negative": lambda _, x: x.times(-1),
    "size": lambda _, x: x.times(x.sign),
}
"""What the column `digits` of the function table names."""

_RULES = {row.name: _DIGITS[row.digits] for row in FUNCTIONS if row.digits is not None}
