"""Where torch's kernels are narrower than the functions."""

from __future__ import annotations

from fractions import Fraction

import pytest

from derivcheck.api import check
from derivcheck.balls.compiling import compile_balls
from derivcheck.language.parse import parse
from derivcheck.verdict.torch_domains import outside_torch

GAMMA = "torch has `uppergamma` for a > 0 and x >= 0 only"


@pytest.mark.parametrize(
    ("expr", "x", "expected"),
    [
        ("uppergamma(x, 2)", -1.5, GAMMA),
        ("uppergamma(x, 2)", 1.5, None),
        ("1 + uppergamma(3, x)**2", -1.0, GAMMA),
        ("zeta(-2.5, x)", 2.0, "torch has `zeta` for s > 1 only"),
        ("where(x > 0, x, uppergamma(x, 2))", -1.5, GAMMA),
        ("where(x < 0, x, uppergamma(x, 2))", -1.5, None),  # the branch is not taken: its nan is torch's
        ("sin(x)", -1.5, None),
        ("1/gamma(x)", -3.0, "torch has `gamma` for x > 0 or x != floor(x) only"),
        ("1/gamma(x)", -2.5, None),
    ],
)
def test_where_torch_has_no_number(expr: str, x: float, expected: str | None) -> None:
    """Γ(-3/2, 2) is a number, which torch's kernel does not know."""
    expression = parse(expr, ["x"])
    assert expected == outside_torch(expression, compile_balls(expression), {"x": Fraction(x)})


def test_what_torch_does_not_offer_is_skipped() -> None:
    """Neither the value nor the derivative by the shape is a defect; that by x has a formula, and torch uses it."""
    assert ["skipped", "skipped", "match"] == [
        str(row.status) for row in check("uppergamma(a, x)", at={"a": -1.5, "x": 2})
    ]


def test_a_nan_that_a_comparison_hides_is_skipped_too() -> None:
    """Γ(-2, 1/3) is 1.6; torch's is nan, which is not larger than anything."""
    assert ["skipped", "skipped"] == [
        str(row.status) for row in check("where(uppergamma(-2, 1/3) >= x, sin(x), x)", at={"x": -3})
    ]


def test_what_torch_offers_without_a_derivative_is_not_skipped() -> None:
    """Inside of torch's domain a missing derivative stays a finding."""
    assert "nonfinite" == str(check("uppergamma(a, 2)", at={"a": 1.5})[1].status)
