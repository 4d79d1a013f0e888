"""Second derivatives: what a call of gradgradcheck asks about the backward pass of the backward pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch
from torch import Tensor

from derivcheck.checking.tensors.shaped_requests import dense_weights
from derivcheck.gradchecking.posing import outputs_in
from derivcheck.own_functions.checks.comparison import Comparison
from derivcheck.own_functions.tensors.computed_numbers import Computed
from derivcheck.own_functions.tensors.place import Place
from derivcheck.own_functions.tensors.second_derivatives import Twice
from derivcheck.own_functions.tensors.upstreams import DENSE, Upstream


def check_twice(place: Place) -> Iterator[Comparison]:
    """The derivatives of the gradients by the inputs, and by the upstream gradient."""
    twice = Twice.at(place, Upstream(DENSE[0]))
    yield from twice.compare(Computed.at(place, "second", twice.compute))


def upstreams_of(
    outputs: Sequence[Tensor], given: Tensor | Sequence[Tensor] | None, *, with_gaps: bool
) -> tuple[Tensor, ...]:
    """The upstream gradients of a call: the caller's, or fixed numbers of many sizes and both signs.

    Args:
        outputs: the outputs that have a gradient.
        given: what the caller gave; None: nothing.
        with_gaps: whether those that are made here have gaps in memory.
    """
    if given is not None:
        return (given,) if isinstance(given, Tensor) else tuple(given)
    return tuple([_made_for(output, with_gaps=with_gaps) for output in outputs])


def _made_for(output: Tensor, *, with_gaps: bool) -> Tensor:
    each = 2 if output.is_complex() else 1
    numbers = torch.tensor(dense_weights(each * output.numel(), DENSE[0]), dtype=torch.float64)
    pairs = numbers.reshape(*output.shape, 2) if output.is_complex() else numbers.reshape(output.shape)
    made = (torch.view_as_complex(pairs) if output.is_complex() else pairs).to(output)
    if with_gaps and made.numel() > 1:
        made = torch.stack([made, torch.zeros_like(made)], dim=-1)[..., 0]
    return made.detach().requires_grad_()


def gradients_function(
    function: Callable[..., Any], inputs: Sequence[Any], upstreams: Sequence[Tensor]
) -> Callable[..., tuple[Tensor, ...]]:
    """The function that torch's gradgradcheck checks: from the inputs and the upstream gradients to the gradients."""
    count = len(upstreams)
    asking = {at for at, one in enumerate(inputs) if isinstance(one, Tensor) and one.requires_grad}
    weighing = {at for at, one in enumerate(upstreams) if one.requires_grad}

    def call(*args: Any) -> tuple[Tensor, ...]:
        given = [one.requires_grad_() if at in asking else one for at, one in enumerate(args[:-count])]
        weights = [one.requires_grad_() if at in weighing else one for at, one in enumerate(args[-count:])]
        outputs = [one for one in outputs_in(function(*given)) if isinstance(one, Tensor) and one.requires_grad]
        leaves = [given[at] for at in sorted(asking)]
        found = torch.autograd.grad(outputs, leaves, weights, create_graph=True, allow_unused=True)
        return tuple(one for one in found if one is not None)

    return call
