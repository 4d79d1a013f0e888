"""Moves numbers from one float to another, so many ulps away from 0 or towards it."""

from __future__ import annotations

import torch
from torch import Tensor

from derivcheck.rounding.nominal import are_plain, sample_list

BITS = {
    torch.float64: torch.int64,
    torch.float32: torch.int32,
    torch.float16: torch.int16,
    torch.bfloat16: torch.int16,
}
"""The integers of the formats' bit patterns."""


def moved(tensor: Tensor, steps: Tensor, *, plain: bool = False) -> Tensor:
    """The tensor with its numbers moved; those that are 0 or not finite stay.

    Neighbouring numbers have neighbouring bit patterns: an ulp away from 0 is 1 more in the integer of the bits.

    Args:
        tensor: the numbers.
        steps: how many ulps each is moved away from 0.
        plain: whether each number is known to be finite and not 0.
    """
    result = (tensor.contiguous().view(BITS[tensor.dtype]) + steps).view(tensor.dtype)
    if plain or are_plain(sample_list(tensor)):
        return result
    return torch.where(torch.isfinite(tensor) & (tensor != 0), result, tensor)


def moved_parts(tensor: Tensor, steps: Tensor) -> Tensor:
    """The complex tensor with both parts of each number moved by ulps of its size; a part that is 0 stays.

    A product's real part is the difference of two products: it is off by an ulp of these, which may be larger than it.

    Args:
        tensor: the numbers.
        steps: how many ulps each part is moved, along a last dim of two.
    """
    parts = torch.view_as_real(tensor.resolve_conj().resolve_neg())
    ulp = torch.finfo(parts.dtype).eps * tensor.abs().unsqueeze(-1)
    return torch.view_as_complex(torch.where(parts.isfinite() & (parts != 0), parts + steps * ulp, parts))


def with_either_sign(tensor: Tensor, steps: Tensor, where: Tensor | None = None) -> Tensor:
    """The tensor, its zeros of the other sign wherever the step is one up: a zero has no exact sign.

    Args:
        tensor: the numbers.
        steps: a step for each.
        where: which zeros may change; None: all.
    """
    zeros = (tensor == 0) & (steps > 0)
    return torch.where(zeros if where is None else zeros & where, -tensor, tensor)
