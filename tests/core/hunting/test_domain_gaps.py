"""Gaps in a domain: nothing is told of a number that has a value."""

from __future__ import annotations

import pytest

from derivcheck.hunting.domain_gaps import DomainGaps
from derivcheck.readings import readings

NUMBERS = (-1e4, 4.0, -3.0, 0.0, -6e-8, 6e-8, -2.0, -1e-7, 1.0, 2.0, -1.0, -3.5, 3.0)
"""In no order."""


def gaps(expr: str, *searched: str) -> DomainGaps:
    """Those of an expression."""
    made = readings(expr, frozenset(searched))
    return DomainGaps(made.balls, made.expression.variables, searched)


@pytest.mark.parametrize(
    ("expr", "outside"),
    [
        ("sqrt(x)", {number for number in NUMBERS if number < 0}),
        ("exp(x)", set()),
        ("1/x", {0.0}),
        ("lgamma(x)", {-1e4, -3.0, -2.0, -1.0, 0.0}),
        ("log(x*x - 9)", {number for number in NUMBERS if -3 < number < 3}),
    ],
)
def test_outside_of_the_domain(expr: str, outside: set[float]) -> None:
    """Whatever was asked before, and if it is asked once more."""
    found = gaps(expr, "x")
    for number in (*NUMBERS, *reversed(NUMBERS)):
        assert (number in outside) is found.holds((number,)), number


def test_many_poles_end_the_patience() -> None:
    """Between any two of them lgamma has values."""
    found = gaps("lgamma(x)", "x")
    for number in range(-200, 0):
        assert found.holds((float(number),))
        assert not found.holds((number + 0.5,))


def test_several_variables() -> None:
    """Each point by itself."""
    found = gaps("sqrt(x - y)", "x", "y")
    assert found.holds((1.0, 2.0))
    assert found.holds((3.0, 4.0))
    assert not found.holds((3.0, 2.0))
