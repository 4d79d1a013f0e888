"""Inputs that hold nan or inf: what is differentiated by is their finite numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

import torch
from torch import Tensor


def of_finite_numbers(function: Callable[..., Any], inputs: Sequence[Any]) -> tuple[Callable[..., Any], Sequence[Any]]:
    """A function of the finite numbers of its inputs, those that are nan or infinite being constants of it.

    `nansum` skips what is nan, and a softmax gives a score of -inf no weight: both have derivatives by the others.

    Args:
        function: takes `inputs` by position.
        inputs: tensors and whatever else it takes.

    Returns:
        The function and the inputs; where one that asks for a gradient holds no number somewhere, a vector of its
        numbers stands in its place.
    """
    known = {at: torch.isfinite(one.detach()) for at, one in enumerate(inputs) if _is_real_leaf(one)}
    places = {at: mask for at, mask in known.items() if not bool(mask.all())}
    if not places:
        return function, inputs
    whole = {at: inputs[at].detach().clone() for at in places}

    @wraps(function)
    def call(*given: Any) -> Any:
        put = list(given)
        for at, mask in places.items():
            put[at] = whole[at].masked_scatter(mask, given[at])
        return function(*put)

    found = list(inputs)
    for at, mask in places.items():
        found[at] = whole[at][mask].requires_grad_()
    return call, tuple(found)


def _is_real_leaf(one: Any) -> bool:
    return isinstance(one, Tensor) and one.requires_grad and one.layout is torch.strided and one.is_floating_point()
