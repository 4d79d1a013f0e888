"""Forward mode and the transforms of torch.func: one transform for each variable to differentiate by."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from derivcheck.autograd.sweeps import TensorFunction
from derivcheck.model import Wrt

Transform = Callable[[TensorFunction, int], TensorFunction]
"""Makes a function's derivative by one of its inputs, which is a function of the same inputs."""


class Transforms:
    """Derivatives by one transform for each variable of wrt, applied one after another.

    Args:
        function: what to differentiate.
        variables: the names of its inputs.
        inputs: where.
        last: makes the last derivative, the outermost one.
        before: makes those before it.
    """

    def __init__(
        self,
        function: TensorFunction,
        variables: Sequence[str],
        inputs: tuple[Tensor, ...],
        *,
        last: Transform,
        before: Transform,
    ) -> None:
        self.variables = tuple(variables)
        self.inputs = tuple(tensor.detach() for tensor in inputs)
        self.function = function
        self.last = last
        self.before = before

    def __call__(self, wrt: Wrt) -> Tensor:
        """The derivative by `wrt`; the value where that is empty."""
        derived = self.function
        for position, name in enumerate(wrt):
            transform = self.last if position == len(wrt) - 1 else self.before
            derived = transform(derived, self.variables.index(name))
        return derived(self.inputs)


def by_grad(function: TensorFunction, index: int) -> TensorFunction:
    """The derivative by one input, in reverse mode."""

    def derived(inputs: tuple[Tensor, ...]) -> Tensor:
        def of_one(x: Tensor) -> Tensor:
            return function((*inputs[:index], x, *inputs[index + 1 :])).sum()

        gradient: Tensor = torch.func.grad(of_one)(inputs[index])
        return gradient

    return derived


def by_jvp(function: TensorFunction, index: int) -> TensorFunction:
    """The derivative by one input, in forward mode with the tangent 1."""

    def derived(inputs: tuple[Tensor, ...]) -> Tensor:
        def of_one(x: Tensor) -> Tensor:
            return function((*inputs[:index], x, *inputs[index + 1 :]))

        tangent: Tensor = torch.func.jvp(of_one, (inputs[index],), (torch.ones_like(inputs[index]),))[1]
        return tangent

    return derived
