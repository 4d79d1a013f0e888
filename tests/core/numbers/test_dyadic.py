"""Exact numbers of any magnitude."""

from __future__ import annotations

import decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from derivcheck.numbers import Dyadic, dyadic_fraction


@pytest.mark.parametrize(
    ("number", "digits", "expected"),
    [
        (Dyadic(0, 5), 20, "0"),
        (Dyadic(9, 0), 20, "9"),
        (Dyadic(-600, 0), 20, "-600"),
        (Dyadic(5, -1), 20, "2.5"),
        (Dyadic(1, -20), 20, "9.5367431640625e-7"),
        (Dyadic(1, -3), 2, "0.12"),
        (Dyadic(3, -3), 2, "0.38"),
        (Dyadic(1, 10**10), 5, "4.3633e3010299956"),
        (Dyadic(-3, 10**20), 5, "-7.096e30102999566398119521"),  # 10**20*log10(2) = 30102999566398119521.37…
        (Dyadic(1, -(10**20)), 5, "4.2278e-30102999566398119522"),
    ],
)
def test_decimals_of_any_magnitude(number: Dyadic, digits: int, expected: str) -> None:
    """Exact numbers print in decimal, however large or small."""
    assert expected == number.decimal(digits)


def test_decimals_can_be_rounded_up() -> None:
    """As a radius must be: 1/8 to two digits is 0.12 to the nearest even, 0.13 upwards."""
    assert ("0.12", "0.13") == (Dyadic(1, -3).decimal(2), Dyadic(1, -3).decimal(2, rounding=decimal.ROUND_UP))


@given(man=st.integers(-(10**9), 10**9), exp=st.integers(-200, 200))
def test_the_fraction_is_the_number(man: int, exp: int) -> None:
    """And `magnitude` is the exponent of the power of 2 above it."""
    number = Dyadic(man, exp)
    assert Fraction(man) * Fraction(2) ** exp == number.fraction() == dyadic_fraction(man, exp)
    if man:
        assert Fraction(2) ** (number.magnitude - 1) <= abs(number.fraction()) < Fraction(2) ** number.magnitude


def test_zero_has_one_form() -> None:
    """0 * 2**5 equals 0, and its magnitude is below that of every other number."""
    assert Dyadic(0, 0) == Dyadic(0, 5)
    assert Dyadic(0, 0).magnitude < Dyadic(1, -(10**17)).magnitude
    assert Dyadic(0, 7).is_moderate


def test_an_astronomical_number_is_not_spelled_out() -> None:
    """2**(10**9) as a Fraction would fill the memory, so it is an error."""
    assert Dyadic(1, 19_999).is_moderate
    assert not Dyadic(1, 20_000).is_moderate
    with pytest.raises(OverflowError, match="no number to spell out"):
        Dyadic(1, 10**9).fraction()
