"""The formula of a Function, in the place of what its forward pass computes."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from derivcheck.explaining.explained_expressions import explain_expression
from derivcheck.explaining.formulas_of_functions import formulas_of_own
from derivcheck.model import Case, OwnFunction


class Rounded(torch.autograd.Function):
    """round(x) with the gradient of x: a straight-through estimator."""

    @staticmethod
    def forward(_: Any, x: Tensor, scale: float) -> Tensor:
        """The nearest multiple of a scale."""
        return torch.round(x / scale) * scale

    @staticmethod
    def backward(_: Any, g: Tensor) -> Any:
        """As if it had not been rounded."""
        return g, None


def declared(**more: Any) -> OwnFunction:
    """A declaration of it."""
    return OwnFunction("r", ("x",), "round(x/s)*s", Rounded, constants=(("s", 0.5),), order=("x", "s"), **more)


def test_a_surrogate_is_what_the_backward_pass_is_held_against() -> None:
    """The value is the rounded one, and the exact gradient that of the surrogate."""
    tape = explain_expression(Case("r(x)**2", ({"x": "1.3"},), functions=(declared(surrogate="x"),)), ()).tape
    (mine,) = [one for one in tape if one.is_own]
    assert mine.value.computed == (1.5,)
    assert mine.value.local == (0.0,)
    assert mine.returned[0].numbers.computed == (3.0,)
    assert mine.returned[0].numbers.local == (0.0,)


def test_of_a_declared_gradient_no_derivative_is_due() -> None:
    """What a declaration says is no derivative of anything: there is nothing that a sweep could give."""
    own = declared(gradients=(("x", "g"),))
    tape = explain_expression(Case("r(x)**2", ({"x": "1.3"},), functions=(own,)), ()).tape
    (mine,) = [one for one in tape if one.is_own]
    assert mine.returned[0].numbers.due == (None,)


def test_code_that_is_no_function_has_no_formula_of_its_own() -> None:
    """It is read operation by operation."""
    assert formulas_of_own([OwnFunction("square", ("x",), "x**2", torch.square)]) == {}
