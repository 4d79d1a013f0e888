"""The names of the mistakes, and none where none fits.

Covers also: evidence, formula_parts, mistakes.
"""

from __future__ import annotations

from typing import Any

import own_functions as own
import pytest
import torch

from derivcheck.api import check_function
from derivcheck.model import Status


@pytest.mark.parametrize(
    ("function", "formula", "name"),
    [
        (own.SQ, "i**2", "ignores grad_output"),
        (own.Doubled, "i**2", "2× too large"),
        (own.Flipped, "i**2", "sign flipped"),
        (own.Thousandth, "i**2", "off by the constant factor 1001/1000"),
        (own.Trillionth, "i**2", "off by the constant factor 1.000000000001 (relative error 1.0e-12)"),
        (own.SineChain, "sin(x**2)", "the factor 2*x is missing"),
        (own.AtOutput, "sin(x)", "derivative taken at the output instead of the input"),
        (own.ThirdInSingle, "x/3", "constant rounded to float32 (relative error 3e-08)"),
        (own.StraightThrough, "x**3", None),
        (own.Mended, "i**2", None),
        (own.ZeroDivided, "i**2", "right elsewhere, wrong where i is 0: there it is no number"),
        (own.PlusEpsilon, "i**2", "off by 1e-08, at every point the same"),
        (own.TimesEpsilon, "i**2", "off by the constant factor 1.00000001 (relative error 1.0e-08)"),
        (
            own.RightOfIt,
            "i**2",
            "right where i is at least 0.7, wrong where it is at most -0.7: there off by the constant factor 5/2",
        ),
        (
            own.cut_off,
            "sin(x)",
            "the result has no gradient: .detach(), .data, .item(), NumPy or torch.no_grad() cut it off",
        ),
    ],
)
def test_a_mistake_has_its_name(function: object, formula: str, name: str | None) -> None:
    """A name fits at every point and for every upstream gradient, or it is not given."""
    point = {"i": 2} if "i**" in formula else {"x": 2}
    results = check_function(function, formula, at=point, only=["forward", "backward", "upstream", "points"])
    assert {name} - {None} == {result.diagnosis for result in results} - {None}


def test_the_derivative_of_another_argument() -> None:
    """Gradients in the wrong order."""
    results = check_function(own.Swapped, "a*b**2", at={"a": 2, "b": 3}, only=["backward"])
    assert "by a: derivative of another argument (b); by b: derivative of another argument (a)" == results[0].diagnosis


def test_a_gradient_that_is_cut_off_is_no_0() -> None:
    """The reason says so as well."""
    (result,) = check_function(own.cut_off, "sin(x)", at={"x": 1}, only=["backward"])
    assert "the true number is 0.5403023058681397174, the result has no gradient" in (result.verdict.reason or "")


def test_digits_that_torch_loses_are_not_called_float32() -> None:
    """Its polygamma is off by 5e-10, and so are its derivatives: that is no mistake of who calls it."""
    results = check_function(lambda x: torch.polygamma(1, x), "polygamma(1, x)", at={"x": 1.5})
    assert Status.INACCURATE in {result.status for result in results}
    assert set() == {result.diagnosis for result in results} - {None}


def test_an_exception_or_a_shape_is_no_question_of_formats() -> None:
    """A gradient of another shape fails first where the upstream gradient is a vector."""
    (result,) = check_function(own.OfAnotherShape, "i**2", at={"i": 2}, only=["upstream"])
    assert (result.diagnosis or "").startswith("right at single numbers, wrong in a batch or in one of its layouts")


@pytest.mark.parametrize(
    ("factor", "formula", "named"),
    [
        (0.3333333432674408, "x/3", True),
        (1 / 3 * (1 + 1e-8), "x/3", False),
        (0.7978845834732056, "sqrt(2/pi)*x", True),
        (2.7182817459106445, "exp(1)*x", True),
        (2.718281828459045 * (1 + 5e-8), "exp(1)*x", False),
    ],
)
def test_float32_is_named_only_where_a_constant_of_the_formula_has_its_error(
    factor: float, formula: str, named: bool
) -> None:
    """1/3 is off by 3e-8 in float32, sqrt(2/pi) by 3e-8, e by -3e-8; any other error is just a factor."""

    class Linear(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: torch.Tensor) -> torch.Tensor:
            del ctx
            return {"x/3": 1 / 3, "sqrt(2/pi)*x": 0.7978845608028654, "exp(1)*x": 2.718281828459045}[formula] * x

        @staticmethod
        def backward(ctx: Any, grad_output: torch.Tensor) -> Any:
            del ctx
            return factor * grad_output

    (result,) = check_function(Linear, formula, at={"x": 2}, only=["backward"])
    assert named is (result.diagnosis or "").startswith("constant rounded to float32")


@pytest.mark.parametrize(
    ("backward", "name"),
    [
        (lambda x: 0.5 / (torch.sqrt(x) + 1e-8), "as if 2e-08 were added to 1/derivative: an eps in its denominator"),
        (lambda x: 0.5 / torch.sqrt(x) + 1e-8, "off by 1e-08, at every point the same"),
        (
            lambda x: (0.5 / torch.sqrt(x)) * (1 + 1e-8),
            "off by the constant factor 1.00000001 (relative error 1.0e-08)",
        ),
        (lambda x: 0.5 / torch.sqrt(x + 1e-8), None),
        (lambda x: (0.5 / torch.sqrt(x.float())).double(), "constant rounded to float32, or computed in float32"),
    ],
)
def test_an_eps_is_no_float32(backward: Any, name: str | None) -> None:
    """All of these are off by some 1e-8; only the last one's errors are of either sign."""

    class Root(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: torch.Tensor) -> torch.Tensor:
            ctx.save_for_backward(x)
            return torch.sqrt(x)

        @staticmethod
        def backward(ctx: Any, grad_output: torch.Tensor) -> Any:
            return grad_output * backward(ctx.saved_tensors[0])

    (result,) = check_function(Root, "sqrt(x)", at={"x": 2}, only=["backward"])
    assert Status.MATCH is not result.status
    assert (name is None and result.diagnosis is None) or (result.diagnosis or "").startswith(name or "nothing")


def test_a_constant_that_is_added_may_be_one_of_float32() -> None:
    """The slope of (x - 0.1)**2 is 2*x - 0.2, and float32's 0.2 is off by 3e-9: a shift that 1e-8 is not."""

    class Parabola(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: torch.Tensor) -> torch.Tensor:
            ctx.save_for_backward(x)
            return (x - 0.1) ** 2

        @staticmethod
        def backward(ctx: Any, grad_output: torch.Tensor) -> Any:
            return grad_output * (2 * ctx.saved_tensors[0] - 0.20000000298023224)

    (result,) = check_function(Parabola, "(x - 0.1)**2", at={"x": 2}, only=["backward"])
    assert "constant rounded to float32 (error 3e-09)" == result.diagnosis
