"""The exact value of a constant expression, where it is a rational number."""

from __future__ import annotations

from fractions import Fraction

from derivcheck.tree import Expression, NodeKind


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
            values.append(_arithmetic(node.name, known))
    return values[-1]


def _arithmetic(name: str, args: list[Fraction]) -> Fraction | None:
    """One operation on exact numbers; the parser has bounded the size of what comes out."""
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
