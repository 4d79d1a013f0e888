"""Infinity among the elements of a value: what becomes of it where that is known beforehand.

A mask of attention puts -inf in the place of some scores, and exp makes 0 of it, as in
softmax(masked_fill(x, mask == 0, -inf)); a masked minimum puts inf there. Neither is a number, and neither ever becomes
a node.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from derivcheck.elements.known_conditions import known_condition
from derivcheck.graph.building import Graph
from derivcheck.graph.folding import exact_result
from derivcheck.language import table
from derivcheck.language.table import Sort

MINUS_INFINITY = -2
PLUS_INFINITY = -3
"""What stands in an array of nodes in the place of one."""

_SIGNS = {MINUS_INFINITY: -1, PLUS_INFINITY: 1}

_Rule = Callable[[Graph, tuple[int, ...]], "int | None"]


def at_infinity(graph: Graph, name: str, args: tuple[int, ...]) -> int | None:
    """What a function gives, some of whose arguments are infinite; None where that is no number or not known."""
    row = table.function(name)
    if row is not None and row.result is Sort.BOOL and row.exact is not None:
        return _compared(graph, name, args)
    rule = None if row is None or row.at_infinity is None else _RULES[row.at_infinity]
    return None if rule is None else rule(graph, args)


def _infinity(sign: int) -> int:
    return PLUS_INFINITY if sign > 0 else MINUS_INFINITY


def _sign(graph: Graph, at: int) -> int | None:
    """The sign of infinity, or of a plain number; None of what depends on a variable."""
    if at in _SIGNS:
        return _SIGNS[at]
    value = graph.values[at]
    return None if value is None else (value > 0) - (value < 0)


def _vanishing(graph: Graph, args: tuple[int, ...]) -> int | None:
    return graph.number(Fraction(0)) if args[0] == MINUS_INFINITY else None


def _negated(graph: Graph, args: tuple[int, ...]) -> int:
    del graph
    return _infinity(-_SIGNS[args[0]])


def _size(graph: Graph, args: tuple[int, ...]) -> int:
    del graph, args
    return PLUS_INFINITY


def _log_sum(graph: Graph, args: tuple[int, ...]) -> int:
    """log(exp(x) + exp(y)), where one of the two terms is 0, or infinite."""
    del graph
    if PLUS_INFINITY in args:
        return PLUS_INFINITY
    return args[1] if args[0] == MINUS_INFINITY else args[0]


def _sum(graph: Graph, args: tuple[int, ...]) -> int | None:
    del graph
    found = {arg for arg in args if arg in _SIGNS}
    return found.pop() if len(found) == 1 else None


def _difference(graph: Graph, args: tuple[int, ...]) -> int | None:
    return _sum(graph, (args[0], _infinity(-_SIGNS[args[1]]) if args[1] in _SIGNS else args[1]))


def _multiple(graph: Graph, args: tuple[int, ...]) -> int | None:
    first, second = (_sign(graph, arg) for arg in args)
    return _infinity(first * second) if first and second else None


def _quotient(graph: Graph, args: tuple[int, ...]) -> int | None:
    return _multiple(graph, args) if args[1] not in _SIGNS else None


def _largest(graph: Graph, args: tuple[int, ...]) -> int:
    return _extreme(graph, args, "Max", PLUS_INFINITY)


def _smallest(graph: Graph, args: tuple[int, ...]) -> int:
    return _extreme(graph, args, "Min", MINUS_INFINITY)


def _extreme(graph: Graph, args: tuple[int, ...], name: str, beyond_all: int) -> int:
    """The largest or the smallest: one infinity is beyond all numbers, the other one behind them."""
    if beyond_all in args:
        return beyond_all
    numbers = tuple([arg for arg in args if arg not in _SIGNS])
    if len(numbers) < 2:
        return numbers[0] if numbers else _infinity(-_SIGNS[beyond_all])
    return graph.call(name, numbers)


def _choice(graph: Graph, args: tuple[int, ...]) -> int | None:
    condition, first, second = args
    holds = None if condition in _SIGNS else known_condition(graph, condition)
    if holds is None:
        return first if first == second else None
    return first if holds else second


def _compared(graph: Graph, name: str, args: tuple[int, ...]) -> int:
    """A comparison with infinity: any number is less than inf, and more than -inf."""
    sizes = [Fraction(_SIGNS.get(arg, 0)) for arg in args]
    one, zero = graph.number(Fraction(1)), graph.number(Fraction(0))
    return graph.call("ne" if exact_result(name, sizes) is True else "eq", (one, zero))


_RULES: Mapping[str, _Rule] = {
    "vanishing": _vanishing,
    "negated": _negated,
    "size": _size,
    "log sum": _log_sum,
    "sum": _sum,
    "difference": _difference,
    "multiple": _multiple,
    "quotient": _quotient,
    "largest": _largest,
    "smallest": _smallest,
    "choice": _choice,
}
"""What the column `at_infinity` of the function table names."""
