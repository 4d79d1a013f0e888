"""What a message advises: the name that was meant, the product that was forgotten."""

from __future__ import annotations

import re

import pytest
from parsing import error_of, underlined


@pytest.mark.parametrize(
    ("text", "product", "function"),
    [
        ("exp(-gamma(t-t0))", "exp(-gamma*(t-t0))", "leave `gamma` out of the point"),
        ("2*beta(x) + 1", "2*beta*(x) + 1", "leave `beta` out of the point"),
        ("zeta (x)", "zeta* (x)", "leave `zeta` out of the point"),
        ("erf(erf(x))", "erf*(erf*(x))", "leave `erf` out of the point"),
        ("gamma(gamma)", "gamma*(gamma)", "call the variable `gamma_`: `gamma(gamma_)`"),
        ("beta(x)*beta(beta, 2)", "beta*(x)*beta(beta, 2)", "call the variable `beta_`: `beta(x)*beta(beta_, 2)`"),
        ("softplus(x, beta=2) + beta(x)", "softplus(x, beta=2) + beta*(x)", "leave `beta` out of the point"),
        ("1/gamma(x)", "1/(gamma*(x))", "leave `gamma` out of the point"),
        ("x % erf(x)", "x % (erf*(x))", "leave `erf` out of the point"),
    ],
)
def test_a_variable_that_is_called_is_an_error_with_both_readings(text: str, product: str, function: str) -> None:
    """gamma(t) may be a product whose sign was forgotten, or Euler's function: nobody can tell, so both are shown."""
    error = error_of(text, ["x", "t", "t0", "gamma", "beta", "zeta", "erf"])

    assert re.fullmatch(r"`\w+` is a variable of the point, and a function", error.message)
    assert f"for the product write `{product}`; for the function {function}" == error.hint


def test_a_long_text_is_not_repeated_in_a_hint() -> None:
    """Of an expression that fills a screen only the call is shown."""
    error = error_of("gamma(x)" + " + gamma + x" * 40, ["x", "gamma"])

    assert "for the product write `gamma*(…)`; for the function call the variable `gamma_`" == error.hint


def test_missing_variables_are_listed_at_once() -> None:
    """All names that the point lacks are in one message, in order, and in the hint."""
    error = error_of("z*x + y*z", ["x"])

    assert "the point has no value for `z`, `y`" == error.message
    assert "--at z=…,y=… (`at` in a file)" == error.hint
    assert "z" == underlined(error)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("x2", "did you mean `x**2`, or `2*x`?"),
        ("ex", "did you mean `e**x`, or `e*x`?"),
        ("X", "did you mean `x`?"),
        ("oo", "`oo` is no number to compute with"),
        ("inf", "`inf` is no number to compute with but in masked_fill(x, mask == 0, -inf)"),
        ("sin", "`sin` is a function: write `sin(…)`"),
    ],
)
def test_missing_variables_have_a_hint(text: str, hint: str) -> None:
    """A name that is nearly something else says so."""
    joined = " Or" if hint.endswith("?") else ", or"

    assert f"{hint}{joined} give it a value: --at {text}=… (`at` in a file)" == error_of(text, ["x", "y"]).hint


@pytest.mark.parametrize(
    ("text", "given", "meant"),
    [("exp(-gama*x)", "gamma", "gamma"), ("x*theta0", "theta_0", "theta_0"), ("gamma*x", "gama", "gama")],
)
def test_a_name_without_a_value_is_held_against_the_unused_ones(text: str, given: str, meant: str) -> None:
    """Where the point gives a name that the expression does not use, one of two similar names may be mistyped."""
    assert str(error_of(text, ["x", given]).hint).startswith(f"did you mean `{meant}`? Or give it a value: --at ")
