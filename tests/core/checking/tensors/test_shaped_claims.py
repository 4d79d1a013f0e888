"""Claims with shapes, element by element."""

from __future__ import annotations

import pytest

from derivcheck.checking.one_point import check_case
from derivcheck.errors import ShapeError
from derivcheck.model import Case


def status(expr: str, at: dict[str, str], claim: str) -> str:
    """Return the status of a claim about the derivative by x."""
    *_, row = check_case(Case(expr, (at,), derivative={("x",): claim}))
    return row.status.label


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        ("[0.3333, 0.6667, 1]", "match"),
        ("[0.3333, 0.6668, 1]", "wrong-formula"),
        ("[0.333, 0.6667, 1]", "wrong-formula"),
        ("x/3", "match"),
        ("x/3.0001", "wrong-formula"),
    ],
)
def test_decimals_are_judged_by_their_digits(claim: str, expected: str) -> None:
    """Each number of a list is a claim of its own, right to the digits given, as a number alone is."""
    assert expected == status("sum(x**2)/6", {"x": "[1, 2, 3]"}, claim)


def test_claims_at_the_point_as_it_was_typed() -> None:
    """Of x = 1/10, which no float64 is, 0.2 may be claimed."""
    assert "match" == status("sum(x**2)", {"x": "[0.1, 0.5]"}, "[0.2, 1]")
    assert "wrong-formula" == status("sum(x**2)", {"x": "[0.1, 0.5]"}, "[0.3, 1]")


def test_long_literals_are_rounded_numbers() -> None:
    """A literal of sixteen digits stands for the number that it was rounded from, in the expression as well."""
    assert "match" == status("sum(0.3333333333333333*x)", {"x": "[1, 2]"}, "1/3")


def test_claims_at_a_kink() -> None:
    """Between the one-sided derivatives any number is a convention."""
    assert "convention" == status("sum(abs(x))", {"x": "[0, 1]"}, "[0.5, 1]")
    assert "wrong-formula" == status("sum(abs(x))", {"x": "[0, 1]"}, "[2, 1]")


def test_a_slope_for_each_element_is_told_from_the_derivative_of_all_outputs() -> None:
    """Who claims cos(x) of sin(x) at three numbers means the diagonal of the 3 by 3 derivative."""
    *_, row = check_case(Case("sin(x)", ({"x": "[0, 1, 2]"},), derivative={("x",): "cos(x)"}))
    assert isinstance(row.error, ShapeError)
    assert "diag(…)" in (row.error.hint or "")
    assert "match" == status("sin(x)", {"x": "[0, 1, 2]"}, "diag(cos(x))")
