"""Decimal literals: significant digits, last places, and which are rounded numbers."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from derivcheck.language.literals import is_decimal, is_rounded, rounded_literal, significant_digits, unit_in_last_place


@pytest.mark.parametrize(
    ("text", "digits"),
    [("0.0250e-3", 3), ("120.00", 5), ("-1_000.5", 5), ("+.5", 1), ("(3.14)", 3), ("0.0", 0), ("7E10", 1)],
)
def test_significant_digits(text: str, digits: int) -> None:
    """Leading zeros, the point, the sign and the exponent are no digits; zeros at the end are."""
    assert digits == significant_digits(text)


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=12))
def test_last_place_agrees_with_decimal(number: Decimal) -> None:
    """The unit in the last place is that of Python's decimal module."""
    assert Fraction(Decimal(1).scaleb(number.as_tuple().exponent)) == unit_in_last_place(str(number))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "rounded"),
    [
        ("2.3333333333333335", True),
        ("0.25", False),
        ("0.000000000000000000001", False),
        ("123456789012345678", False),
        ("0.123456789012345", True),
        ("0.12345678901234", False),
        ("0x1.999999999999ap-4", False),
        ("0X1.999999999999aP-4", False),
    ],
)
def test_long_decimals_are_rounded_numbers(text: str, rounded: bool) -> None:
    """A decimal of 15 digits stands for a float64; short ones, integers and hexadecimals stand for themselves."""
    assert rounded == is_rounded(text)


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=1e-300, max_value=1e300))
def test_rounded_literal_holds_the_float(x: float) -> None:
    """The float of which a decimal is the repr lies within the literal's radius."""
    text = repr(x)

    assert abs(Fraction(text) - Fraction(x)) <= rounded_literal(text) or not is_rounded(text)


def test_rounded_literal_is_relative_or_absolute() -> None:
    """The radius is the larger of half a unit in the last place and 2**-50 of the number."""
    assert Fraction(1, 2 * 10**14) == rounded_literal("1.00000000000000")
    assert Fraction("1.00000000000000000000") / 2**50 == rounded_literal("1.00000000000000000000")
    assert Fraction(0) == rounded_literal("0.5")


def test_hexadecimals_and_integers_are_no_decimals() -> None:
    """Only a number with a decimal point may be a rounded one."""
    assert [True, False, False] == [is_decimal("1.5e3"), is_decimal("15"), is_decimal("0x1.8p0")]
