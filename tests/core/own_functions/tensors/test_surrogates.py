"""Surrogates of functions of tensors, in which parts are detached."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from tensor_functions_gradients import check, failing, function
from torch import Tensor

LEVELS = "clamp(round(w/alpha), lo, hi)*alpha"
SLOPE = "a = k*alpha + detach((1 - k)*alpha); v = w/a;where(v < lo, lo, where(v > hi, hi, v + detach(round(v) - v)))*a"
AT = {"w": "[[0.375, -1.25, 0.875], [0.125, -0.25, 0.5]]", "alpha": "[[0.5], [0.375]]"}
CONSTANTS = (("k", 0.25), ("lo", -2), ("hi", 1))


def levels(g: Tensor, w: Tensor, alpha: Tensor) -> Tensor:
    """What LSQ sends to each row's step size, before it is scaled."""
    v = w / alpha
    inner = torch.where(v > 1, 1.0, v.round() - v)
    return (g * torch.where(v < -2, -2.0, inner)).sum(1, keepdim=True)


def mask(w: Tensor, alpha: Tensor) -> Tensor:
    """1 where a weight is not clipped."""
    v = w / alpha
    return ((v >= -2) & (v <= 1)).to(w.dtype)


def quantised(w: Tensor, alpha: Tensor) -> Tensor:
    """The forward pass."""
    return (w / alpha).round().clamp(-2, 1) * alpha


def lsq(backward: Callable[..., Any], only: tuple[str, ...] = ()) -> list[Any]:
    """The Results of LSQ with a step size for each row (S. K. Esser et al., 2020), whose gradient is scaled by k."""
    return check(function(quantised, backward), LEVELS, AT, surrogate=SLOPE, constants=CONSTANTS, only=only)


def test_a_quantiser_is_right() -> None:
    """The forward pass rounds and clips; the backward pass is that of the surrogate, in which rounding is detached."""
    assert not failing(lsq(lambda g, w, alpha: (g * mask(w, alpha), 0.25 * levels(g, w, alpha))))


@pytest.mark.parametrize(
    ("backward", "name"),
    [
        (lambda g, w, a: (g * mask(w, a), levels(g, w, a)), "by alpha: the factor `k` is missing"),
        (lambda g, w, a: (g, 0.25 * levels(g, w, a)), None),
        (lambda g, w, a: (g * mask(w, a), 0.25 * (g * mask(w, a)).sum(1, keepdim=True)), None),
    ],
)
def test_a_quantiser_is_wrong(backward: Callable[..., Any], name: str | None) -> None:
    """The scale of the step size's gradient is missing, the mask is, another gradient comes back."""
    found = lsq(backward, only=("backward",))
    assert str(found[0].status) == "mismatch"
    assert name is None or found[0].diagnosis == name


@pytest.mark.parametrize("at", ["0.3", "[0.3, -1.75]"])
def test_something_is_detached_in_the_formula_itself(at: str) -> None:
    """x*detach(x) has the slope x: of numbers and of tensors."""
    right = function(torch.square, lambda g, x: g * x)
    wrong = function(torch.square, lambda g, x: 2 * g * x)
    assert not failing(check(right, "x*detach(x)", {"x": at}))
    assert "backward" in failing(check(wrong, "x*detach(x)", {"x": at}, only=("backward",)))
    assert not failing(check(wrong, "x*x", {"x": at}, only=("backward",)))
