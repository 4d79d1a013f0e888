"""A user's function as the items about side effects call it: over and over, on fresh tensors.

Such items compare what torch returned with what it returned before, and need no formula. So they are the same for a
function that works element by element and for one of tensors.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import torch
from torch import Tensor

_WEIGHTS = (3.0, -2.0, 0.5, -0.75, 4.0)
"""Upstream gradients other than 1; with 1, a factor that is applied twice would not show."""


class Calls(Protocol):
    """A user's function that can be called again and again."""

    @property
    def args(self) -> tuple[str, ...]:
        """The names of its arguments, in order."""

    @property
    def settings(self) -> dict[str, Any]:
        """torch's own settings before it was called for the first time."""

    def inputs(self) -> tuple[Tensor, ...]:
        """Fresh leaves that hold the same numbers each time; those that are differentiated by ask for a gradient."""

    def other_inputs(self) -> tuple[Tensor, ...] | None:
        """Fresh leaves of the same shapes with other numbers that the function takes; None where there are none."""

    def run(self, inputs: Sequence[Tensor]) -> tuple[Tensor, ...]:
        """The outputs."""

    def pull_back(
        self,
        outputs: Sequence[Tensor],
        inputs: Sequence[Tensor],
        upstreams: Sequence[Tensor],
        *,
        retain_graph: bool = False,
    ) -> tuple[Tensor | None, ...]:
        """The gradient by each input; None where there is none, and where none is asked for."""


def has_gradient(outputs: Sequence[Tensor]) -> bool:
    """Whether there is a backward pass."""
    return any(output.requires_grad for output in outputs)


def returns_an_input(outputs: Sequence[Tensor], inputs: Sequence[Tensor]) -> bool:
    """Whether an output is an argument itself: it has no backward pass, or is written to on purpose."""
    return any(output is tensor for output in outputs for tensor in inputs)


def weigh(outputs: Sequence[Tensor], shift: int = 0) -> tuple[Tensor, ...]:
    """An upstream gradient for each output, of different numbers; another `shift` gives others."""
    return tuple(_weights_for(output, shift + place) for place, output in enumerate(outputs))


def _weights_for(output: Tensor, shift: int) -> Tensor:
    dtype = output.dtype if output.is_floating_point() or output.is_complex() else torch.get_default_dtype()
    numbers = torch.tensor(_WEIGHTS, dtype=dtype, device=output.device)
    count = output.numel()
    return numbers[(torch.arange(count, device=output.device) + shift) % len(numbers)].reshape(output.shape)


def fill(outputs: Sequence[Tensor], number: float) -> tuple[Tensor, ...]:
    """An upstream gradient for each output that is the same number everywhere."""
    return tuple(torch.full_like(output.detach(), number) for output in outputs)


def pull_back_copies(
    calls: Calls, outputs: Sequence[Tensor], inputs: Sequence[Tensor], upstreams: Sequence[Tensor]
) -> list[Tensor]:
    """A copy of each gradient that is asked for, 0 where there is none; the graph stays."""
    found = calls.pull_back(outputs, inputs, upstreams, retain_graph=True)
    return [
        torch.zeros_like(tensor) if gradient is None else gradient.detach().clone()
        for gradient, tensor in zip(found, inputs, strict=True)
        if tensor.requires_grad
    ]


def are_same(one: Tensor, other: Tensor) -> bool:
    """Whether two tensors hold the same numbers; nan is the same as nan."""
    return one.shape == other.shape and torch.equal(torch.nan_to_num(one), torch.nan_to_num(other))


def name_output(place: int, count: int) -> str:
    """An output in words."""
    return "the result" if count == 1 else f"output {place} of the result"


def run_both_ways(calls: Calls) -> None:
    """Run forward and backward once, and forward alone once."""
    inputs = calls.inputs()
    outputs = calls.run(inputs)
    if has_gradient(outputs):
        calls.pull_back(outputs, inputs, fill(outputs, 1.0))
    calls.run(calls.inputs())
