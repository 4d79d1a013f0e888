"""Minus infinity among the elements of a value: what becomes of it where that is known beforehand.

A mask of attention puts -inf in the place of some scores, and exp makes 0 of it, as in
softmax(masked_fill(x, mask == 0, -inf)). It is no number, and never becomes a node.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from derivcheck.elements.known_conditions import known_condition
from derivcheck.graph.building import Graph
from derivcheck.language import table

MINUS_INFINITY = -2
"""What stands in an array of nodes in the place of one."""

_Rule = Callable[[Graph, tuple[int, ...]], "int | None"]


def at_infinity(graph: Graph, name: str, args: tuple[int, ...]) -> int | None:
    """What a function gives, some of whose arguments are minus infinity; None where that is no number or not known."""
    row = table.function(name)
    rule = None if row is None or row.at_minus_infinity is None else _RULES[row.at_minus_infinity]
    return None if rule is None else rule(graph, args)


def _vanishing(graph: Graph, args: tuple[int, ...]) -> int:
    del args
    return graph.number(Fraction(0))


def _sum(graph: Graph, args: tuple[int, ...]) -> int:
    del graph, args
    return MINUS_INFINITY


def _difference(graph: Graph, args: tuple[int, ...]) -> int | None:
    del graph
    return MINUS_INFINITY if args[1] != MINUS_INFINITY else None


def _multiple(graph: Graph, args: tuple[int, ...]) -> int | None:
    factors = [graph.values[arg] for arg in args if arg != MINUS_INFINITY]
    return MINUS_INFINITY if len(factors) == 1 and factors[0] is not None and factors[0] > 0 else None


def _quotient(graph: Graph, args: tuple[int, ...]) -> int | None:
    return _multiple(graph, args) if args[1] != MINUS_INFINITY else None


def _largest(graph: Graph, args: tuple[int, ...]) -> int:
    numbers = tuple([arg for arg in args if arg != MINUS_INFINITY])
    if len(numbers) < 2:
        return numbers[0] if numbers else MINUS_INFINITY
    return graph.call("Max", numbers)


def _choice(graph: Graph, args: tuple[int, ...]) -> int | None:
    condition, first, second = args
    holds = None if condition == MINUS_INFINITY else known_condition(graph, condition)
    if holds is None:
        return first if first == second else None
    return first if holds else second


_RULES: Mapping[str, _Rule] = {
    "vanishing": _vanishing,
    "sum": _sum,
    "difference": _difference,
    "multiple": _multiple,
    "quotient": _quotient,
    "largest": _largest,
    "choice": _choice,
}
"""What the column `at_minus_infinity` of the function table names."""
