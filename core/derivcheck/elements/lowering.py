"""Lowering: an Expression whose variables have shapes becomes Elements, a scalar graph with a root for each element."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from derivcheck.elements.elements import Elements
from derivcheck.elements.lowerings.lookup import LOWERINGS
from derivcheck.elements.node_arrays import MAX_OPERATIONS, Estimate, Integers, NodeArrays, Nodes
from derivcheck.errors import UnsupportedError
from derivcheck.graph.expansion import expand
from derivcheck.language import table
from derivcheck.language.plain_values import plain_value
from derivcheck.language.table import Function, Sort
from derivcheck.model.expression import Expression, Node, NodeKind
from derivcheck.model.shaped_values import Shape, ShapedPoint, addresses

OUTPUTS = "tuple"
"""The function at the root of an Expression with several outputs."""


@dataclass(frozen=True, slots=True)
class Lowered:
    """What an Expression is at a point with shapes.

    Attributes:
        elements: its elements; the roots are those of all outputs, one output after the other, and the addresses are
            those of all variables that are numbers, `W[0, 2]`, in the order of the point.
        outputs: the shape of each output.
    """

    elements: Elements
    outputs: tuple[Shape, ...]


def lower(expression: Expression, point: ShapedPoint, estimate: Estimate, limit: int = MAX_OPERATIONS) -> Lowered:
    """Lower an Expression.

    Args:
        expression: the Expression.
        point: what its variables hold; of those that are integers the values matter, of the others the shapes.
        estimate: about what nodes are at the point, for the choice of pivots.
        limit: the scalar operations that it may take.

    Raises:
        ShapeError: where shapes do not go together, and beyond the limit.
        UnsupportedError: for a function that has no lowering.
    """
    return _Lowerer(expression, point, estimate, limit).run()


class _Lowerer:
    """One run over one Expression."""

    def __init__(self, expression: Expression, point: ShapedPoint, estimate: Estimate, limit: int) -> None:
        self.expression = expression
        self.point = point
        self.make = NodeArrays(expression.source, estimate, limit)

    def run(self) -> Lowered:
        names = {name: self.variable(name) for name in self.expression.variables}
        root = self.emit(self.expression, names)[-1]
        outputs = root if isinstance(root, tuple) else (root,)
        arrays = [self.numbers(output) for output in outputs]
        roots = [at for array in arrays for at in array.ravel().tolist()]
        variables = [
            at
            for name, value in self.point.items()
            if name in names and not value.is_integer
            for at in addresses(name, value.shape)
        ]
        return Lowered(Elements.taken(self.make.graph, roots, variables), tuple(array.shape for array in arrays))

    def variable(self, name: str) -> Nodes | Integers:
        value = self.point[name]
        if value.is_integer:
            integers = [int(element.exact) for element in value.elements]
            return Integers(np.array(integers, dtype=np.int64).reshape(value.shape))
        leaf = self.make.graph.leaf
        nodes = [leaf(Node(NodeKind.VARIABLE, at)) for at in addresses(name, value.shape)]
        return np.array(nodes, dtype=np.int64).reshape(value.shape)

    def emit(self, expression: Expression, names: Mapping[str, Any]) -> list[Any]:
        """What each node of an Expression is."""
        found: list[Any] = []
        for position, node in enumerate(expression.nodes):
            if expression is self.expression:
                self.make.span = expression.span(position)
            found.append(self.node(node, found, names))
        return found

    def node(self, node: Node, found: Sequence[Any], names: Mapping[str, Any]) -> Any:
        if node.kind is NodeKind.SETTING:
            return plain_value(node.name)
        if node.kind is NodeKind.VARIABLE:
            return names[node.name]
        if node.kind is not NodeKind.CALL:
            return np.array(self.make.graph.leaf(node), dtype=np.int64)
        arguments = [found[arg] for arg in node.args]
        if node.name == OUTPUTS:
            return tuple(arguments)
        row = table.function(node.name)
        assert row is not None, node.name
        return self.call(row, arguments)

    def call(self, row: Function, arguments: list[Any]) -> Any:
        if row.lowering is not None:
            return LOWERINGS[row.lowering](self.make, *self.as_due(row, arguments))
        if row.sympy is not None or row.ball is not None or not row.is_shaped:
            return self.make.call(row.name, *map(self.numbers, arguments))
        if row.definition is None:
            raise UnsupportedError(f"there is no definition of `{row.name}`")
        return expand(row, arguments, lambda body, names: self.emit(body, names)[-1])

    def as_due(self, row: Function, arguments: list[Any]) -> list[Any]:
        """The arguments, integers as nodes where numbers are due."""
        return [
            self.numbers(argument) if row.sort_of(index) is Sort.REAL else argument
            for index, argument in enumerate(arguments)
        ]

    def numbers(self, argument: Any) -> Any:
        """Integers as nodes; anything else as it is."""
        if not isinstance(argument, Integers):
            return argument
        numbers = [self.make.graph.number(Fraction(value)) for value in argument.values.ravel().tolist()]
        return np.array(numbers, dtype=np.int64).reshape(argument.values.shape)
