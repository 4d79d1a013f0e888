"""At which of many points an operation is exact: the rules of `exactness`, held against tensors of float64.

Relations are tested by error-free transformations, which give what a sum or a product leaves as a float of its own.
Where it would be expensive to know whether an operation is exact it counts as exact: then fewer samples move, and less
is explained.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from derivcheck.rounding.exactness import Arithmetic, holds


def exact_points(name: str, args: Sequence[Any], result: Tensor) -> Tensor | None:
    """At which points an operation's result is exact on the unperturbed numbers; None: at none.

    Args:
        name: the operation.
        args: its arguments; the samples of tensors lie along the first axis, the points along the second.
        result: the samples of what it returned.
    """
    outcome = result[0].double()
    numbers = [_nominal(arg, outcome.device) for arg in args]
    if all(number is None for number in numbers):
        return None
    by = _OF_POINTS if result.dtype is torch.float64 else _OF_NARROW_POINTS
    exact: Tensor | None = holds(by, name, numbers, outcome)
    return None if exact is None else exact & outcome.isfinite()


def exact_numbers(name: str, args: Sequence[Any], result: Tensor) -> Tensor | None:
    """Which numbers of a result are exact, each from the numbers that the arguments have there; None: none.

    Nothing moves a 0, and so it does not matter whether one is exact.

    Args:
        name: the operation, one that works element by element.
        args: its arguments; tensors broadcast to the shape of the result.
        result: what it returned, a tensor of any shape.
    """
    outcome = result.double()
    numbers = [_number(arg, outcome) for arg in args]
    if all(number is None for number in numbers):
        return None
    by = _OF_NUMBERS if result.dtype is torch.float64 else _OF_NARROW_NUMBERS
    exact: Tensor | None = holds(by, name, numbers, outcome)
    return None if exact is None else exact & outcome.isfinite()


def _number(value: Any, like: Tensor) -> Tensor | None:
    """The numbers of an argument; None of what is no number."""
    if isinstance(value, Tensor):
        if value.dtype is torch.bool or value.is_complex():
            return None
        return torch.zeros_like(like) if torch._is_zerotensor(value) else value.double().expand_as(like).contiguous()
    if isinstance(value, int | float) and not isinstance(value, bool):
        return torch.full_like(like, float(value))
    return None


def _nominal(value: Any, device: torch.device) -> Tensor | None:
    """The unperturbed sample of an argument at each point; None of what is no number."""
    number: Tensor | float
    if isinstance(value, Tensor):
        if value.dtype is torch.bool or not value.numel():
            return None
        number = 0.0 if torch._is_zerotensor(value) else (value[0] if value.dim() else value).double()
    elif isinstance(value, int | float) and not isinstance(value, bool):
        number = float(value)
    else:
        return None
    return torch.as_tensor(number, dtype=torch.float64, device=device)


def _is_special(_: str, x: Tensor, outcome: Tensor) -> Tensor | None:
    """Whether a function is at one of its exact values: exp(0), log(1), acos(1)."""
    at_zero, at_one = x == 0, (x == 1) & (outcome == 0)
    if not at_zero.any() and not at_one.any():
        return None
    size = outcome.abs()
    return (at_zero & ((size == 0) | (size == 0.5) | (size == 1))) | at_one


def _is_copy(x: Tensor, outcome: Tensor) -> Tensor | None:
    """A number of another format counts as rounded on its way into this one, but for the special values."""
    return _is_special("_to_copy", x, outcome)


def _any_short(*numbers: Tensor) -> bool:
    """Whether some of the numbers have at most 27 bits: a product of 53 bits has such a factor."""
    return any(not (number.view(torch.int64) & _LONG).all() for number in numbers)


_LONG = (1 << 26) - 1
"""The bits of a float64's pattern behind the first 27 of its significand."""


def _is_sum(x: Tensor, y: Tensor, outcome: Tensor) -> Tensor:
    """D. Knuth's TwoSum gives the rest that a sum leaves."""
    total = x + y
    part = total - x
    rest = (x - (total - part)) + (y - part)
    return (total == outcome) & ~(rest.abs() > 0)


def _is_product(x: Tensor, y: Tensor, outcome: Tensor | float) -> Tensor | None:
    """A product of two long numbers is nowhere exact."""
    return _is_any_product(x, y, outcome) if _any_short(x, y) else None


def _is_any_product(x: Tensor, y: Tensor, outcome: Tensor | float) -> Tensor:
    """T. J. Dekker's product gives the rest that a product leaves."""
    product = x * y
    (x_high, x_low), (y_high, y_low) = _split(x), _split(y)
    rest = ((x_high * y_high - product) + x_high * y_low + x_low * y_high) + x_low * y_low
    return (product == outcome) & ~(rest.abs() > 0)


def _split(x: Tensor) -> tuple[Tensor, Tensor]:
    """A number as the sum of two of half as many bits (G. W. Veltkamp)."""
    scaled = x * (2.0**27 + 1)
    high = scaled - (scaled - x)
    return high, x - high


def _is_power(base: Tensor, exponent: Tensor, outcome: Tensor) -> Tensor | None:
    """Whether it may be one: an odd number of b bits has an n-th power of n*(b - 1) + 1 bits or more."""
    if not _any_short(base):
        return None
    size = exponent.abs()
    whole = (exponent == exponent.round()) & (size <= 64)
    bits = torch.where(exponent < 0, 1.0, (52 / size.clamp(min=1)).floor() + 1)
    mantissa, _ = torch.frexp(base)
    scaled = mantissa * torch.exp2(bits)
    integer = (scaled == scaled.round()) | (exponent == 0)
    special = (base == 0) | (base == 1)
    root = (exponent == 0.5) & _is_any_product(outcome, outcome, base)
    return root | torch.where(whole, integer | (base == 0), special)


def _is_narrow_power(base: Tensor, exponent: Tensor, outcome: Tensor) -> Tensor | None:
    """Whether it is one in a narrow format: a power that fits into a float64 need not fit into a float32."""
    exact = _is_power(base, exponent, outcome)
    return None if exact is None else exact & (base.pow(exponent) == outcome)


_OF_POINTS = Arithmetic(_is_sum, _is_product, _is_power, _is_copy, _is_special, lambda x: x * x)
_OF_NARROW_POINTS = Arithmetic(_is_sum, _is_product, _is_narrow_power, _is_copy, _is_special, lambda x: x * x)


def _is_short_product(x: Tensor, y: Tensor, outcome: Tensor | float) -> Tensor | None:
    """The same where zeros do not count as short numbers."""
    short = any(((number.view(torch.int64) & _LONG) == 0).logical_and(number != 0).any() for number in (x, y))
    return _is_any_product(x, y, outcome) if short else None


def _is_narrow_product(x: Tensor, y: Tensor, outcome: Tensor | float) -> Tensor:
    """The product of two numbers of at most 26 bits is a float64."""
    return x * y == outcome


_OF_NUMBERS = Arithmetic(_is_sum, _is_short_product, _is_power, _is_copy, _is_special, lambda x: x * x)
_OF_NARROW_NUMBERS = Arithmetic(_is_sum, _is_narrow_product, _is_narrow_power, _is_copy, _is_special, lambda x: x * x)
