"""Operations element by element, with tensors and numbers of every kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from comparing import assert_read, drawn, recorded

_OF_ONE = (
    "neg exp expm1 exp2 sin cos tan atan sinh cosh tanh asinh abs sign floor ceil trunc frac round sigmoid erf erfc "
    "square relu positive i0 sinc deg2rad rad2deg sgn angle reciprocal"
)
_OF_TWO = "add sub mul div maximum minimum fmax fmin atan2 hypot copysign fmod remainder logaddexp logaddexp2 xlogy"


@pytest.mark.parametrize("name", _OF_ONE.split())
def test_functions_of_one_tensor(name: str) -> None:
    """Of a matrix, of a number, and of nothing."""
    function = getattr(torch, name)
    assert_read(lambda x: function(x) * x, drawn(2, 3))
    assert_read(lambda x: function(x) + x, drawn())
    assert_read(lambda x: function(x) + x, drawn(0))


@pytest.mark.parametrize("name", _OF_TWO.split())
def test_functions_of_two_tensors(name: str) -> None:
    """Of tensors that broadcast, and of a constant."""
    function = getattr(torch, name)
    y = drawn(3, seed=1).detach().abs().add(0.5).requires_grad_()
    assert_read(lambda x, y: function(x, y) * x, drawn(2, 3), y)
    assert_read(lambda x, y: function(x.detach(), y) * x, drawn(2, 3), y)


@pytest.mark.parametrize(
    "code",
    [
        lambda x: torch.add(x, x * x, alpha=0.1) - torch.sub(x, 2, alpha=3) + torch.rsub(x, 2, alpha=3),
        lambda x: (2 - x) * (2 / (x + 5)) * (3**x) + x.abs() ** 2.5 + x**2 + x**-1,
        lambda x: torch.div(x, 0.7, rounding_mode="floor") * x + torch.div(x, 0.7, rounding_mode="trunc") * x,
        lambda x: x.clamp(-0.5, 0.5) * x + x.clamp(min=x.detach() * 0.5) + x.clamp_max(torch.inf) + x.clip(max=0.1),
        lambda x: torch.where(x > 0, x * x, 1.5) + torch.where(x > 0, 2.5, x.exp()),
        lambda x: x.masked_fill(x < 0, 0.5) * x.masked_fill(torch.tensor([True, False, False]), x.sum()),
        lambda x: torch.addcmul(x, x, x * x, value=0.3) + torch.addcdiv(x, x, x * x + 1, value=-2),
        lambda x: torch.lerp(x, x * x, 0.3) + torch.lerp(x, x * x, x.sigmoid()),
        lambda x: torch.logit(x.sigmoid()) + torch.logit(x, eps=0.2),
        lambda x: (
            torch.ldexp(x, torch.tensor([1, 2, 0]))
            + torch.heaviside(x.detach(), x.detach()) * x
            + torch.frexp(x).mantissa * x
        ),
        lambda x: torch.float_power(x.abs() + 1, x) + torch.polygamma(2, x.abs() + 1) + torch.mvlgamma(x.abs() + 3, 2),
        lambda x: torch.nextafter(x, torch.tensor(9.0, dtype=x.dtype)) * x,
        lambda x: x.round(decimals=1) * x + x.round(decimals=-1),
        lambda x: x * torch.logical_xor(x > 0, x < 1) + (x >= 0).logical_and(x).double() * x,
        lambda x: x.nan_to_num(0.0) + torch.full_like(x, torch.inf).nan_to_num(posinf=2.0) * x,
        lambda x: x * (x != x.view_as(x)) + x * (x == x.view_as(x)) + x * x.isfinite(),
        lambda x: x.floor_divide(0.3).detach() * x + (x.abs() + 1).log1p() + (x.abs() + 2).lgamma(),
    ],
)
def test_what_else_arguments_may_be(code: Callable[..., Any]) -> None:
    """Plain numbers on either side, options, masks."""
    assert_read(code, drawn(2, 3))


def test_conditions_stay_nodes() -> None:
    """Where a mask changes, the function has a kink: the place of the condition is seen."""
    place = recorded(lambda x: torch.where(x > 0, x, x * 2), torch.zeros(1, dtype=torch.float64, requires_grad=True))
    (truth,) = place.gradient_truths("x", place.fixed[0])
    assert truth.value is None
