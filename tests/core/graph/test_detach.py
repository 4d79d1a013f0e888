"""What is detached has a value, and nothing is differentiated through it.

Covers also: inlining.
"""

from __future__ import annotations

from fractions import Fraction

import pytest

from derivcheck import check

CASES = [
    ("detach(x)*x", 1.5, [1.5]),
    ("x + detach(round(x) - x)", 1.625, [1]),
    ("detach(x)", 1.5, [0]),
    ("x.detach()**2*x", 1.5, [2.25]),
    ("detach(detach(x)*x)*sin(x)*0 + detach(2*x)*x**2", 0.5, [1]),
    ("where(detach(x) > 0, 3*x, -x)", -2, [-1]),
    ("h = detach(exp(x)); h*x/h", 0.25, [1]),
]


@pytest.mark.parametrize(("text", "x", "slope"), CASES)
@pytest.mark.parametrize("mode", ["reverse", "forward", "func"])
def test_the_derivative_of_numbers(text: str, x: float, slope: list[float], mode: str) -> None:
    """SymPy, torch and the enclosures agree, and a claim with the known number passes."""
    result = check(text, at={"x": x}, derivative={"x": str(Fraction(slope[0]))}, mode=mode)
    assert str(result.status) == "match", result


@pytest.mark.parametrize(("text", "x", "slope"), CASES)
def test_the_derivative_of_tensors(text: str, x: float, slope: list[float]) -> None:
    """The same of a sum over a tensor."""
    *statements, last = text.split("; ")
    result = check(
        "; ".join([*statements, f"sum({last})"]), at={"x": [x, x]}, derivative={"x": str(Fraction(slope[0]))}
    )
    assert str(result.status) == "match", result


def test_a_second_derivative() -> None:
    """detach(x)*x**2 has the slope 2*detach(x)*x, and that one the slope 2*detach(x)."""
    for at in (1.5, [1.5, 2]):
        text = "detach(x)*x**2" if at == 1.5 else "sum(detach(x)*x**2)"
        claim = "2*x" if at == 1.5 else "diag(2*x)"
        assert str(check(text, at={"x": at}, derivative={"x,x": claim}).status) == "match"


def test_a_lie_is_caught() -> None:
    """Nothing goes through what is detached, neither of numbers nor of tensors."""
    assert str(check("detach(x)*x", at={"x": 1.5}, derivative={"x": "2*x"}).status) == "wrong-formula"
    assert str(check("sum(detach(x)*x)", at={"x": [1.5]}, derivative={"x": "2*x"}).status) == "wrong-formula"


def test_many_points_at_once() -> None:
    """A column of points is proven as one point is."""
    result = check("detach(x)*x**2", at=[{"x": x / 8} for x in range(1, 20)], derivative={"x": "2*x*x"})
    assert str(result.status) == "match"
    wrong = check("detach(x)*x**2", at=[{"x": x / 8} for x in range(1, 20)], derivative={"x": "3*x*x"})
    assert str(wrong.status) == "wrong-formula"
    plain = check("detach(x)*x**2", at=[{"x": x / 8} for x in range(1, 60)])
    assert {str(row.status) for row in plain} == {"match"}


def test_the_formula_names_no_held_variable() -> None:
    """At the point it is the variable."""
    assert "held" not in str(check("detach(x)*x**2", at={"x": 1.5}))
    assert "held" not in str(check("sum(detach(x)*x**2)", at={"x": [1.5, 3]}))
