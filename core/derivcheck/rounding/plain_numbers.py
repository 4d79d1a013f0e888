"""Moves the plain Python numbers that torch's operations are called with, where they are rounded, such as 0.3."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import torch
from torch import Tensor

from derivcheck.numbers import DType
from derivcheck.rounding.nominal import significant_bits
from derivcheck.rounding.samples import Samples

_SHORT_BITS = 40
"""A float64 of at most so many significant bits is meant exactly; a longer one is a rounded decimal or fraction."""


def with_moved_numbers(
    func: Any, args: tuple[Any, ...], kwargs: dict[str, Any], result: Tensor, samples: Samples
) -> Tensor:
    """An operation's result, each rounded plain number that it was called with moved by an ulp in some samples."""
    if not kwargs and float not in map(type, args):
        return result
    plain: dict[int | str, Any] = dict(enumerate(args))
    plain.update(kwargs)
    rounded = [key for key, arg in plain.items() if isinstance(arg, float) and _is_rounded(arg, samples.format)]
    if not rounded or torch.Tag.nondeterministic_seeded in func.tags:
        return result
    for key in rounded:
        number = plain[key]
        ulp = float(samples.format.ulp(Fraction(number)))
        down, up = (_called(func, {**plain, key: number + step}) for step in (-ulp, ulp))
        steps = samples.steps(result)
        if samples.constants is not None:
            steps = samples.constants.steps_of(number, steps)
        result = torch.where(steps > 0, up, torch.where(steps < 0, down, result))
    return result


def _called(func: Any, arguments: dict[int | str, Any]) -> Tensor:
    """The result of an operation on arguments by position and by name."""
    positional = [arg for key, arg in arguments.items() if isinstance(key, int)]
    result: Tensor = func(*positional, **{key: arg for key, arg in arguments.items() if isinstance(key, str)})
    return result


def _is_rounded(number: float, dtype: DType) -> bool:
    """Whether a plain number was rounded on its way into the format: not 0.5, nor a float32 constant in float64."""
    if not math.isfinite(number):
        return False
    if dtype is DType.FLOAT64:
        return significant_bits(number) > _SHORT_BITS
    return dtype.nearest(Fraction(number)) != number
