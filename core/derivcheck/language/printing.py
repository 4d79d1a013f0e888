"""Printing: an Expression as a text that parses back to the same tree."""

from __future__ import annotations

from derivcheck.language.operators import BINARY, PRINTED, Operator
from derivcheck.model.expression import Expression, NodeKind

_Part = tuple[int, int] | str
"""A text, or a node that is still to be printed, with the least precedence that needs no brackets there."""

_QUOTIENT = BINARY["/"].precedence
"""The precedence of a fraction that SymPy has made, printed as one divided by the other."""


def to_text(expression: Expression, position: int | None = None) -> str:
    """The expression, or the part under `position`, in the expression language.

    `parse(to_text(e), e.variables) == e` for every Expression that `parse` returns. A number that SymPy has made, such
    as 1/3, is no literal and is written as a quotient.

    Example:
        >>> from derivcheck.language.parse import parse
        >>> to_text(parse("2*x^3+(1)"))
        '2*x**3 + 1'
    """
    pieces: list[str] = []
    stack: list[_Part] = [(expression.root if position is None else position, 0)]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            pieces.append(item)
            continue
        at, least = item
        node = expression.nodes[at]
        if node.kind is not NodeKind.CALL:
            quotient = node.kind is NodeKind.NUMBER and "/" in node.name and least > _QUOTIENT
            pieces.append(f"({node.name})" if quotient else node.name)
            continue
        operator = PRINTED.get(node.name)
        if operator is None:
            stack.extend(reversed(_call(node.name, node.args)))
            continue
        parts = _operation(operator, node.args)
        stack.extend(reversed(["(", *parts, ")"] if operator.precedence < least else parts))
    return "".join(pieces)


def _call(name: str, args: tuple[int, ...]) -> list[_Part]:
    """A call with its arguments in brackets."""
    parts: list[_Part] = [f"{name}("]
    for index, arg in enumerate(args):
        parts += [", "] * (index > 0) + [(arg, 0)]
    return [*parts, ")"]


def _operation(operator: Operator, args: tuple[int, ...]) -> list[_Part]:
    """An operator with its operands."""
    symbol = operator.printed or ""
    if operator.is_prefix:
        return [symbol, (args[0], operator.right)]
    return [(args[0], operator.left), symbol, (args[1], operator.right)]
