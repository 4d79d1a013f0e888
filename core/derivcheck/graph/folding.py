"""Exact arithmetic on rational numbers, as far as an expression is made of them."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from derivcheck.model.expression import Expression, NodeKind


def rational_value(expression: Expression) -> Fraction | None:
    """The value of a constant made of literals and +, -, *, / and integer powers; None for any other."""
    values: list[Fraction | None] = []
    for node in expression:
        if node.kind is NodeKind.NUMBER:
            values.append(node.value)
            continue
        args = [values[arg] for arg in node.args]
        known = [arg for arg in args if arg is not None]
        if node.kind is not NodeKind.CALL or len(known) < len(args):
            values.append(None)
        else:
            values.append(arithmetic(node.name, known))
    return values[-1]


def arithmetic(name: str, args: Sequence[Fraction]) -> Fraction | None:
    """One operation on exact numbers; the parser has bounded the size of what comes out. None for any other."""
    match name, args:
        case "add", [x, y]:
            return x + y
        case "sub", [x, y]:
            return x - y
        case "mul", [x, y]:
            return x * y
        case "div", [x, y] if y != 0:
            return x / y
        case "neg", [x]:
            return -x
        case "pow", [x, y] if y.denominator == 1 and (x != 0 or y >= 0):
            return Fraction(x ** int(y))
    return None


def step_function(name: str, args: Sequence[Fraction]) -> Fraction | None:
    """A function that jumps, of exact numbers, where an enclosure of 1/3 cannot tell on which side of a jump it is."""
    match name, args:
        case "floor", [x]:
            return Fraction(math.floor(x))
        case "ceil", [x]:
            return Fraction(math.ceil(x))
        case "trunc", [x]:
            return Fraction(math.trunc(x))
        case "remainder", [x, y] if y != 0:
            return x - y * math.floor(x / y)
        case "fmod", [x, y] if y != 0:
            return x - y * math.trunc(x / y)
    return None


def compared(name: str, args: Sequence[Fraction]) -> bool | None:
    """A comparison of two exact numbers; None for anything else."""
    comparison = _COMPARISONS.get(name)
    return None if comparison is None or len(args) != 2 else comparison(*args)


_COMPARISONS: Mapping[str, Callable[[Fraction, Fraction], bool]] = {
    name: getattr(operator, name) for name in ("lt", "le", "gt", "ge", "eq", "ne")
}
