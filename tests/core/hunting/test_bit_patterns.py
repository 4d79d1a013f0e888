"""The numbers of a format in order, and their places."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from derivcheck.autograd.devices import TORCH_DTYPES
from derivcheck.hunting.bit_patterns import (
    binade_of,
    first_of_binade,
    largest_place,
    number_at,
    numbers_at,
    place_at_or_above,
    place_at_or_below,
    place_of,
    text_of,
)
from derivcheck.numbers import DType

EVERY = pytest.mark.parametrize("dtype", DType)


@pytest.mark.parametrize("dtype", [DType.FLOAT64, DType.FLOAT32, DType.BFLOAT16])
def test_neighbours_have_neighbouring_places(dtype: DType) -> None:
    """torch.nextafter, which knows nothing of places, gives the number at the next one."""
    for number in (1.0, -1.0, 0.5, 2.0, -3.0):
        here = torch.tensor(number, dtype=TORCH_DTYPES[dtype])
        after = torch.nextafter(here, torch.tensor(math.inf, dtype=here.dtype))
        assert float(after) == number_at(place_of(number, dtype) + 1, dtype)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_comes_back_from_its_place_and_from_its_text(number: float) -> None:
    """In float64; -0 is 0."""
    assert number_at(place_of(number, DType.FLOAT64), DType.FLOAT64) == number
    assert float(text_of(number, DType.FLOAT64)) == number


@EVERY
def test_texts_give_the_very_number_back(dtype: DType) -> None:
    """Rounded to the format as the parser rounds them."""
    for place in (1, 2, 77, 1000, largest_place(dtype) // 2, largest_place(dtype), -5):
        number = number_at(place, dtype)
        assert dtype.nearest(Fraction(text_of(number, dtype))) == Fraction(number)


@EVERY
def test_places_around_a_number_that_the_format_lacks(dtype: DType) -> None:
    """1/3 lies between two neighbours; of a number of the format both are its own place."""
    third = Fraction(1, 3)
    above, below = place_at_or_above(third, dtype), place_at_or_below(third, dtype)
    assert above - below == 1
    assert Fraction(number_at(below, dtype)) < third < Fraction(number_at(above, dtype))
    assert place_at_or_above(Fraction(1, 2), dtype) == place_at_or_below(Fraction(1, 2), dtype)
    assert place_at_or_above(Fraction(10) ** 400, dtype) == largest_place(dtype)


@EVERY
def test_binades(dtype: DType) -> None:
    """A binade begins at a power of 2."""
    assert number_at(first_of_binade(3, dtype), dtype) == 8
    assert binade_of(place_of(8.0, dtype), dtype) == 3 == binade_of(place_of(-15.0, dtype), dtype)
    assert first_of_binade(dtype.min_exponent - 1, dtype) == 1
    assert numbers_at([0, 1], dtype) == [0.0, float(dtype.smallest_subnormal)]
