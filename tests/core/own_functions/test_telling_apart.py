"""A forward pass that is not the formula, and a backward pass that is not its derivative, are told apart."""

# ruff: noqa: D102

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor
from torch.autograd import Function

from derivcheck.api import check_function


class Cube(Function):
    """x**3, and its derivative."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return x**3

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        (x,) = ctx.saved_tensors
        return g * 3 * x**2


class OfTheFormula(Cube):
    """With the derivative of x**2."""

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        (x,) = ctx.saved_tensors
        return g * 2 * x


class OfNeither(Cube):
    """With another one."""

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        (x,) = ctx.saved_tensors
        return g * x


def notes(function: object, formula: str, **rest: Any) -> str:
    """What the first item says beside its status."""
    return " ".join(check_function(function, formula, only=["forward", "backward"], **rest)[0].notes)


@pytest.mark.parametrize("at", [{"x": 3.0}, {"x": [3.0, -2.0]}])
@pytest.mark.parametrize(
    ("function", "whose"),
    [(Cube, "of what the forward pass computes"), (OfTheFormula, "of the formula"), (OfNeither, "of neither")],
)
def test_whose_derivative_the_backward_pass_is(at: dict[str, Any], function: object, whose: str) -> None:
    """The forward pass computes x**3, and the formula says x**2: of numbers, and of tensors."""
    told = f"the forward pass is not the formula, it computes x**3; the backward pass is the derivative {whose}"
    assert told == notes(function, "x**2", at=at)


def test_a_wrong_backward_pass_alone_is_no_wrong_forward_pass() -> None:
    """Where the values are the formula's, nothing is said of them."""
    assert "forward pass" not in notes(OfNeither, "x**3", at={"x": 3.0})
    (result,) = check_function(OfNeither, "x**3", at={"x": 3.0}, only=["backward"])
    assert not result.notes


def test_what_has_no_text_is_told_apart_as_well() -> None:
    """The sentence lacks the formula, then."""

    def largest(x: Tensor) -> Tensor:
        return x.gather(0, x.argmax(0, keepdim=True)).sum()

    told = "the forward pass is not the formula; the backward pass is the derivative of what the forward pass computes"
    assert told == notes(largest, "sum(x)", at={"x": [3.0, -2.0]})


def test_a_surrogate_says_nothing_of_the_value() -> None:
    """Its derivative is no formula's that could be compared."""
    told = notes(torch.round, "floor(x)", at={"x": [0.75, -2.25]}, surrogate="x")
    assert told == "the forward pass is not the formula, it computes round(x)"
