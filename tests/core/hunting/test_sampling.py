"""Samples of every binade."""

from __future__ import annotations

import random

from searched_ranges import request_of, searched_for

from derivcheck.hunting.bit_patterns import binade_of, number_at
from derivcheck.hunting.sampling import in_passes, sample
from derivcheck.numbers import DType


def test_no_binade_of_some_size_goes_without() -> None:
    """Of the 253 of float32 on either side; and the long end of the range has a third of the points."""
    searched, _ = searched_for(request_of("exp(x)", "x=-3e38..3e38", dtype=DType.FLOAT32))
    places = sample(searched, 0, 3000, random.Random(0))
    assert {(place > 0, binade_of(place, DType.FLOAT32)) for place in places} >= {
        (sign, exponent) for sign in (True, False) for exponent in range(-126, 127)
    }
    assert 900 < sum(abs(number_at(place, DType.FLOAT32)) > 1e38 / 8 for place in places)
    assert len(places) <= 3000


def test_a_small_range_is_taken_whole() -> None:
    """Every number of it, once."""
    searched, _ = searched_for(request_of("exp(x)", "x=1..2", dtype=DType.FLOAT16))
    places = sample(searched, 0, 3000, random.Random(0))
    assert list(range(searched.lows[0], searched.highs[0] + 1)) == sorted(places)


def test_chance_is_the_seeds() -> None:
    """The same seed draws the same points, another one others."""
    searched, _ = searched_for(request_of("exp(x)", "x=-1..1"))
    first, again, other = (sample(searched, 0, 500, random.Random(seed)) for seed in (1, 1, 2))
    assert first == again != other


def test_passes_hold_every_place_once() -> None:
    """The first pass already reaches from one end to the other."""
    assert [0, 4, 1, 5, 2, 6, 3, 7] == in_passes(list(range(8)), 4)
