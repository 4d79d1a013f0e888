"""Climbs."""

from __future__ import annotations

import math
import random

from searched_ranges import known_for, request_of

from derivcheck.hunting.bit_patterns import number_at, place_of
from derivcheck.hunting.climbing import climb, error_at
from derivcheck.numbers import DType


def test_a_climb_ends_at_a_worse_point() -> None:
    """1/(1 - x) loses the more digits the nearer x is to 1."""
    known = known_for(request_of("1/(1 - x)**2", "x=0.5..0.99999"))
    start = (place_of(0.7, DType.FLOAT64),)
    known.look_at([start])
    end = climb(known, start, 0, random.Random(0))
    assert error_at(known, end, 0) >= error_at(known, start, 0)
    assert all(place in known.looks for place in (start, end))


def test_a_threshold_is_climbed_to() -> None:
    """The value of softplus is off by most just beyond 20."""
    known = known_for(request_of("softplus(x)", "x=1..100", wrt=(("x", "x"),)))
    start = (place_of(29.0, DType.FLOAT64),)
    known.look_at([start])
    end = climb(known, start, 0, random.Random(0))
    assert 20 < number_at(end[0], DType.FLOAT64) < 21


def test_several_variables_move_together() -> None:
    """x - y loses all digits where both are nearly the same."""
    known = known_for(request_of("1/(x - y)", "x=1..2", "y=1..2"))
    start = (place_of(1.5, DType.FLOAT64), place_of(1.25, DType.FLOAT64))
    known.look_at([start])
    end = climb(known, start, 1, random.Random(0))
    assert error_at(known, end, 1) >= error_at(known, start, 1)
    assert 2 == len(end)


def test_an_unknown_error_is_the_least() -> None:
    """A climb never goes there."""
    known = known_for(request_of("log(x)", "x=-1..1"))
    place = (place_of(-0.5, DType.FLOAT64),)
    known.look_at([place])
    assert math.isnan(known.looks[place][0].ulps)
    assert -1 == error_at(known, place, 0)
