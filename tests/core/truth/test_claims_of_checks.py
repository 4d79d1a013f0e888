"""Claims in whole checks: right ones pass, lies are caught, at the point as held and as typed."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from derivcheck.checking.one_point import check_case
from derivcheck.model import Case, Status, What

MATERN = "(1 + sqrt(5)*abs(x-y) + 5*(x-y)**2/3)*exp(-sqrt(5)*abs(x-y))"
HELD = "0.321777483134022990185485468828119337558746337890625"
AT_ZERO = "Piecewise((sin(x)/x, Ne(x, 0)), (1, True))"


@pytest.mark.parametrize(
    ("expr", "at", "wrt", "right", "wrong"),
    [
        # Kinks that cancel: SymPy's pointwise value is a mean of the branches, or 0.
        ("Max(x, y) + Min(x, y)", "x=0.1,y=0.1", "x", "1", ["0.5", "0", "2"]),
        ("Max(x, y)*Min(x, y)", "x=0.1,y=0.1", "x", "0.1", ["0.05", "0", "0.2"]),
        ("relu(x - 0.3) - relu(0.3 - x)", "x=0.3", "x", "1", ["0.25", "0.5", "0"]),
        ("abs(x - 0.1234567890123456)", "x=0.1234567890123456", "x", "-1", ["0.7", "0", "1"]),
        ("abs(x)*abs(x)", "x=0", "x,x", "2", ["0", "1"]),
        ("clamp(x, 0, 1) + relu(x - 1)", "x=1", "x", "1", ["0.5", "0"]),
        ("hypot(x, y)**2", "x=0,y=0", "x,x", "2", ["0", "1"]),
        ("relu(x - y)**2 + relu(y - x)**2", "x=0.7,y=0.7", "x,y", "-2", ["0", "-1", "2"]),
        (MATERN, "x=0.3,y=0.3", "x,y", "5/3", ["-14", "-5/3", "0", "x", "exp(x)"]),
        ("(1 + 3*abs(x-y))*exp(-3*abs(x-y))", "x=0.2,y=0.2", "x,y", "9", ["0", "-9"]),
        # A branch at a single point: SymPy differentiates the branch.
        ("where(x == 0, 1, LambertW(x)/x)", "x=0", "x", "-1", ["0", "1"]),
        ("where(x == 0, x, x*2)", "x=0", "x", "2", ["1", "0"]),
        ("where(x == 0, 1, (exp(x) - 1)/x)", "x=0", "x", "1/2", ["0", "1"]),
        (AT_ZERO, "x=0", "x,x", "-1/3", ["0", "x", "sin(x)"]),
        ("where(l == 0, log(x), (x**l - 1)/l)", "x=2,l=0", "l", "log(2)**2/2", ["0", "log(2)"]),
        ("where(x == 3, 9, x**2)", "x=3", "x", "6", ["0"]),
        ("where(x > 0.1, x, 5*x)", "x=0.1", "x", "1", ["3", "5"]),
        ("where(x >= 0.3, 2*x, x)", "x=0.3", "x", "1", ["2", "1.5"]),  # the float64 is below 3/10
        # The tensor stands on a kink, the point as it was typed does not: there the slope is 0, and 2*0 as well.
        (f"max(y + {HELD}, 0)", "y=-0.321777483134023", "y", f"2*where(y + {HELD} >= 0, 1, 0)", ["2", "-1"]),
        # What the first finite ball leaves open: cancellation, huge arguments, tails.
        ("exp(-x)", "x=50", "x", "-exp(-x)", ["cosh(x) - sinh(x)", "sinh(x) - cosh(x) + 1e-23"]),
        ("(1-cos(x))/x**2", "x=1e-10", "x", "sin(x)/x**2 - 2*(1-cos(x))/x**3", ["2*(1-cos(x))/x**3 - sin(x)/x**2"]),
        ("sin(exp(x))", "x=90", "x", "exp(x)*cos(exp(x))", ["-exp(x)*cos(exp(x))"]),
        ("tan(x)/x", "x=1e-25", "x", "sec(x)**2/x - tan(x)/x**2", ["tan(x)/x**2 - sec(x)**2/x"]),
        ("sin(x)/x", "x=1e-20", "x", "(x*cos(x) - sin(x))/x**2", ["2*(x*cos(x) - sin(x))/x**2"]),
        ("sin(1e80*x)", "x=0.1", "x", "1e80*cos(1e80*x)", ["0", "-1e80*cos(1e80*x)"]),
        ("exp(x)/x - exp(x)/x", "x=1e-40", "x", "0", ["7"]),
        ("log1p(x) - log(1 + x)", "x=1e-30", "x", "0", ["1", "1e-20"]),
        ("prelu(x,2/3)/prelu(x,2/3)", "x=2.2250738585072014e-308", "x", "0", ["1/7"]),
        ("clamp_min(y,y)**(-1/2)", "y=0.5000000000000001", "y", "-y**(-3/2)/2", ["-1.001*y**(-3/2)/2"]),
    ],
)  # fmt: skip
def test_claims_are_held_against_the_truth(expr: str, at: str, wrt: str, right: str, wrong: list[str]) -> None:
    """Where SymPy's pointwise value is wrong, or a ball wide, a wrong claim fails and the right one passes."""
    found = statuses(expr, at, {tuple(wrt.split(",")): [right, *wrong]})
    assert [Status.MATCH, *[Status.WRONG_FORMULA] * len(wrong)] == found


@pytest.mark.parametrize(
    ("expr", "at", "right", "wrong"),
    [
        ("sin(x)", "x=1e300", "sin(x)", "cos(x)"),
        ("erfc(x)", "x=10", "1 - erf(x)", "2*(1 - erf(x))"),
        ("softplus(x)", "x=-100", "log(1 + exp(x))", "-log(1 + exp(x))"),
        ("x - sin(x)", "x=1e-15", "x - sin(x)", "sin(x) - x"),
        ("tanh(x) - 1", "x=40", "-2/(exp(2*x) + 1)", "2/(exp(2*x) + 1)"),
    ],
)
def test_claimed_values_are_held_against_the_truth(expr: str, at: str, right: str, wrong: str) -> None:
    """The same of claims about the value."""
    assert [Status.MATCH, Status.WRONG_FORMULA] == statuses(expr, at, {(): [right, wrong]})


def statuses(expr: str, at: str, claims: Mapping[tuple[str, ...], list[str]]) -> list[Status]:
    """What is said of claims, each in a case of its own; the empty derivative is the value."""
    point = dict(text.split("=") for text in at.split(","))
    found = []
    for wrt, texts in claims.items():
        for text in texts:
            case = Case(expr, at=(point,), value=None if wrt else text, derivative={wrt: text} if wrt else {})
            found += [result.status for result in check_case(case) if result.what is What.CLAIM]
    return found


@pytest.mark.parametrize(
    ("expr", "at", "wrt", "claim"),
    [
        ("x**2", "x=0.1", "x", "0.2"),
        ("x*y", "x=0.1,y=0.7", "x", "0.7"),
        ("Max(x, y)*Min(x, y)", "x=0.7,y=0.7", "y", "0.7"),
        ("tan(x)", "x=pi/4", "x", "2"),
        ("cos(x)", "x=pi/3", "x", "-sqrt(3)/2"),
        ("exp(x)", "x=log(5)", "x", "5"),
        ("x**y", "x=0.2,y=3", "x", "0.12"),
    ],
)
def test_claims_about_the_point_as_typed(expr: str, at: str, wrt: str, claim: str) -> None:
    """A number that is claimed at 0.1, or at pi/4, is about that number, and the row says so."""
    point = dict(text.split("=") for text in at.split(","))
    case = Case(expr, at=(point,), derivative={(wrt,): claim})
    (row,) = [result for result in check_case(case) if result.what is What.CLAIM]
    assert (Status.MATCH, "at the point as it was typed") == (row.status, row.verdict.reason)
