"""Printing: an Expression as a text that parses back to the same tree."""

from __future__ import annotations

from dataclasses import dataclass

from derivcheck.model.expression import Expression, NodeKind


@dataclass(frozen=True, slots=True)
class _Infix:
    """How an operator is written: its symbol, its precedence, and the least precedence of each operand."""

    symbol: str
    precedence: int
    left: int
    right: int


_INFIX: dict[str, _Infix] = {
    "or": _Infix(" | ", 5, 5, 6),
    "and": _Infix(" & ", 6, 6, 7),
    "lt": _Infix(" < ", 4, 5, 5),
    "le": _Infix(" <= ", 4, 5, 5),
    "gt": _Infix(" > ", 4, 5, 5),
    "ge": _Infix(" >= ", 4, 5, 5),
    "eq": _Infix(" == ", 4, 5, 5),
    "ne": _Infix(" != ", 4, 5, 5),
    "add": _Infix(" + ", 7, 7, 8),
    "sub": _Infix(" - ", 7, 7, 8),
    "mul": _Infix("*", 8, 8, 9),
    "div": _Infix("/", 8, 8, 9),
    "remainder": _Infix(" % ", 8, 8, 9),
    "floor_divide": _Infix(" // ", 8, 8, 9),
    "pow": _Infix("**", 10, 11, 9),
}
_PREFIX: dict[str, tuple[str, int]] = {"neg": ("-", 9), "not": ("~", 9)}
_ATOM = 12


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
    stack: list[tuple[int, int] | str] = [(expression.root if position is None else position, 0)]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            pieces.append(item)
            continue
        at, least = item
        node = expression.nodes[at]
        if node.kind is not NodeKind.CALL:
            quotient = node.kind is NodeKind.NUMBER and "/" in node.name and least > _INFIX["div"].precedence
            pieces.append(f"({node.name})" if quotient else node.name)
            continue
        parts, precedence = _parts(node.name, node.args)
        if precedence < least:
            parts = ["(", *parts, ")"]
        stack.extend(reversed(parts))
    return "".join(pieces)


def _parts(name: str, args: tuple[int, ...]) -> tuple[list[tuple[int, int] | str], int]:
    """What a call is written as, arguments still open, and its precedence."""
    if name in _INFIX and len(args) == 2:
        infix = _INFIX[name]
        return [(args[0], infix.left), infix.symbol, (args[1], infix.right)], infix.precedence
    if name in _PREFIX:
        symbol, precedence = _PREFIX[name]
        return [symbol, (args[0], precedence)], precedence
    parts: list[tuple[int, int] | str] = [f"{name}("]
    for index, arg in enumerate(args):
        parts += [", "] * (index > 0) + [(arg, 0)]
    return [*parts, ")"], _ATOM
