"""The item about undefined upstream gradients, which torch sends where nothing depends on an output: they mean 0."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from derivcheck.model import Status
from derivcheck.own_functions.checks.calls import Calls, has_gradient, name_output, returns_an_input, weigh
from derivcheck.own_functions.checks.comparison import Comparison, conclude, report_error


def check_undefined_upstream(calls: Calls) -> Iterator[Comparison]:
    """An undefined upstream gradient means zero: that of every output, and those of all outputs but one."""
    inputs = calls.inputs()
    outputs = calls.run(inputs)
    if not has_gradient(outputs):
        yield conclude(Status.SKIPPED, "the result does not ask for a gradient")
        return
    if returns_an_input(outputs, inputs):
        yield conclude(Status.MATCH)
        return
    try:
        cut = _cut_off(outputs)
        found = calls.pull_back(cut, inputs, weigh(cut))
    except (Exception, SystemExit) as error:
        yield report_error(Status.MISMATCH, error, "an undefined upstream gradient: ")
        return
    for name, tensor, gradient in zip(calls.args, inputs, found, strict=True):
        if not tensor.requires_grad:
            continue
        if gradient is None or not bool(gradient.detach().ne(0).any()):
            yield conclude(Status.MATCH)
        else:
            yield conclude(Status.MISMATCH, f"an undefined upstream gradient gives {name} a gradient that is not 0")
    if len(outputs) > 1:
        yield from _check_each_output(calls)


def _cut_off(outputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """The outputs, each behind a step that sends no gradient back, as torch.autograd.gradcheck has it."""
    cut: Any = torch._C._functions.UndefinedGrad()
    return tuple(cut(output) for output in outputs if output.requires_grad)


def _check_each_output(calls: Calls) -> Iterator[Comparison]:
    """Where one output alone is used, the gradient is the same as with an upstream gradient of 0 for the others."""
    count = len(calls.run(calls.inputs()))
    for place in range(count):
        inputs = calls.inputs()
        outputs = calls.run(inputs)
        if not outputs[place].requires_grad:
            continue
        what = (
            f"where {name_output(place, count)} alone is used, and the upstream gradients of the others are undefined"
        )
        weights = weigh(outputs)
        zeros = [g if at == place else torch.zeros_like(g) for at, g in enumerate(weights)]
        due = calls.pull_back(outputs, inputs, zeros)
        outputs = calls.run(inputs)
        try:
            found = calls.pull_back((outputs[place],), inputs, (weights[place],))
        except (Exception, SystemExit) as error:
            yield report_error(Status.MISMATCH, error, f"{what}: ")
            continue
        for name, tensor, one, other in zip(calls.args, inputs, due, found, strict=True):
            if not tensor.requires_grad:
                continue
            if _is_close(one, other, tensor):
                yield conclude(Status.MATCH)
            else:
                yield conclude(Status.MISMATCH, f"{what}, {name} gets another gradient than where they are 0")


def _is_close(one: Tensor | None, other: Tensor | None, like: Tensor) -> bool:
    """Whether two gradients differ by rounding at most; none is 0."""
    a, b = (torch.zeros_like(like) if g is None else g.detach() for g in (one, other))
    tolerance = math.sqrt(torch.finfo(like.dtype).eps)
    scale = float(torch.nan_to_num(a).abs().max()) if a.numel() else 0.0
    return torch.allclose(a, b, rtol=tolerance, atol=tolerance * scale, equal_nan=True)
