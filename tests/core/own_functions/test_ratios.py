"""Names for constant factors."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from derivcheck.own_functions.ratios import name_ratio


@pytest.mark.parametrize(
    ("ratio", "name"),
    [
        (2.0, "2× too large"),
        (0.5, "half as large as it should be"),
        (-1.0, "sign flipped"),
        (-2.0, "2× too large, and sign flipped"),
        (7.0, "7× too large"),
        (1 / 3, "off by the constant factor 1/3"),
        (-0.75, "off by the constant factor -3/4"),
        (2**0.5, "off by the constant factor 1.41421356237"),
        (1 + 2**-20, "off by the constant factor 1.00000095367 (relative error 9.5e-07)"),
    ],
)
def test_known_factors(ratio: float, name: str) -> None:
    """Whole numbers and fractions are told as such; a factor close to 1 with its distance."""
    assert name_ratio(ratio) == name


@given(st.fractions(max_denominator=1000).filter(lambda ratio: ratio not in {0, 1} and 1e-3 < abs(ratio) < 1000))
def test_a_fraction_is_found_in_its_float(ratio: Fraction) -> None:
    """The name has the fraction itself, or says that it is 2, -1 or another whole number."""
    name = name_ratio(float(ratio))
    whole = abs(ratio) > 1 and ratio.denominator == 1
    assert (f"{abs(ratio)}× too large" in name) if whole else (str(ratio) in name or ratio in {Fraction(1, 2), -1})
    assert ("sign flipped" in name) is (ratio == -1 or (whole and ratio < 0))
