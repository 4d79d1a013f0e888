"""The formula of a Function, in the place of what its forward pass computes."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from derivcheck.explaining.explained_code import explain_code
from derivcheck.explaining.explained_expressions import explain_expression
from derivcheck.explaining.formulas_of_functions import formulas_of_own
from derivcheck.model import Case, Checklist, OwnFunction


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


@pytest.mark.parametrize(("gradient", "due"), [("g", "3"), ("2*g*x", "7.8"), ("where(x > 1, g, 0)", "3")])
def test_a_declared_gradient_is_what_is_due(gradient: str, due: str) -> None:
    """Whatever the derivative of the value is."""
    own = declared(gradients=(("x", gradient),))
    tape = explain_expression(Case("r(x)**2", ({"x": "1.3"},), functions=(own,)), ()).tape
    (mine,) = [one for one in tape if one.is_own]
    (exact,) = mine.returned[0].numbers.due
    assert exact is not None
    assert exact.decimal(5) == due


def test_a_declared_gradient_of_a_tensor_may_mix_its_elements() -> None:
    """It is an expression of shapes then."""
    own = OwnFunction("r", ("x", "s"), "2*x", Rounded, constants=(("s", 0.5),), gradients=(("x", "g - mean(g)"),))
    tape = explain_code(Case("2*x", ({"x": "[1, 3]"},), functions=(own,), checklist=Checklist()), results=()).tape
    (mine,) = [one for one in tape if one.is_own]
    assert mine.adjoint is not None
    first, second = mine.adjoint.computed
    due = [float(exact.decimal(20)) for exact in mine.returned[0].numbers.due if exact]
    assert due == [(first - second) / 2, (second - first) / 2]


def test_code_that_is_no_function_has_no_formula_of_its_own() -> None:
    """It is read operation by operation."""
    assert formulas_of_own([OwnFunction("square", ("x",), "x**2", torch.square)]) == {}
