"""The truth at the ends of a domain, where balls straddle and exact arguments decide."""

from __future__ import annotations

import mpmath
import pytest
from truths import number, truth

from derivcheck.model import Evidence, Kind

with mpmath.workprec(6000):
    SWINGING = mpmath.nstr(4 * mpmath.mpf(1e300) ** 3 * mpmath.cos(mpmath.mpf(1e300) ** 4), 18).replace("e+", "e")
    COSWINGING = mpmath.nstr(-4 * mpmath.mpf(1e300) ** 3 * mpmath.sin(mpmath.mpf(1e300) ** 4), 18).replace("e+", "e")


@pytest.mark.parametrize(
    ("expr", "at", "limit"),
    [
        ("1/(1/x)", 0, "0"),
        ("x**2/x", 0, "0"),
        ("sin(x)/x", 0, "1"),
        ("(exp(x) - 1)/x", 0, "1"),
        ("exp(-1/x**2)", 0, "0"),
        ("x*exp(-1/x**2)", 0, "0"),
        ("atan(1/x**2)", 0, "1.57079632679489662"),
        ("tanh(1/x**2)", 0, "1"),
        ("erf(1/x**2)", 0, "1"),
        ("sigmoid(1/x**2)", 0, "1"),
        ("min(1/x**2, 5)", 0, "5"),
        ("1/(x + 1/x)", 0, "0"),
        ("x/(1 + 1/x)", 0, "0"),
        ("1/(1 + 1/x**2)", 0, "0"),
        ("exp(-1/abs(x))", 0, "0"),
        ("exp(-exp(1/x**2))", 0, "0"),
        ("x*log(x)", 0, "0"),
        ("exp(log(x))", 0, "0"),
        ("sigmoid(logit(x))", 1, "1"),
        ("(x**2 - 9)/(x - 3)", 3, "6"),
        ("abs(sin(x))/abs(x)", 0, "1"),
        ("x + atan(atanh(1))", 1, "2.57079632679489662"),
        ("max(log1p(-1), 0) - x", 0.5, "-0.5"),
    ],
)
def test_no_value_no_derivative(expr: str, at: float, limit: str) -> None:
    """Where f has no value it has no derivative of any order; the limit that would fill it in is told."""
    for wrt in ("x", "xx"):
        found = truth(expr, {"x": at}, *wrt)
        assert (Kind.UNDEFINED, Evidence.PROVEN, limit) == (found.kind, found.evidence, number(found.limit))
        assert "the function has no value here" in found.reason
    assert Kind.UNDEFINED is truth(expr, {"x": at}).kind


@pytest.mark.parametrize(
    ("expr", "x", "value"),
    [
        ("acos(sigmoid(x) + sigmoid(-x))", 0.3, "0"),
        ("asin(tanh(x)/tanh(x))", 0.3, "1.57079632679489662"),
        ("sqrt(1 - sin(x)**2 - cos(x)**2)", 0.3, "0"),
        ("acosh(exp(x)*exp(-x))", 0.7, "0"),
        ("(log(x**2) - 2*log(x))**(1/3)", 5, "0"),
    ],
)
def test_values_at_the_end_of_a_domain(expr: str, x: float, value: str) -> None:
    """What equals the end of a domain to 25,600 bits is taken to be it: the value is shown, and so is the slope 0."""
    found, slope = truth(expr, {"x": x}), truth(expr, {"x": x}, "x")
    assert (Kind.VALUE, value, Evidence.SHOWN) == (found.kind, number(found.value), found.evidence)
    assert (Kind.VALUE, "0", Evidence.SHOWN) == (slope.kind, number(slope.value), slope.evidence)


def test_what_is_outside_by_little_is_outside() -> None:
    """1 + 2**-3000 is beyond the end of acos, and 1 + exp(-10000) too: both are decided, not taken for 1."""
    for beyond in ("2**(-3000)", "exp(-10000)"):
        assert "outside the real domain" in truth(f"acos(sin(x)**2 + cos(x)**2 + {beyond})", {"x": 0.3}).reason


@pytest.mark.parametrize(
    ("expr", "at", "expected"),
    [
        ("asin(x/3*3)", 1, "1.57079632679"),
        ("acos(x/3*3)", -1, "3.14159265359"),
        ("gamma(x/3 - 4/3)", 1, "None"),
        ("1/gamma(x/3 - 4/3)", 4, "None"),
        ("gamma(x/3 + 2/3)", 1, "1"),
    ],
)
def test_at_the_end_of_a_domain_exact_arguments_decide(expr: str, at: int, expected: str) -> None:
    """Every ball of x/3*3 at 1 lies in part outside of asin's domain, every one of x/3 - 4/3 has gamma's pole in it."""
    found = truth(expr, {"x": at})
    assert (Kind.UNDEFINED if expected == "None" else Kind.VALUE) is found.kind
    assert expected == (number(found.value) if found.value is None else found.value.decimal(12))
