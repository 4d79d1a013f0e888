"""What functions of shapes are lowered to, evaluated in Arb; and the same computed by torch."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import reduce
from typing import Any

import numpy as np
import torch
from flint import arb, ctx

from derivcheck.autograd import tensor_kernels
from derivcheck.balls.compiling import compile_balls
from derivcheck.elements.elements import Elements
from derivcheck.elements.lowerings.lookup import LOWERINGS
from derivcheck.elements.node_arrays import MAX_OPERATIONS, Integers, NodeArrays
from derivcheck.graph.building import Graph
from derivcheck.language import table
from derivcheck.model.expression import Node, NodeKind
from derivcheck.model.shaped_values import addresses

PRECISION = 200
"""Bits, far more than a float64 has."""


class Lowering:
    """A NodeArrays whose variables hold given numbers.

    Args:
        limit: how many operations the graph may have.
    """

    def __init__(self, limit: int = MAX_OPERATIONS) -> None:
        self.make = NodeArrays("the text", self.estimate, limit)
        self.values: dict[str, float] = {}

    def named(self, name: str) -> NodeArrays:
        """The maker, for the function of a name."""
        self.make.function = name
        return self.make

    def argument(self, argument: Any) -> Any:
        """An argument of a lowering: floats become variables, integers stay, a Fraction is a literal."""
        if isinstance(argument, list):
            return tuple(map(self.argument, argument))
        if isinstance(argument, Fraction):
            return self.make.number(argument)
        if not isinstance(argument, np.ndarray):
            return argument
        if argument.dtype.kind in "iub":
            return Integers(argument.astype(np.int64))
        names = addresses(f"x{len(self.values)}_", argument.shape)
        self.values.update(zip(names, argument.ravel().tolist(), strict=True))
        nodes = [self.make.graph.leaf(Node(NodeKind.VARIABLE, name)) for name in names]
        return np.array(nodes, dtype=np.int64).reshape(argument.shape)

    def estimate(self, graph: Graph, nodes: Sequence[int]) -> list[float]:
        """What nodes are, as near as floats come; nan where they are nothing."""
        if not nodes:
            return []
        program = compile_balls(Elements.taken(graph, nodes, self.values))
        before, ctx.prec = ctx.prec, PRECISION
        try:
            slots = program.trace({name: arb(value) for name, value in self.values.items()})
            balls = [slots[root] for root in program.roots]
            return [float(ball.mid()) if isinstance(ball, arb) and ball.is_finite() else float("nan") for ball in balls]
        finally:
            ctx.prec = before

    def numbers(self, nodes: Any) -> Any:
        """What an array of nodes is, or each of several."""
        if isinstance(nodes, tuple):
            return tuple(map(self.numbers, nodes))
        return np.array(self.estimate(self.make.graph, nodes.ravel().tolist())).reshape(nodes.shape)


def lowered(name: str, *arguments: Any, limit: int = MAX_OPERATIONS) -> Any:
    """What the function of a name is, by its lowering, its arguments being arrays and plain values."""
    lowering = Lowering(limit)
    row = table.function_of_shapes(name)
    assert row is not None, name
    assert row.lowering is not None, name
    return lowering.numbers(LOWERINGS[row.lowering](lowering.named(name), *map(lowering.argument, arguments)))


def operations(name: str, *arguments: Any) -> int:
    """How many nodes the lowering of a function makes, its variables and literals among them."""
    lowering = Lowering()
    row = table.function_of_shapes(name)
    assert row is not None, name
    assert row.lowering is not None, name
    LOWERINGS[row.lowering](lowering.named(name), *map(lowering.argument, arguments))
    return len(lowering.make.graph)


def in_torch(name: str, *arguments: Any) -> Any:
    """What torch makes of the same arguments in float64."""
    row = table.function_of_shapes(name)
    assert row is not None, name
    assert row.torch is not None, name
    given = [_for_torch(argument) for argument in arguments]
    if row.torch.startswith("kernels."):
        found = getattr(tensor_kernels, row.torch.removeprefix("kernels."))(*given)
    else:
        required = len(given) if row.variadic else len(row.params)
        options = dict(zip([option.name for option in row.options], given[required:], strict=True))
        function: Any = reduce(getattr, row.torch.split("."), torch)
        found = function(*given[:required], **options)
    return tuple(map(_numbers, found)) if isinstance(found, tuple | list) else _numbers(found)


def _for_torch(argument: Any) -> Any:
    if isinstance(argument, list):
        return list(map(_for_torch, argument))
    if isinstance(argument, Fraction):
        return float(argument) if argument.denominator > 1 else int(argument)
    return torch.tensor(argument) if isinstance(argument, np.ndarray) else argument


def _numbers(found: torch.Tensor) -> np.ndarray[Any, Any]:
    numbers: np.ndarray[Any, Any] = found.numpy()
    return numbers


def assert_as_torch(name: str, *arguments: Any, within: float = 1e-12) -> Any:
    """Assert that a function has the same shape and values when lowered as in torch; its value."""
    found, expected = lowered(name, *arguments), in_torch(name, *arguments)
    for mine, theirs in zip(*[x if isinstance(x, tuple) else (x,) for x in (found, expected)], strict=True):
        assert theirs.shape == mine.shape
        np.testing.assert_allclose(mine, theirs, rtol=within, atol=within)
    return found


def normal(*shape: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Draw numbers from the normal distribution, the same ones for the same shape."""
    return np.random.default_rng(15).standard_normal(shape)
