"""Arrays of nodes: what a value with a shape is, while it is lowered to a graph of numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from derivcheck.errors import ShapeError, Span
from derivcheck.graph.building import Graph

Nodes = NDArray[np.int64]
"""The places in a graph of the elements of a value, in the value's shape."""

Estimate = Callable[[Graph, Sequence[int]], list[float]]
"""About what nodes are at the point, nan where they are nothing: for the choice of a pivot."""

MAX_OPERATIONS = 200_000
"""Scalar operations that an expression may be lowered to."""


@dataclass(frozen=True, slots=True, eq=False)
class Integers:
    """Integers that stay integers, such as class labels: known, and no nodes of the graph."""

    values: NDArray[np.int64]


class NodeArrays:
    """Makes arrays of nodes: each method gives an array from arrays. Moving elements needs no method: it is NumPy's.

    Args:
        text: the expression's text, for messages.
        estimate: about what nodes are at the point.
        limit: how many operations the graph may have.

    Attributes:
        graph: the graph.
        span: where the operation stands that is being lowered.
    """

    def __init__(self, text: str, estimate: Estimate, limit: int = MAX_OPERATIONS) -> None:
        self.text = text
        self.graph = Graph()
        self.span = Span(0, len(text))
        self.limit = limit
        self._estimate = estimate

    def number(self, value: Fraction | int) -> Nodes:
        """A plain number, of shape ()."""
        return np.array(self.graph.number(Fraction(value)), dtype=np.int64)

    def call(self, name: str, *arguments: Nodes) -> Nodes:
        """A function of numbers, element by element, its arguments broadcast as torch broadcasts them."""
        try:
            shape = np.broadcast_shapes(*[array.shape for array in arguments])
        except ValueError:
            shapes = " and ".join(str(array.shape) for array in arguments)
            self.fail(f"`{name}` cannot broadcast the shapes {shapes}", "sizes must be equal, or one of them 1")
        self.need(int(np.prod(shape, dtype=object)))
        call = self.graph.call
        columns = [np.broadcast_to(array, shape).ravel().tolist() for array in arguments]
        return np.array([call(name, args) for args in zip(*columns, strict=True)], dtype=np.int64).reshape(shape)

    def estimate(self, nodes: Nodes) -> NDArray[np.float64]:
        """About what the elements are at the point, nan where they are nothing."""
        found = self._estimate(self.graph, nodes.ravel().tolist())
        return np.array(found, dtype=np.float64).reshape(nodes.shape)

    def need(self, operations: int) -> None:
        """Fail if so many operations more are beyond the bound; asked before anything is made that is as large."""
        if len(self.graph) + operations > self.limit:
            self.fail(
                f"the expression needs more than {self.limit:,} operations on numbers",
                "check a smaller shape: what is wrong with a gradient shows in one",
            )

    def fail(self, message: str, hint: str | None = None) -> NoReturn:
        """Raise the ShapeError about the operation that is being lowered."""
        raise ShapeError(message, text=self.text, span=self.span, hint=hint)
