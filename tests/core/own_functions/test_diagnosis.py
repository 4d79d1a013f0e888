"""The names of the mistakes, and none where none fits."""

from __future__ import annotations

import own_functions as own
import pytest

from derivcheck.api import check_function


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
