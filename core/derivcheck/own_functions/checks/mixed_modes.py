"""The item about second derivatives of which one is taken in forward mode and the other one in reverse mode."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Tensor
from torch.autograd import forward_ad

from derivcheck.model import Kind, Mode, Status, Wrt
from derivcheck.own_functions.checks.comparison import Comparison, compare_number, conclude, describe_error
from derivcheck.own_functions.checks.subject import Subject

Partials = list[Tensor | None]
"""A derivative by each argument; None is 0."""


def check_mixed_modes(subject: Subject) -> Iterator[Comparison]:
    """Second derivatives in forward over reverse mode, and in reverse over forward mode.

    Each of them has formulas of its own: the tangent of a backward pass, and the backward pass of a tangent. Forward
    over forward mode is left out: there torch makes 0 of whatever a Function's jvp returns, however right it is.
    """
    if subject.function.written is not None and not subject.function.has_jvp:
        yield conclude(Status.SKIPPED, "there is no forward mode: the Function has no jvp")
        return
    for mode, (name, partials) in _WAYS.items():
        yield from _compare_in_mode(subject, mode, name, partials)


def _compare_in_mode(
    subject: Subject, mode: Mode, name: str, partials: Callable[..., Partials]
) -> Iterator[Comparison]:
    """Every second derivative at every point in one of the modes, up to the first one that is refused."""
    for point in subject.everywhere:
        for index, argument in enumerate(subject.args):
            try:
                found = partials(subject, subject.inputs(point), index)
            except Exception as error:  # torch's, where it has no formula; the user's, whose code refuses
                yield conclude(
                    Status.SKIPPED, f"{name} is refused loudly, as it should be: {describe_error(error)}", point=point
                )
                return
            for other, partial in zip(subject.args[index:], found[index:], strict=True):
                wrt: Wrt = (argument, other)
                if subject.truth(point, wrt).kind is Kind.VALUE:
                    outcome = torch.zeros(()) if partial is None else partial
                    yield compare_number(subject, point, wrt, outcome, place=name, mode=mode)


def _forward_over_reverse(subject: Subject, inputs: tuple[Tensor, ...], index: int) -> Partials:
    """The tangents of all gradients where one argument has a tangent."""
    with forward_ad.dual_level():
        duals = [tensor.requires_grad_() for tensor in inputs]
        duals[index] = forward_ad.make_dual(duals[index], torch.ones_like(duals[index]))
        result = subject(duals)
        if not result.requires_grad:
            return [None] * len(duals)
        gradients = torch.autograd.grad(result, duals, create_graph=True, allow_unused=True)
        return [None if gradient is None else forward_ad.unpack_dual(gradient).tangent for gradient in gradients]


def _reverse_over_forward(subject: Subject, inputs: tuple[Tensor, ...], index: int) -> Partials:
    """The gradients of the tangent where one argument has a tangent."""
    with forward_ad.dual_level():
        leaves = [tensor.requires_grad_() for tensor in inputs]
        duals = list(leaves)
        duals[index] = forward_ad.make_dual(leaves[index], torch.ones_like(leaves[index]))
        tangent = forward_ad.unpack_dual(subject(duals)).tangent
        if tangent is None or not tangent.requires_grad:
            return [None] * len(leaves)
        return list(torch.autograd.grad(tangent, leaves, allow_unused=True))


_WAYS: dict[Mode, tuple[str, Callable[[Subject, tuple[Tensor, ...], int], Partials]]] = {
    Mode.FORWARD_OVER_REVERSE: ("forward over reverse mode", _forward_over_reverse),
    Mode.REVERSE_OVER_FORWARD: ("reverse over forward mode", _reverse_over_forward),
}
