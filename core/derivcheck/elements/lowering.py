"""Lowering: an Expression whose variables have shapes becomes Elements, a scalar graph with a root for each element."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from derivcheck.elements.calling import Calling
from derivcheck.elements.elements import Elements
from derivcheck.elements.node_arrays import MAX_OPERATIONS, MOST_INTEGER, Estimate, Integers, NodeArrays, Nodes
from derivcheck.model.expression import Expression, Node, NodeKind
from derivcheck.model.shaped_values import Shape, ShapedPoint, addresses


@dataclass(frozen=True, slots=True)
class Lowered:
    """What an Expression is at a point with shapes.

    Attributes:
        elements: its elements; the roots are those of all outputs, one output after the other, and the addresses are
            those of all variables that are numbers, `W[0, 2]`, in the order of the point.
        outputs: the shape of each output.
        shapes: the shape of what each node of the Expression gives; None of a setting, and of what is no single value.
    """

    elements: Elements
    outputs: tuple[Shape, ...]
    shapes: tuple[Shape | None, ...] = ()


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


class _Lowerer(Calling):
    """One run over one Expression."""

    def __init__(self, expression: Expression, point: ShapedPoint, estimate: Estimate, limit: int) -> None:
        super().__init__(NodeArrays(expression.source, estimate, limit))
        self.expression = expression
        self.point = point

    def run(self) -> Lowered:
        names = {name: self.variable(name) for name in self.expression.variables}
        found = self.emit(self.expression, names)
        root = found[-1]
        arrays = [self.numbers(output) for output in (root if isinstance(root, tuple) else (root,))]
        self.make.allow((sum([array.size for array in arrays]),))
        roots = [at for array in arrays for at in array.ravel().tolist()]
        self.make.check_infinities(roots)
        variables = [
            at
            for name, value in self.point.items()
            if name in names and not value.is_integer
            for at in addresses(name, value.shape)
        ]
        elements = Elements.taken(self.make.graph, roots, variables)
        return Lowered(elements, tuple(array.shape for array in arrays), tuple(map(_shape, found)))

    def variable(self, name: str) -> Nodes | Integers:
        value = self.point[name]
        if value.is_integer:
            integers = [int(element.exact) for element in value.elements]
            if any(abs(integer) >= MOST_INTEGER for integer in integers):
                self.make.fail(f"`{name}` holds an integer that is too large for a label or an index")
            return Integers(np.array(integers, dtype=np.int64).reshape(value.shape))
        leaf = self.make.graph.leaf
        nodes = [leaf(Node(NodeKind.VARIABLE, at)) for at in addresses(name, value.shape)]
        return np.array(nodes, dtype=np.int64).reshape(value.shape)

    def begin(self, expression: Expression, position: int) -> None:
        if expression is self.expression:
            self.make.span = expression.span(position)


def _shape(found: Any) -> Shape | None:
    if isinstance(found, Integers):
        found = found.values
    return found.shape if isinstance(found, np.ndarray) else None
