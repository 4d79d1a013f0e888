"""Numbers in decimal."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from derivcheck.numbers import decimal_text
from derivcheck.numbers.decimals import positional_or_scientific


@pytest.mark.parametrize(
    ("figures", "exponent", "digits", "expected"),
    [
        ("5", 0, 20, "5"),
        ("1200", -2, 20, "12"),
        ("12", 3, 20, "12000"),
        ("25", -3, 20, "0.025"),
        ("1", -6, 20, "0.000001"),
        ("1", -7, 20, "1e-7"),
        ("123", -9, 20, "1.23e-7"),
        ("1", 4, 4, "1e4"),
        ("9999", 0, 4, "9999"),
    ],
)
def test_a_number_is_positional_where_that_is_short(figures: str, exponent: int, digits: int, expected: str) -> None:
    """From 1e-6 up to as many digits as are asked for; beyond, it has an exponent."""
    assert expected == positional_or_scientific(figures, exponent, digits)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Fraction(0), "0"),
        (Fraction(-3, 8), "-0.375"),
        (Fraction(1, 3), None),
        (Fraction(22, 7), None),
        (Fraction(1, 10**9), "1e-9"),
        (Fraction(7 * 10**30), "7e30"),
    ],
)
def test_decimals_end_where_the_denominator_has_no_primes_but_2_and_5(value: Fraction, expected: str | None) -> None:
    """A third has no decimal text, three eighths has one."""
    assert expected == decimal_text(value)


@given(st.fractions(max_denominator=10**6))
def test_decimal_text_is_exact_or_none(value: Fraction) -> None:
    """A fraction is written as a decimal exactly where its decimals end."""
    text = decimal_text(value)
    if value.denominator == 1 or _primes(value.denominator) <= {2, 5}:
        assert text is not None
        assert value == Fraction(text)
    else:
        assert text is None


def _primes(number: int) -> set[int]:
    """The prime factors, by trial division."""
    found, candidate = set(), 2
    while candidate * candidate <= number:
        while number % candidate == 0:
            found.add(candidate)
            number //= candidate
        candidate += 1
    return found | ({number} if number > 1 else set())
