"""Landmarks."""

from __future__ import annotations

import pytest
from searched_ranges import request_of, searched_for

from derivcheck.hunting.bit_patterns import number_at
from derivcheck.hunting.landmarks import landmarks
from derivcheck.numbers import DType


@pytest.mark.parametrize("dtype", [DType.FLOAT64, DType.FLOAT16])
def test_the_ends_the_constants_and_the_limits_are_landmarks(dtype: DType) -> None:
    """With their neighbours, and those of the definitions: hardsigmoid turns at 3."""
    searched, _ = searched_for(request_of("hardsigmoid(x) + relu(x - 0.3125)", "x=-7..9", dtype=dtype))
    places = landmarks(searched, 0)
    found = {number_at(place, dtype) for place in places}
    assert {-7.0, 9.0, 0.0, 3.0, -3.0, 0.3125, 0.5, float(dtype.smallest_subnormal)} <= found
    assert {place + 1 for place in places if number_at(place, dtype) in {3.0, 0.3125}} <= set(places)
    assert places == sorted(set(places))
    assert all(-7 <= number <= 9 for number in found)
