"""Calls of functions of the table on arrays of nodes, by name."""

from __future__ import annotations

from fractions import Fraction
from math import isfinite
from typing import Any

from derivcheck.elements.calling import Calling
from derivcheck.elements.node_arrays import NodeArrays, Nodes
from derivcheck.errors import UnsupportedError
from derivcheck.language import table
from derivcheck.language.table import Function


class Calls:
    """Calls functions of the table, as the nodes of a formula do.

    Args:
        make: makes the nodes.
    """

    def __init__(self, make: NodeArrays) -> None:
        self.make = make
        self._calling = Calling(make)

    def __call__(self, name: str, *arguments: Any) -> Any:
        """The result of a function: an array of nodes, Integers, or several.

        Args:
            name: its name in the table.
            arguments: arrays of nodes, Integers, and plain values where they are settings; a plain number where one of
                the mathematics is due becomes a node.
        """
        row = table.function_of_shapes(name) or table.function(name)
        assert row is not None, name
        return self._calling.call(row, [self._as_node(row, index, one) for index, one in enumerate(arguments)])

    def number(self, value: float) -> Nodes:
        """A plain number: the exact number that a float is.

        Raises:
            UnsupportedError: for inf and nan.
        """
        if not isfinite(value):
            raise UnsupportedError(f"the code computes with {value}, which is no number")
        return self.make.number(Fraction(value))

    def _as_node(self, row: Function, index: int, argument: Any) -> Any:
        names = [*row.params, *[option.name for option in row.options]]
        name = names[min(index, len(names) - 1)]
        is_number = isinstance(argument, int | float) and not isinstance(argument, bool)
        return self.number(argument) if is_number and name not in row.settings else argument
