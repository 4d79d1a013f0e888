"""Every function of shapes has, as it is lowered, the derivatives that torch returns, along a random direction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
import torch
from flint import arb, ctx
from lowered import about, by_torch, call_of, number, shaped_row
from lowering_samples import SAMPLES
from torch import Tensor

from derivcheck.balls.compiling import compile_balls
from derivcheck.elements.lowering import lower
from derivcheck.model.shaped_values import addresses

_BITS = 600
_STEP = -150
"""Central differences of 2**-150: exact to more digits than a float64 has, where nothing has a kink."""

CALLS = {(name, index): call for name, calls in SAMPLES.items() for index, call in enumerate(calls[:3])}

REFUSED = {
    ("scatter", 1),  # with a source larger than the index
    ("dist", 0),  # of numbers
    ("batch_norm", 1),  # by the running mean
    ("instance_norm", 1),  # by the running mean
}
"""Where torch has no backward pass."""


def tensors(arguments: Sequence[Any]) -> Iterator[Tensor]:
    """Go through all tensors of a call, those in lists too."""
    for argument in arguments:
        if isinstance(argument, list):
            yield from tensors(argument)
        elif isinstance(argument, Tensor):
            yield argument


def replaced(arguments: Sequence[Any], by: dict[int, Tensor]) -> list[Any]:
    """Return the arguments with other tensors in the place of some, by their identity."""
    return [replaced(x, by) if isinstance(x, list) else by.get(id(x), x) for x in arguments]


def torchs(name: str, call: Sequence[Any], directions: dict[int, Tensor], upstream: list[Tensor]) -> float:
    """Return what torch's backward pass gives along the directions."""
    leaves = {id(x): x.clone().requires_grad_() for x in tensors(call) if x.is_floating_point()}
    outputs = by_torch(shaped_row(name), *replaced(call, leaves))
    total = sum(((weights * output).sum() for weights, output in zip(upstream, outputs, strict=True)), torch.zeros(()))
    if not total.requires_grad:
        return 0.0
    total.backward()
    slopes = [float((leaf.grad * directions[at]).sum()) for at, leaf in leaves.items() if leaf.grad is not None]
    return sum(slopes)


def lowered_slope(name: str, call: Sequence[Any], directions: dict[int, Tensor], upstream: list[Tensor]) -> float:
    """Return the central difference of what the call is lowered to, along the directions."""
    expression, point = call_of(shaped_row(name), call)
    elements = lower(expression, point, about(point)).elements
    moves = {
        at: move
        for variable, tensor in zip(expression.variables, tensors(call), strict=True)
        if id(tensor) in directions
        for at, move in zip(
            addresses(variable, tuple(tensor.shape)), directions[id(tensor)].flatten().tolist(), strict=True
        )
    }
    before, ctx.prec = ctx.prec, _BITS
    try:
        program = compile_balls(elements)
        step = arb(2) ** _STEP
        ends = [
            program.results([number(point, at) + sign * step * arb(moves.get(at, 0.0)) for at in program.variables])
            for sign in (1, -1)
        ]
        weights = [weight for each in upstream for weight in each.flatten().tolist()]
        change: Any = sum((weight * (up - down) for weight, up, down in zip(weights, *ends, strict=True)), arb(0))
        return float(change / (2 * step))
    finally:
        ctx.prec = before


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize(("name", "index"), CALLS)
def test_derivatives_are_those_of_torch(name: str, index: int) -> None:
    """The value alone could be right by way of another formula: one triangle of a symmetric matrix, say."""
    call = CALLS[name, index]
    generator = torch.Generator().manual_seed(index)
    directions = {
        id(x): torch.randn(x.shape, generator=generator, dtype=x.dtype) for x in tensors(call) if x.is_floating_point()
    }
    upstream = [
        torch.randn(x.shape, generator=generator, dtype=torch.float64) for x in by_torch(shaped_row(name), *call)
    ]
    ours = lowered_slope(name, call, directions, upstream)
    if (name, index) in REFUSED:
        with pytest.raises(RuntimeError):
            torchs(name, call, directions, upstream)
    else:
        assert torchs(name, call, directions, upstream) == pytest.approx(ours, rel=1e-9, abs=1e-9)
