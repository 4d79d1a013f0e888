"""The numbers that tensors hold, as Python's floats: the unperturbed one of each argument, and its samples."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

_TOLD_APART = 20
"""So many samples tell one number from another: two that were moved independently agree in all by a chance of 1e-6."""

FEW = 64
"""The most numbers of a tensor that are looked at one by one."""


def with_storage(value: Any) -> Any:
    """A tensor with storage in the place of one that is known to be zero and has none; anything else as it is.

    The tangent of a constant has no storage. Under a dispatch mode torch crashes where it meets a plain number.
    """
    if isinstance(value, Tensor) and torch._is_zerotensor(value):
        return torch.zeros(value.shape, dtype=value.dtype, device=value.device)
    return value


def nominal(value: Any) -> float | None:
    """The unperturbed sample of a tensor, the first of its numbers; a plain number as a float; None of anything else.

    A condition is no number.
    """
    if isinstance(value, Tensor):
        if value.dtype is torch.bool or not value.numel():
            return None
        if torch._is_zerotensor(value):  # the tangent of a constant in forward mode: there is no storage to read
            return 0.0
        if value.dim() == 1 and value.is_cpu:
            first: float = value.tolist()[0]
            return first
        return float(value if value.dim() == 0 else value[0] if value.dim() == 1 else value.reshape(-1)[0])
    if isinstance(value, bool) or value is None:
        return None
    return float(value) if isinstance(value, int | float) else None


def sample_list(tensor: Tensor) -> list[float] | None:
    """The samples one by one, which costs less than a kernel or two; None where they are not at hand."""
    if tensor.dim() != 1 or not tensor.is_cpu or torch._is_zerotensor(tensor):
        return None
    numbers: list[float] = tensor.tolist()
    return numbers


def first_samples(value: Any) -> tuple[float, ...] | None:
    """As many samples of an argument as tell it from another, or the number that it is; None of anything else."""
    if isinstance(value, Tensor):
        if value.dtype is torch.bool:
            return None
        if value.dim():
            numbers = sample_list(value)
            return None if numbers is None else tuple(numbers[:_TOLD_APART])
        number = nominal(value)
        return None if number is None else (number,)
    return (float(value),) if isinstance(value, int | float) and not isinstance(value, bool) else None


def is_false(value: Any) -> bool:
    """Whether a condition does not hold in the unperturbed sample: what is multiplied by it is 0, no underflow."""
    return isinstance(value, Tensor) and value.dtype is torch.bool and bool(value.numel()) and not value.reshape(-1)[0]


def are_plain(numbers: list[float] | None) -> bool:
    """Whether samples are seen at a glance to be finite and not 0."""
    return numbers is not None and math.isfinite(sum(numbers)) and 0.0 not in numbers


def is_perturbed(value: Any) -> bool:
    """Whether the samples of a tensor argument differ: what is exact on the first need not be on the others."""
    if not isinstance(value, Tensor) or value.numel() < 2 or torch._is_zerotensor(value):
        return False
    numbers = sample_list(value)
    if numbers is not None:
        return numbers.count(numbers[0]) < len(numbers)
    return not bool((value == value.reshape(-1)[0]).all())


def rows_of_numbers(
    args: tuple[Any, ...], result: Tensor, *, with_conditions: bool = False
) -> list[list[float]] | None:
    """For each number of a result a row: the operands that it was computed from, and the number itself.

    None where the operation combines numbers of its arguments, and where they are many, or complex. A condition is an
    operand only if that is asked for: 1 where it holds, else 0, by which a number is multiplied.
    """
    columns: list[list[float]] = []
    for arg in (*args, result):
        if (
            isinstance(arg, Tensor)
            and not torch._is_zerotensor(arg)
            and (with_conditions or arg.dtype is not torch.bool)
        ):
            if result.numel() > FEW or arg.is_complex() or arg.is_meta or arg.dim() > result.dim():
                return None
            try:
                columns.append([float(number) for number in arg.detach().expand_as(result).reshape(-1).tolist()])
            except RuntimeError:  # of another shape: it is combined
                return None
        elif isinstance(arg, int | float) and not isinstance(arg, bool):
            columns.append([float(arg)] * result.numel())
    return [list(row) for row in zip(*columns, strict=True)]


def significant_bits(number: float) -> int:
    """How many bits of the significand a number fills: decimals fill them all, 3/4 two."""
    return abs(number.as_integer_ratio()[0]).bit_length()
