"""The symbolic reading: what SymPy makes of an expression, and how it is read back."""

from __future__ import annotations

import pytest

from derivcheck.errors import UnsupportedError
from derivcheck.parse import parse
from derivcheck.symbolic import Symbolic


def formula(expr: str, *wrt: str) -> str | None:
    """The text of SymPy's derivative."""
    return Symbolic(parse(expr)).derivative(wrt).text


@pytest.mark.parametrize(
    ("expr", "wrt", "expected"),
    [
        ("x**2 + 2*x + 1", "x", "2*x + 2"),
        ("2*x**3 + x", "x", "6*x**2 + 1"),
        ("u*v + u**2", "u", "2*u + v"),
        ("u*v + (u*v)**2", "v", "2*u**2*v + u"),
        ("sin(x)*exp(y)", "xy", "exp(y)*cos(x)"),
        ("gamma(x)", "x", "gamma(x)*polygamma(0, x)"),
        ("abs(x)", "x", "sign(x)"),
        ("Max(x, 1)", "x", "Heaviside(x - 1)"),
        ("where(x > 0, x**2, 0)", "x", "Piecewise((2*x, x > 0), (0, True))"),
        ("1.3806503e-23*x**2", "x", "2.7613006e-23*x"),
        ("2.3333333333333335*x**2", "x", "2*2.3333333333333335*x"),
        ("beta*gamma", "beta", "gamma"),
    ],
)
def test_formula(expr: str, wrt: str, expected: str) -> None:
    """Derivatives are written as SymPy writes them, decimals as decimals."""
    names = (wrt,) if wrt == "beta" else tuple(wrt)
    assert expected == formula(expr, *names)


@pytest.mark.parametrize(
    "expr",
    [
        "x*gamma(10**9)",
        "gamma(x - x + 10**9)",
        "x*zeta(2, 10**9)",
        "x + besselj(2, 10**9)",
        "x*factorial(10**8)",
        "x*loggamma(10**9 + 1)",
    ],
)
def test_nothing_large_is_written_out(expr: str) -> None:
    """SymPy's own gamma(10**9 + 1) is a factorial with nine billion digits: constants stay opaque."""
    assert Symbolic(parse(expr)).derivative(("x",)).expression is not None


def test_a_condition_on_constants_is_read() -> None:
    """A number may hide behind a symbol, a condition may not: sin(1) < cos(1) stays one, 1/3 >= 2 is false."""
    assert "2*x" == formula("where(1/3 >= 2, x, x**2)", "x")
    assert "Piecewise((1, sin(1) < cos(1)), (2*x, True))" == formula("where(sin(1) < cos(1), x, x**2)", "x")


def test_bernoulli_polynomials_of_any_degree_are_refused() -> None:
    """SymPy's own zeta(-10**9, x) is a Bernoulli polynomial of a billion terms."""
    with pytest.raises(UnsupportedError, match="exponent of zeta"):
        formula("zeta(-10**9, x)", "x")


def test_derivative_is_an_expression_again() -> None:
    """What SymPy returns is read back as a tree that balls can run."""
    assert ("x",) == Symbolic(parse("atan2(x, 2)*Max(x, 0)")).derivative(("x",)).expression.variables


def test_what_has_no_closed_form_is_unsupported() -> None:
    """SymPy's derivative of the incomplete gamma function by its shape is a Meijer G-function."""
    with pytest.raises(UnsupportedError):
        formula("lowergamma(a, 2)", "a")


def test_deep_nesting_is_derived_and_not_shown() -> None:
    """A continued fraction that exhausts SymPy's recursion has a derivative node by node, and no form to show."""
    deep = Symbolic(parse("1/(x + " * 150 + "1" + ")" * 150)).derivative(("x",))
    assert deep.expression.variables == ("x",)
    assert deep.text is None
