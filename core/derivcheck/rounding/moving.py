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


def shares_of(steps: Tensor, dtype: torch.dtype) -> Tensor:
    """Steps of an ulp at most, as shares of the numbers: x + share*x, rounded to nearest, is x moved by the step.

    A step is 5/8 of the machine epsilon. Times a normal number that is 5/8 to 5/4 of its ulp, and the nearest float is
    the next one. Towards 0 from a power of 2 it is 5/8 of the ulp, and the floats lie half an ulp apart: the next one
    is nearest up to 3/4. All of these bounds are wide enough for the product to be rounded first.

    Args:
        steps: -1, 0 or 1 each.
        dtype: the format of the numbers.
    """
    return steps.to(dtype) * (5 / 8 * torch.finfo(dtype).eps)


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
