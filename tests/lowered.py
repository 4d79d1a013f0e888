"""Lowered calls for tests: the numbers that a function of shapes is lowered to, beside those that torch returns."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from operator import attrgetter
from typing import Any

import torch
from flint import arb, ctx
from torch import Tensor

from derivcheck.autograd import tensor_kernels
from derivcheck.balls.compiling import compile_balls
from derivcheck.elements.elements import Elements
from derivcheck.elements.lowering import Lowered, lower
from derivcheck.graph.building import Graph
from derivcheck.language import table
from derivcheck.language.plain_values import Slice
from derivcheck.language.table import Function
from derivcheck.model import Coordinate, ShapedPoint, ShapedValue
from derivcheck.model.expression import TUPLE, Expression, Node, NodeKind
from derivcheck.model.shaped_values import addresses

_BITS = 300


def shaped_row(name: str) -> Function:
    """Return the row of the function of shapes with this name."""
    row = table.function_of_shapes(name)
    assert row is not None, name
    return row


def value_of(tensor: Tensor) -> ShapedValue:
    """What a variable holds that is given as a tensor, exactly."""
    exact = [Fraction(x) for x in tensor.flatten().tolist()]
    elements = tuple([Coordinate(str(x), x, x) for x in exact])
    return ShapedValue("", tuple(tensor.shape), elements, is_integer=not tensor.is_floating_point())


def call_of(row: Function, arguments: Sequence[Any]) -> tuple[Expression, ShapedPoint]:
    """A call as an Expression, and its point.

    Args:
        row: the function.
        arguments: tensors, which become variables a, b, …, and conditions where they are truth values; lists of them;
            numbers where the function takes numbers;
            plain values for settings.
    """
    nodes: list[Node] = []
    point: ShapedPoint = {}

    def add(node: Node) -> int:
        nodes.append(node)
        return len(nodes) - 1

    def put(argument: Any, name: str) -> int:
        if isinstance(argument, Tensor) and argument.dtype == torch.bool:
            mask = put(argument.to(torch.int64), name)
            return add(Node(NodeKind.CALL, "ne", (mask, add(Node(NodeKind.NUMBER, "0", (), Fraction(0))))))
        if isinstance(argument, Tensor):
            variable = "abcdefgh"[len(point)]
            point[variable] = value_of(argument)
            return add(Node(NodeKind.VARIABLE, variable))
        if isinstance(argument, list):
            return add(Node(NodeKind.CALL, TUPLE, tuple([put(one, name) for one in argument])))
        if name in row.settings or argument is None or isinstance(argument, str | Slice | tuple):
            return add(Node(NodeKind.SETTING, setting_text(argument)))
        exact = Fraction(repr(argument))
        at = add(Node(NodeKind.NUMBER, str(abs(argument)), (), abs(exact)))
        return add(Node(NodeKind.CALL, "neg", (at,))) if exact < 0 else at

    names = [*row.params, *(option.name for option in row.options)]
    args = [put(argument, names[min(index, len(names) - 1)]) for index, argument in enumerate(arguments)]
    add(Node(NodeKind.CALL, row.name, tuple(args)))
    extents = tuple([(0, len(row.signature))] * len(nodes))
    return Expression(row.signature, tuple(nodes), tuple(point), extents), point


def setting_text(value: Any) -> str:
    """A plain value as the text of a SETTING node."""
    if isinstance(value, Slice):
        return ":".join("" if part is None else str(part) for part in (value.start, value.stop, value.step))
    return value if value == "..." else repr(value)


def about(point: ShapedPoint) -> Any:
    """What estimates the nodes of a graph at a point, by balls."""

    def estimate(graph: Graph, nodes: Sequence[int]) -> list[float]:
        if not nodes:
            return []
        names = [at for name, value in point.items() for at in addresses(name, value.shape)]
        program = compile_balls(Elements.taken(graph, nodes, names))
        before, ctx.prec = ctx.prec, _BITS
        try:
            balls = program.results([number(point, at) for at in program.variables])
        finally:
            ctx.prec = before
        return [float(ball.mid()) if isinstance(ball, arb) and ball.is_finite() else float("nan") for ball in balls]

    return estimate


def number(point: ShapedPoint, at: str) -> Any:
    """The number at an address: `a[0, 2]`."""
    name, _, index = at.rstrip("]").partition("[")
    value = point[name]
    flat = 0
    for size, place in zip(value.shape, [int(part) for part in index.split(", ") if part], strict=True):
        flat = flat * size + place
    exact = value.elements[flat].exact
    return arb(exact.numerator) / exact.denominator


def lowered(row: Function, *arguments: Any) -> Lowered:
    """What a call is lowered to."""
    expression, point = call_of(row, arguments)
    return lower(expression, point, about(point))


def numbers_of(found: Lowered, point: ShapedPoint) -> list[Tensor]:
    """The outputs of what was lowered, at a point, as the nearest float64; nan where there is no number."""
    before, ctx.prec = ctx.prec, _BITS
    try:
        program = compile_balls(found.elements)
        balls = program.results([number(point, at) for at in program.variables])
    finally:
        ctx.prec = before
    flat = [float(ball) if isinstance(ball, arb) and ball.is_finite() else float("nan") for ball in balls]
    made = []
    for shape in found.outputs:
        count = 1
        for size in shape:
            count *= size
        made.append(torch.tensor(flat[:count], dtype=torch.float64).reshape(shape))
        del flat[:count]
    return made


def by_lowering(row: Function, *arguments: Any) -> list[Tensor]:
    """The outputs of a call, by its lowering."""
    expression, point = call_of(row, arguments)
    return numbers_of(lower(expression, point, about(point)), point)


def by_torch(row: Function, *arguments: Any) -> list[Tensor]:
    """The outputs of a call by torch, called as `derivcheck.autograd.tensor_kernels` says."""
    assert row.torch is not None, row.name
    if row.torch.startswith("kernels."):
        kernel = getattr(tensor_kernels, row.torch.removeprefix("kernels."))
        like = {"like": torch.zeros((), dtype=torch.float64)} if kernel in tensor_kernels.MAKERS else {}
        result = kernel(*arguments, **like)
    else:
        count = len(arguments) if row.variadic else len(row.params)
        options = zip([option.name for option in row.options], arguments[count:], strict=True)
        result = attrgetter(row.torch)(torch)(*arguments[:count], **dict(options))
    return [result] if isinstance(result, Tensor) else list(result)


def check(row: Function, *arguments: Any) -> None:
    """Fail unless the lowering and torch give the same shapes and numbers, but for rounding."""
    ours, theirs = by_lowering(row, *arguments), by_torch(row, *arguments)
    assert [tuple(x.shape) for x in theirs] == [tuple(x.shape) for x in ours], arguments
    for mine, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(mine, other.to(torch.float64), rtol=1e-12, atol=1e-12, equal_nan=True)
