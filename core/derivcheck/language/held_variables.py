"""Held variables: those that stand in the order of a function, by which nothing is differentiated."""

from __future__ import annotations

from collections.abc import Mapping

from derivcheck.language import table
from derivcheck.model.expression import VARIABLE, Expression

_HELD = {row.name: [row.params.index(name) for name in row.held] for row in table.FUNCTIONS if row.held}


def held_variables(expression: Expression) -> Mapping[str, str]:
    """The variables that the order of a function is made of, each with what it is to which function.

    Neither SymPy nor torch differentiates a Bessel function by its order, and many functions have whole orders alone.

    Example:
        >>> from derivcheck.language.parse import parse
        >>> dict(held_variables(parse("n*besselj(n + 1, x)")))
        {'n': '`n` of `besselj`'}
    """
    found: dict[str, str] = {}
    if expression.called.isdisjoint(_HELD):
        return found
    for node in expression.nodes:
        for index in _HELD.get(node.name, ()) if node.args else ():
            row = table.function(node.name)
            assert row is not None
            for name in _variables_below(expression, node.args[index]):
                found.setdefault(name, f"`{row.params[index]}` of `{row.name}`")
    return found


def _variables_below(expression: Expression, position: int) -> list[str]:
    """The variables at or below a node, in order."""
    found: dict[str, None] = {}
    pending = [position]
    seen: set[int] = set()
    while pending:
        at = pending.pop()
        if at in seen:  # statements give names to nodes, which then have several uses
            continue
        seen.add(at)
        node = expression.nodes[at]
        if node.kind is VARIABLE:
            found[node.name] = None
        pending.extend(reversed(node.args))
    return list(found)
