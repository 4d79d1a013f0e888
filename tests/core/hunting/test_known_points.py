"""What a hunt knows of points."""

from __future__ import annotations

import math

from searched_ranges import known_for, request_of

from derivcheck.hunting.bit_patterns import place_of
from derivcheck.hunting.known_points import looks_of
from derivcheck.hunting.searched import UNKNOWN
from derivcheck.model import Status
from derivcheck.numbers import DType


def test_a_point_is_looked_at_once_and_only_in_the_range() -> None:
    """What is known stays."""
    known = known_for(request_of("exp(x)", "x=0..1"))
    half, beyond = (place_of(0.5, DType.FLOAT64),), (place_of(2.0, DType.FLOAT64),)
    known.look_at([half, half, beyond])
    known.look_at([half])
    assert {half} == set(known.looks)
    assert 1 == known.watch.proven


def test_the_ordinary_way_decides() -> None:
    """softplus'' at 30 is a mismatch, and its value is inaccurate."""
    known = known_for(request_of("softplus(x)", "x=0..100", wrt=(("x", "x"),)))
    place = (place_of(30.0, DType.FLOAT64),)
    known.look_at([place])
    results = known.confirm(place)
    assert [row.status for row in results] == [look.status for look in known.looks[place]]
    assert Status.MISMATCH is known.looks[place][1].status
    assert results is known.results_at(place)


def test_a_case_that_fails_fails_in_every_column() -> None:
    """And an error that is known stays where the Results give none."""
    known = known_for(request_of("exp(x)", "x=0..1"))
    assert (UNKNOWN, UNKNOWN) == looks_of((), known.searched, (UNKNOWN, UNKNOWN))
    undefined = known_for(request_of("log(x)", "x=-1..1"))
    undefined.confirm((place_of(-0.5, DType.FLOAT64),))
    ((value, slope),) = undefined.looks.values()
    assert Status.UNDEFINED is value.status is slope.status
    assert math.isnan(value.ulps)
