"""Kinks and poles."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from searched_ranges import known_for, request_of

from derivcheck.hunting.bit_patterns import place_of
from derivcheck.hunting.singular_places import SingularPlaces, simplest_between
from derivcheck.model.hunt import Find, FindKind
from derivcheck.numbers import DType


def singular(expr: str, searched_range: str, *numbers: float) -> list[Find]:
    """The kinks and poles of an expression, where some points of the range are known."""
    known = known_for(request_of(expr, searched_range))
    low, high = (float(text) for text in searched_range.removeprefix("x=").split(".."))
    inner = [low + (high - low) * part / 17 for part in range(1, 17)]
    known.look_at([(place_of(number, DType.FLOAT64),) for number in (low, high, *inner, *numbers)])
    return SingularPlaces(known).find(())


@pytest.mark.parametrize(
    ("expr", "searched_range", "expected"),
    [
        ("abs(x - 1/3)", "x=-1..1", [(FindKind.KINK, Fraction(1, 3))]),
        ("1/(x - 1/3)", "x=-1..1", [(FindKind.POLE, Fraction(1, 3))]),
        ("where(x < 1/7, x, 2*x - 1/7)", "x=0..1", [(FindKind.KINK, Fraction(1, 7))]),
        ("hardtanh(x)", "x=-3..2.5", [(FindKind.KINK, Fraction(-1)), (FindKind.KINK, Fraction(1))]),
        ("max(x*x, x/10)", "x=0.01..1", [(FindKind.KINK, Fraction(1, 10))]),
        ("sqrt(x - 0.1)", "x=-1..1", [(FindKind.KINK, Fraction(1, 10))]),
        ("floor(x)", "x=0.5..2.5", [(FindKind.KINK, Fraction(1)), (FindKind.KINK, Fraction(2))]),
    ],
)
def test_where_it_is_rational(expr: str, searched_range: str, expected: list[tuple[FindKind, Fraction]]) -> None:
    """The very number, be it one of the format or not."""
    assert expected == [(find.kind, find.place) for find in singular(expr, searched_range)]


def test_where_it_is_not() -> None:
    """Beside the float nearest to it: |sin x| at pi, tan at pi/2."""
    (kink,) = singular("abs(sin(x))", "x=1..5")
    assert (FindKind.KINK, None) == (kink.kind, kink.place)
    assert float(kink.at["x"]) == pytest.approx(math.pi, rel=1e-15)
    (pole,) = singular("tan(x)", "x=1..4")
    assert (FindKind.POLE, None) == (pole.kind, pole.place)
    assert float(pole.at["x"]) == pytest.approx(math.pi / 2, rel=1e-15)


@pytest.mark.parametrize(
    "expr", ["sin(x)", "x**3 - x", "softplus(x)", "where(x < 1, x, 2*x - x)", "abs(x**3)", "tanh(1e9*x)", "abs(x)**2"]
)
def test_where_a_function_is_smooth_there_is_none(expr: str) -> None:
    """However steep it is, and whatever it is made of."""
    assert [] == singular(expr, "x=-2..3", 0.0, 1.0)


@given(st.fractions(), st.fractions(min_value=0, max_denominator=10**9))
def test_the_simplest_fraction(low: Fraction, width: Fraction) -> None:
    """It lies between the ends, and no fraction of a smaller denominator does."""
    simplest = simplest_between(low, low + width)
    assert low <= simplest <= low + width
    for denominator in range(1, min(simplest.denominator, 200)):
        assert math.floor((low + width) * denominator) < low * denominator


def test_ends_in_the_wrong_order() -> None:
    """They are no interval."""
    with pytest.raises(ValueError, match="above"):
        simplest_between(Fraction(1), Fraction(0))
