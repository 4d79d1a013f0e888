"""The item about tensors that their user overwrites between the forward pass and the backward pass."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from derivcheck.model import Status
from derivcheck.own_functions.checks.calls import Calls, are_same, has_gradient, name_output, returns_an_input, weigh
from derivcheck.own_functions.checks.comparison import Comparison, conclude


def check_overwriting(calls: Calls) -> Iterator[Comparison]:
    """An argument or an output that is overwritten before the backward pass does no harm, or torch notices it.

    torch counts how often a tensor is written to, and ctx.save_for_backward looks: what is kept on ctx otherwise gives
    the gradient at other numbers, silently.
    """
    leaves = calls.inputs()
    outputs = calls.run(leaves)
    if not has_gradient(outputs) or returns_an_input(outputs, leaves):
        yield conclude(Status.SKIPPED, "the result is an argument, or does not ask for a gradient")
        return
    due = calls.pull_back(outputs, leaves, weigh(outputs))
    count = len(outputs)
    names = [*(f"the argument {name}" for name in calls.args), *(name_output(place, count) for place in range(count))]
    for index, what in enumerate(names):
        leaves = calls.inputs()
        inputs = tuple(leaf.clone() for leaf in leaves)
        outputs = calls.run(inputs)
        try:
            with torch.no_grad():
                _overwrite((*inputs, *outputs)[index])
            found = calls.pull_back(outputs, leaves, weigh(outputs))
        except (Exception, SystemExit):  # as torch's own functions do
            yield conclude(Status.MATCH)
            continue
        if all(map(_agree, due, found)):
            yield conclude(Status.MATCH)
            continue
        reason = f"where {what} is overwritten before the backward pass, the gradient is silently another one"
        if _uses_hooks(calls):
            hooks = "its hooks for saved tensors (save_on_cpu, a checkpoint of a closure) keep no version of it"
            yield conclude(Status.SKIPPED, f"{reason}: {hooks}")
            continue
        yield conclude(Status.MISMATCH, f"{reason}: save tensors by ctx.save_for_backward, and torch raises")


def _overwrite(tensor: Tensor) -> None:
    """Write other numbers into a tensor; into one of integers such as it may hold, for they may be indices."""
    if tensor.is_floating_point() or tensor.is_complex():
        tensor.mul_(-1.5).add_(0.25)
    elif tensor.dtype is torch.bool:
        tensor.logical_not_()
    else:
        turned = tensor.flatten().roll(1).reshape(tensor.shape)
        tensor.copy_(torch.zeros_like(tensor) if torch.equal(turned, tensor) else turned)


def _agree(one: Tensor | None, other: Tensor | None) -> bool:
    """Whether two gradients are the same, or neither of them is there."""
    if one is None or other is None:
        return one is other
    return are_same(one, other)


def _uses_hooks(calls: Calls) -> bool:
    """Whether the function uses torch's hooks for saved tensors; its author then decides what is kept, and how."""
    message = "derivcheck looks for hooks"
    try:
        with torch.autograd.graph.disable_saved_tensors_hooks(message):
            calls.run(calls.inputs())
    except RuntimeError as error:
        return message in str(error)
    return False
