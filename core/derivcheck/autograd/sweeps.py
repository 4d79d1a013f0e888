"""One backward pass from a result to its inputs, for what refuses torch.autograd.grad as well."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

TensorFunction = Callable[[tuple[Tensor, ...]], Tensor]
"""A function of the tuple of inputs."""


def accumulated(
    result: Tensor, inputs: Sequence[Tensor], upstream: Tensor | None = None, *, retain_graph: bool = False
) -> tuple[Tensor | None, ...]:
    """The gradients of a result as `.backward()` leaves them in `.grad`; None where there is none.

    Args:
        result: what to differentiate.
        inputs: leaves; what their `.grad` held before, it holds afterwards.
        upstream: the upstream gradient, of the result's shape; None is 1.
        retain_graph: whether the graph is gone through again.

    Example:
        >>> x = torch.tensor(3.0, requires_grad=True)
        >>> accumulated(x * x, [x])
        (tensor(6.),)
    """
    before = [tensor.grad for tensor in inputs]
    for tensor in inputs:
        tensor.grad = None
    try:
        torch.autograd.backward(result, upstream, retain_graph=retain_graph)
        return tuple(tensor.grad for tensor in inputs)
    finally:
        for tensor, kept in zip(inputs, before, strict=True):
            tensor.grad = kept


def by_backward_alone(function: TensorFunction, inputs: Sequence[Tensor]) -> tuple[Tensor | None, ...] | None:
    """The first derivatives of what refuses torch.autograd.grad, by a backward pass of its own.

    Reentrant `torch.utils.checkpoint` refuses to be told by what to differentiate, and so may a Function whose
    backward pass starts one; `.backward()` works there. A backward pass that fails does so either way.

    Returns:
        The gradients, or None where this fails as well.
    """
    leaves = tuple(tensor.detach().clone().requires_grad_() for tensor in inputs)
    try:
        result = function(leaves)
        return accumulated(result, leaves, torch.ones_like(result))
    except (Exception, SystemExit, GeneratorExit):
        return None


def refuses_grad(function: TensorFunction, inputs: Sequence[Tensor]) -> bool:
    """Whether torch.autograd.grad raises where `.backward()` works."""
    leaves = tuple(tensor.detach().clone().requires_grad_() for tensor in inputs)
    try:
        result = function(leaves)
        if result.requires_grad:
            torch.autograd.grad(result, leaves, torch.ones_like(result), allow_unused=True)
    except (Exception, SystemExit, GeneratorExit):
        return by_backward_alone(function, inputs) is not None
    return False
