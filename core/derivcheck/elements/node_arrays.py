"""Arrays of nodes: what a value with a shape is, while it is lowered to a graph of numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from derivcheck.elements.infinite_elements import MINUS_INFINITY, PLUS_INFINITY, at_infinity
from derivcheck.errors import ShapeError, Span
from derivcheck.graph.building import Graph
from derivcheck.graph.expansion import walk
from derivcheck.language.parse import definition
from derivcheck.model.expression import Node, NodeKind

Nodes = NDArray[np.int64]
"""The places in a graph of the elements of a value, in the value's shape."""

Estimate = Callable[[Graph, Sequence[int]], list[float]]
"""About what nodes are at the point, nan where they are nothing: for the choice of a pivot."""

MAX_OPERATIONS = 200_000
"""Scalar operations that an expression may be lowered to."""

MOST_INTEGER = 2**62
"""A size that no index and no label has, and that NumPy's integers hold."""

_MOST_DIMS = 32
"""Dims of a value; NumPy has a bound, too."""

_SMALLER = "check a smaller shape: what is wrong with a gradient shows in one"


@dataclass(frozen=True, slots=True, eq=False)
class Integers:
    """Integers that stay integers, such as class labels: known, and no nodes of the graph."""

    values: NDArray[np.int64]


class NodeArrays:
    """Makes arrays of nodes: each method gives an array from arrays. Moving elements needs no method: it is NumPy's.

    Args:
        text: the expression's text, for messages.
        estimate: about what nodes are at the point.
        limit: how many operations the graph may have, and elements an array.

    Attributes:
        graph: the graph. Its node 0 is the number 0, so that NumPy's zeros are zeros.
        function: the name of the function that is being lowered, for messages.
        span: where that stands.
        has_infinities: whether an element may be infinite.
    """

    def __init__(self, text: str, estimate: Estimate, limit: int = MAX_OPERATIONS) -> None:
        self.text = text
        self.graph = Graph(tells_variables_apart=False)
        self.function = ""
        self.span = Span(0, len(text))
        self.limit = limit
        self._estimate = estimate
        self.has_infinities = False
        self.zero = self.number(0)

    # --- numbers -------------------------------------------------------------------------------------------------

    def number(self, value: Fraction | int | float) -> Nodes:
        """A plain number, of shape (); a float means the decimal number that it is written as."""
        exact = Fraction(repr(value)) if isinstance(value, float) else Fraction(value)
        return np.array(self.graph.number(exact), dtype=np.int64)

    def full(self, shape: Sequence[int], value: Fraction | int | float | Nodes) -> Nodes:
        """An array of one number."""
        self.allow(shape)
        return np.full(shape, value if isinstance(value, np.ndarray) else self.number(value), dtype=np.int64)

    def minus_infinity(self) -> Nodes:
        """What stands for -inf, of shape ()."""
        return self.infinity(-1)

    def infinity(self, sign: int) -> Nodes:
        """What stands for inf, or for -inf, of shape ()."""
        self.has_infinities = True
        return np.array(PLUS_INFINITY if sign > 0 else MINUS_INFINITY, dtype=np.int64)

    def check_infinities(self, nodes: Sequence[int]) -> None:
        """Fail where a function took inf for a number, or one of these nodes is it; asked when all is lowered."""
        if self.has_infinities and (
            min(nodes, default=0) < 0 or any(min(args) < 0 for _, args in self.graph.calls if args)
        ):
            self.fail("the value has an infinite number in it", "exp(-inf) is 0: a softmax makes numbers of it")

    def known(self, nodes: Nodes) -> Fraction | None:
        """The number that a value of shape () is whatever the point, such as an option's; None of any other."""
        return None if nodes.ndim else self.graph.values[int(nodes)]

    def numbers(self, integers: NDArray[np.int64]) -> Nodes:
        """Integers as nodes."""
        number = self.graph.number
        made = {value: number(Fraction(value)) for value in np.unique(integers).tolist()}
        found = [made[value] for value in integers.ravel().tolist()]
        return np.array(found, dtype=np.int64).reshape(integers.shape)

    def integers(self, nodes: Nodes) -> Integers | None:
        """Nodes that are integers whatever the point, as integers; None of any other nodes."""
        values = [self.graph.values[at] for at in nodes.ravel().tolist()]
        found = [int(value) for value in values if value is not None and value.denominator == 1]
        if len(found) < len(values) or any(abs(value) >= MOST_INTEGER for value in found):
            return None
        return Integers(np.array(found, dtype=np.int64).reshape(nodes.shape))

    def labels(self, target: Nodes | Integers) -> Nodes:
        """Labels that a formula computes with, such as 1 and -1, as nodes."""
        if not isinstance(target, Integers):
            self.fail(f"the target of `{self.function}` must be labels, which are integers known at the point")
        return self.numbers(target.values)

    # --- operations ----------------------------------------------------------------------------------------------

    def call(self, name: str, *arguments: Nodes) -> Nodes:
        """A function of numbers, element by element, its arguments broadcast as torch broadcasts them."""
        shape = arguments[0].shape
        if any(array.shape != shape for array in arguments):
            shape = self.common_shape(*[array.shape for array in arguments], what=name)
            arguments = tuple([np.broadcast_to(array, shape) for array in arguments])
        self.need(math.prod(shape))
        found = self._call_each(name, zip(*[array.ravel().tolist() for array in arguments], strict=True))
        return np.array(found, dtype=np.int64).reshape(shape)

    def formula(self, text: str, **arguments: Nodes) -> Nodes:
        """A formula of numbers, in the expression language, element by element.

        Example:
            >>> make = NodeArrays("", lambda *_: [])
            >>> make.formula("(x - y)**2", x=make.full((2, 1), 1), y=make.full((3,), 2)).shape
            (2, 3)
        """
        return walk(definition(text, tuple(arguments)), arguments, self._node)[-1]

    def _node(self, node: Node, arguments: list[Nodes]) -> Nodes:
        if node.kind is NodeKind.CALL:
            return self.call(node.name, *arguments)
        return np.array(self.graph.leaf(node), dtype=np.int64)

    def chain(self, name: str, x: Nodes, axes: Sequence[int], *, keepdim: bool = False) -> Nodes:
        """A function of two numbers, chained over all elements along some axes, of which there is one at least.

        A chain x + y + z + … from the left is what a formula shows as a sum. It counts as one operation deep, and
        shares its beginnings with a cumulative sum.
        """
        columns = self.columns(x, axes)
        shape = self.reduced_shape(x.shape, axes, keepdim=keepdim)
        self.need(max(len(columns) - 1, 0) * math.prod(shape))
        found = columns[0]
        for column in columns[1:]:
            found = self._call_each(name, zip(found, column, strict=True))
        return np.array(found, dtype=np.int64).reshape(shape)

    def _call_each(self, name: str, arguments: Iterable[tuple[int, ...]]) -> list[int]:
        if not self.has_infinities:
            return self.graph.call_each(name, arguments)
        return [self._call_or_infinity(name, args) for args in arguments]

    def _call_or_infinity(self, name: str, args: tuple[int, ...]) -> int:
        if min(args, default=0) >= 0:
            return self.graph.call(name, args)
        found = at_infinity(self.graph, name, args)
        if found is None:
            self.fail(
                f"what `{name}` makes of an infinite number is not known here",
                "a mask of zeros and ones stands in conditions alone; a large number, -1e9, can stand for -inf",
            )
        return found

    def running(self, name: str, x: Nodes, axis: int) -> Nodes:
        """The chains over the first one, the first two, … elements along an axis, as in a cumulative sum."""
        self.need(x.size)
        columns = np.moveaxis(x, axis, 0)
        found = [columns[:1]]
        for index in range(1, len(columns)):
            found.append(self.call(name, found[-1], columns[index : index + 1]))
        return np.moveaxis(np.concatenate(found), 0, axis) if len(columns) else x

    def sum(self, x: Nodes, axes: Sequence[int] | None = None, *, keepdim: bool = False) -> Nodes:
        """The sum along some axes, along all if None; of no elements it is 0."""
        return self._chain_from("add", 0, x, axes, keepdim=keepdim)

    def product(self, x: Nodes, axes: Sequence[int] | None = None, *, keepdim: bool = False) -> Nodes:
        """The product along some axes, along all if None; of no elements it is 1."""
        return self._chain_from("mul", 1, x, axes, keepdim=keepdim)

    def mean(self, x: Nodes, axes: Sequence[int] | None = None, *, keepdim: bool = False) -> Nodes:
        """The mean along some axes, along all if None; of no elements it is 0/0, which is no number."""
        axes = tuple(range(x.ndim)) if axes is None else axes
        count = math.prod([x.shape[axis] for axis in axes])
        return self.call("div", self.sum(x, axes, keepdim=keepdim), self.number(count))

    def _chain_from(self, name: str, of_none: int, x: Nodes, axes: Sequence[int] | None, *, keepdim: bool) -> Nodes:
        axes = tuple(range(x.ndim)) if axes is None else axes
        if not math.prod([x.shape[axis] for axis in axes]):
            return self.full(self.reduced_shape(x.shape, axes, keepdim=keepdim), of_none)
        return self.chain(name, x, axes, keepdim=keepdim)

    # --- shapes --------------------------------------------------------------------------------------------------

    def columns(self, x: Nodes, axes: Sequence[int]) -> list[list[int]]:
        """The elements along some axes, the last axis first as in C: for each of them a list of those beside it."""
        kept = [axis for axis in range(x.ndim) if axis not in axes]
        count = math.prod([x.shape[axis] for axis in axes])
        rest = math.prod([x.shape[axis] for axis in kept])
        rows: list[list[int]] = x.transpose([*sorted(axes), *kept]).reshape(count, rest).tolist()
        return rows

    @staticmethod
    def reduced_shape(shape: Sequence[int], axes: Sequence[int], *, keepdim: bool) -> tuple[int, ...]:
        """The shape that is left when the elements along some axes become one."""
        if keepdim:
            return tuple([1 if axis in axes else size for axis, size in enumerate(shape)])
        return tuple([size for axis, size in enumerate(shape) if axis not in axes])

    def axis(self, dim: object, shape: Sequence[int], what: str = "dim") -> int:
        """The axis that a dim of torch's means, which may be negative; a number has one axis to torch."""
        count = max(len(shape), 1)
        if not isinstance(dim, int) or isinstance(dim, bool):
            self.fail(f"`{what}` of `{self.function}` must be an integer, not {dim!r}")
        if not -count <= dim < count:
            self.fail(
                f"`{self.function}` has no {what} {dim}: the shape is {tuple(shape)}",
                f"a dim is one of {-count} to {count - 1}",
            )
        return dim % count

    def axes(self, dim: object, shape: Sequence[int], what: str = "dim") -> tuple[int, ...]:
        """The axes that a dim, a tuple of them or None means: None, and no dim at all, mean all, as for torch."""
        if dim is None or dim == ():
            return tuple(range(len(shape)))
        found = [self.axis(one, shape, what) for one in (dim if isinstance(dim, tuple) else (dim,))]
        if len(set(found)) < len(found):
            self.fail(f"`{what}` of `{self.function}` names a dim twice: {dim}")
        return tuple(found) if shape else ()

    def one_axis(self, dim: object, shape: Sequence[int]) -> int:
        """The axis that a dim means; None where there is one axis only."""
        if dim is None and len(shape) > 1:
            self.fail(f"`{self.function}` needs a dim: the shape is {tuple(shape)}", "write dim=-1 for the last one")
        return self.axis(0 if dim is None else dim, shape)

    def common_shape(self, *shapes: Sequence[int], what: str | None = None) -> tuple[int, ...]:
        """The shape to which shapes are broadcast."""
        try:
            return np.broadcast_shapes(*[tuple(shape) for shape in shapes])
        except ValueError:
            listed = " and ".join([str(tuple(shape)) for shape in shapes])
            hint = "counted from the last dim, sizes must be equal, or one of them 1"
            self.fail(f"`{what or self.function}` cannot broadcast the shapes {listed}", hint)

    def broadcast(self, *arrays: Nodes) -> list[Nodes]:
        """Arrays broadcast to one shape."""
        shape = self.common_shape(*[array.shape for array in arrays])
        self.allow(shape)
        return [np.broadcast_to(array, shape) for array in arrays]

    # --- the point, the bounds, failures -------------------------------------------------------------------------

    def estimate(self, nodes: Nodes) -> NDArray[np.float64]:
        """About what the elements are at the point, nan where they are nothing."""
        found = self._estimate(self.graph, nodes.ravel().tolist())
        return np.array(found, dtype=np.float64).reshape(nodes.shape)

    def allow(self, shape: Sequence[int]) -> None:
        """Fail for an array that is too large; asked before it is made."""
        if len(shape) > _MOST_DIMS:
            self.fail(f"the shape {tuple(shape)} has more than {_MOST_DIMS} dims")
        # A size beside one of 0 takes no memory; it has a bound all the same.
        if max(math.prod(shape), *shape, 0) > self.limit:
            self.fail(f"the shape {tuple(shape)} has more than {self.limit:,} elements", _SMALLER)

    def need(self, operations: int) -> None:
        """Fail if so many operations more are beyond the bound; asked before anything is made that is as large."""
        if len(self.graph) + operations > self.limit:
            self.fail(f"the expression needs more than {self.limit:,} operations on numbers", _SMALLER)

    def fail(self, message: str, hint: str | None = None) -> NoReturn:
        """Raise the ShapeError about the operation that is being lowered."""
        raise ShapeError(message, text=self.text, span=self.span, hint=hint)
