"""Constant folding: the exact result of a call whose arguments are exact rational numbers."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from derivcheck.language import table
from derivcheck.model.expression import CALL, NUMBER, Expression

MAX_BITS = 2000
"""How long a constant may get that is computed exactly; a longer one is enclosed, which takes less time."""

SHOWN_BITS = 256
"""The same in a derivative, which is shown: a longer number is harder to read than the operation that makes it."""


def rational_value(expression: Expression) -> Fraction | None:
    """The value of a constant made of literals and +, -, *, / and integer powers; None for any other."""
    values: list[Fraction | None] = []
    for node in expression:
        if node.kind is CALL:
            values.append(arithmetic(node.name, [values[arg] for arg in node.args]))
        else:
            values.append(node.value if node.kind is NUMBER else None)
    return values[-1]


def arithmetic(name: str, args: Sequence[Fraction | None], max_bits: int | None = None) -> Fraction | None:
    """The exact result of +, -, *, /, a negation or an integer power; None for any other call.

    Args:
        name: the function's name in the table.
        args: the exact values of the arguments; None for one that is not known exactly.
        max_bits: up to how many bits (see `bits`) the result is computed; a negation, which is as long as its argument,
            always is. None: without a bound, as for what a user has typed, whose size the parser has bounded.
    """
    result = exact_result(name, args, max_bits) if name in _ARITHMETIC else None
    return result if isinstance(result, Fraction) else None


def exact_result(name: str, args: Sequence[Fraction | None], max_bits: int | None = MAX_BITS) -> Fraction | bool | None:
    """The exact result of a call of a function whose row names a kernel for it: arithmetic, comparisons, jumps, kinks.

    No enclosure tells whether 1/3 < 1/3, and none whether floor(2/0.1) is 20 or 19.

    Args:
        name: the function's name in the table.
        args: as for `arithmetic`.
        max_bits: as for `arithmetic`.

    Returns:
        A bool for a comparison; None for a call whose result is no rational number, is not known, or is too long.

    Example:
        >>> exact_result("floor", [Fraction(2) / Fraction(1, 10)], 100)
        Fraction(20, 1)
    """
    kernel = EXACT.get(name)
    if kernel is None:
        return None
    known = [arg for arg in args if arg is not None]
    if len(known) < len(args) or (name == "pow" and max_bits is not None and _is_longer(*known, max_bits=max_bits)):
        return None
    try:
        result = kernel(*known)
    except ZeroDivisionError:
        return None
    if max_bits is None or not isinstance(result, Fraction) or name == "neg" or bits(result) <= max_bits:
        return result
    return None


def bits(value: Fraction | int) -> int:
    """How long a number is: the bits of its numerator and of its denominator together."""
    return value.numerator.bit_length() + value.denominator.bit_length()


def _is_longer(base: Fraction, exponent: Fraction, *, max_bits: int) -> bool:
    """Whether a power certainly has more bits than these: it would take long to write out 3**(10**9)."""
    return (bits(base) - 2) * abs(exponent) > max_bits


def _power(base: Fraction, exponent: Fraction) -> Fraction | None:
    return base**exponent.numerator if exponent.denominator == 1 else None


_KERNELS: Mapping[str, Callable[..., Fraction | bool | None]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": operator.truediv,
    "neg": operator.neg,
    "pow": _power,
    "abs": abs,
    "Max": max,
    "Min": min,
    "floor": lambda x: Fraction(math.floor(x)),
    "ceiling": lambda x: Fraction(math.ceil(x)),
    "trunc": lambda x: Fraction(math.trunc(x)),
    "remainder": lambda x, y: x - y * math.floor(x / y),
    "fmod": lambda x, y: x - y * math.trunc(x / y),
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
    "eq": operator.eq,
    "ne": operator.ne,
}
"""What the column `exact` of the function table names."""

EXACT = {row.name: _KERNELS[row.exact] for row in table.FUNCTIONS if row.exact is not None}
"""The functions whose result is rational where their arguments are, but for powers, each with its kernel."""

_ARITHMETIC = frozenset({"add", "sub", "mul", "div", "neg", "pow"})
