"""Which operations are exact on the numbers at hand: one table of rules, and how Python's floats are held against them.

An operation is exact where the float that it returned is the exact result, as of 0.5 + 0.25: then nothing was rounded
(an error-free transformation). The rules say which exact relation that is, as x = outcome*y of a quotient. How a
relation is tested depends on where the numbers are: for floats it is tested in integers, here; for a tensor with a
number for each of many points see `exactness_at_points`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

Relation = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """How relations between numbers are tested: each a function of numbers that says whether it holds.

    Attributes:
        is_sum: whether the third number is the first plus the second.
        is_product: whether the third number is the first times the second.
        is_power: whether the third number is the first to the power of the second.
        is_copy: whether the second number is the first.
        is_special: whether a function of this name has one of its exact values, as exp(0) is 1.
        square: the square of a number, exactly where that is possible.
    """

    is_sum: Relation
    is_product: Relation
    is_power: Relation
    is_copy: Relation
    is_special: Relation
    square: Callable[[Any], Any]


_OF_TWO: Mapping[str, Callable[[Arithmetic, Any, Any, Any], Any]] = {
    "add": lambda by, x, y, outcome: by.is_sum(x, y, outcome),
    "sub": lambda by, x, y, outcome: by.is_sum(x, -y, outcome),
    "rsub": lambda by, x, y, outcome: by.is_sum(y, -x, outcome),
    "mul": lambda by, x, y, outcome: by.is_product(x, y, outcome),
    "div": lambda by, x, y, outcome: by.is_product(outcome, y, x),
    "pow": lambda by, x, y, outcome: by.is_power(x, y, outcome),
}
_OF_ONE: Mapping[str, Callable[[Arithmetic, Any, Any], Any]] = {
    "_to_copy": lambda by, x, outcome: by.is_copy(x, outcome),
    "reciprocal": lambda by, x, outcome: by.is_product(outcome, x, 1.0),
    "sqrt": lambda by, x, outcome: by.is_product(outcome, outcome, x),
    "rsqrt": lambda by, x, outcome: by.is_product(by.square(outcome), x, 1.0),
    "square": lambda by, x, outcome: by.is_product(x, x, outcome),
}
"""When an operation on two numbers, or on one, is exact. Any other is exact at special values only."""


def holds(by: Arithmetic, name: str, args: Sequence[Any], outcome: Any) -> Any:
    """What an arithmetic says of an operation.

    Args:
        by: the arithmetic.
        name: the operation.
        args: its arguments; None stands for one that is no number, and one at least is a number.
        outcome: what it returned.
    """
    numbers = [arg for arg in args if arg is not None]
    if len(args) == 2 and len(numbers) == 2 and name in _OF_TWO:
        first, second = numbers
        return _OF_TWO[name](by, first, second, outcome)
    if name in _OF_ONE:
        return _OF_ONE[name](by, numbers[0], outcome)
    return by.is_special(name, numbers[0], outcome)


# --- floats ----------------------------------------------------------------------------------------------------------


def is_exact(name: str, args: Sequence[float | None], outcome: float) -> bool:
    """Whether an operation's result is exact on the numbers that it was given.

    Args:
        name: the operation.
        args: its arguments; None stands for one that is no number.
        outcome: what it returned.
    """
    if not math.isfinite(outcome):
        return False
    count = 0
    for arg in args:
        if arg is not None:
            if not math.isfinite(arg):
                return False
            count += 1
    return bool(count and holds(_OF_FLOATS, name, args, outcome))


def _is_sum(x: float, y: float, outcome: float) -> bool:
    """Whether the outcome is x + y, in integers: a Fraction would look for a common divisor each time."""
    (a, b), (c, d), (e, f) = x.as_integer_ratio(), y.as_integer_ratio(), outcome.as_integer_ratio()
    return (a * d + c * b) * f == e * b * d


def _is_product(x: float | Fraction, y: float, outcome: float) -> bool:
    """Whether the outcome is x*y."""
    (a, b), (c, d), (e, f) = x.as_integer_ratio(), y.as_integer_ratio(), outcome.as_integer_ratio()
    return a * c * f == e * b * d


def _is_power(base: float, exponent: float, outcome: float) -> bool:
    if exponent == 0.5:
        return _is_product(outcome, outcome, base)
    if not exponent.is_integer() or abs(exponent) > 64:
        return base in {0.0, 1.0}
    if base == 0:
        return True
    (a, b), (e, f) = base.as_integer_ratio(), outcome.as_integer_ratio()
    times = abs(int(exponent))
    if exponent < 0:
        a, b = b, a
    return bool(a**times * f == e * b**times)


def _is_copy(x: float, outcome: float) -> bool:
    return outcome == x


_POLYNOMIALS = frozenset({"i0", "special_i0e"})
"""Functions without a branch for the arguments at which they are exact.

i0e(0) is 1 in torch's vector kernel for bfloat16, and 0.992 in its scalar one.
"""


def _is_special(name: str, x: float, outcome: float) -> bool:
    """Whether a transcendental function of 0 or 1 gives 0, 1/2 or 1, as exp(0), log(1) and acos(1) do."""
    if name in _POLYNOMIALS:
        return False
    return (x == 0 and abs(outcome) in {0.0, 0.5, 1.0}) or (x == 1 and outcome == 0)


_OF_FLOATS = Arithmetic(_is_sum, _is_product, _is_power, _is_copy, _is_special, lambda x: Fraction(x) ** 2)
