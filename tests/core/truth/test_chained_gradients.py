"""Functions with declared gradients in an expression."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from tensor_functions_gradients import function, outside_one, sign_ste, within_one

from derivcheck.checking.many_points.rows import check_points
from derivcheck.model import Case, OwnFunction, Status
from derivcheck.reporting.results import Results

MASK = (("x", "g*(abs(x) <= 1)"),)
FAST = function(lambda x: (x > 0).to(x.dtype), lambda g, x: g / (1 + 10 * x.abs()) ** 2)
SCALED = function(torch.mul, lambda g, x, y: (g * y / 4, g * x))


def check(expr: str, at: dict[str, str], own: OwnFunction, **asked: Any) -> Results:
    """The Results of an expression that calls a function."""
    return Results(check_points(Case(expr, (at,), functions=(own,), **asked)))


def of(code: object, formula: str, gradients: tuple[tuple[str, str], ...], *params: str, **more: Any) -> OwnFunction:
    """A declaration."""
    return OwnFunction("f", params or ("x",), formula, code, gradients=gradients, **more)


@pytest.mark.parametrize(
    ("expr", "at", "claim"),
    [
        ("f(sin(x))**2*3 + x*f(x)", "0.3", "6*cos(x) + 1 + x"),
        ("f(f(x) + x)", "-0.3", "0"),
        ("sum(f(x)*x**2)", "[0.3, 2, -0.5]", "x**2*(abs(x) <= 1) + 2*abs(x)"),
    ],
)
def test_each_factor_of_the_chain_rule_is_the_declared_one(expr: str, at: str, claim: str) -> None:
    """The sign, through which the gradient goes where |x| <= 1; nested, too, and on tensors."""
    ste = of(sign_ste(within_one), "sign(x)", MASK)
    assert check(expr, {"x": at}, ste, derivative={("x",): claim}).status is Status.MATCH
    assert check(expr, {"x": at}, ste, derivative={("x",): f"1 + {claim}"}).status is Status.WRONG_FORMULA


def test_a_wrong_mask_is_found_in_a_chain() -> None:
    """The code returns 0 where the declaration does not."""
    broken = of(sign_ste(outside_one), "sign(x)", MASK)
    assert check("f(sin(x))**2*3 + x", {"x": "0.3"}, broken).status is Status.MISMATCH


def test_a_second_derivative_differentiates_the_declared_gradient() -> None:
    """With d(x) = 1/(1 + 10|x|)**2, f(x**2 - 1) has the derivatives 2x*d and 2*d + 4*x**2*d'."""
    fast = of(FAST, "where(x > 0, 1, 0)", (("x", "g/(1 + 10*abs(x))**2"),))
    twice = "u = 1 - x**2; 2/(1 + 10*u)**2 + 4*x**2*20/(1 + 10*u)**3"
    found = check("f(x**2 - 1)", {"x": "0.3"}, fast, derivative={("x", "x"): twice, ("x",): "2*x/(11 - 10*x**2)**2"})
    assert found.status is Status.MATCH


def test_by_the_other_arguments_it_is_the_formula() -> None:
    """x*y with a fourth of the gradient by x."""
    scaled = of(SCALED, "x*y", (("x", "g*y/4"),), "x", "y")
    at = {"x": "0.3", "y": "2"}
    claims = {("x",): "f(x, y)*y/2", ("y",): "2*f(x, y)*x"}
    assert check("f(x, y)**2", at, scaled, derivative=claims).status is Status.MATCH
    (refused,) = check("f(x, y)**2", at, scaled, wrt=(("x", "y"),))
    assert refused.error is not None
    assert "no derivative of order 2 is known through it" in refused.error.message


@pytest.mark.parametrize(
    ("formula", "gradient", "is_linear", "message"),
    [
        ("x", "clamp(g, -1, 1)", False, "not linear in the upstream one"),
        ("x", "clamp(g, -1, 1)", True, "not linear in the upstream gradient"),
        ("softmax(x, dim=0)", "g", True, "works on whole tensors"),
        ("x", "mean(g) + 0*x", True, "works on whole tensors"),
    ],
)
def test_what_no_chain_rule_has_is_an_error(formula: str, gradient: str, is_linear: bool, message: str) -> None:
    """And the error says what to do instead."""
    own = of(torch.clone, formula, (("x", gradient),), is_linear=is_linear)
    (result,) = check("f(x)**2", {"x": "0.3"}, own)
    assert result.error is not None
    assert message in result.error.message
    assert "check list" in (result.error.hint or "")
