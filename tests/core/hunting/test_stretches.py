"""The map of a range."""

from __future__ import annotations

import math

from searched_ranges import known_for, request_of

from derivcheck.hunting.bit_patterns import place_of
from derivcheck.hunting.known_points import KnownPoints
from derivcheck.hunting.stretches import Allowance, decide_runs, refine, stretches
from derivcheck.model import Status
from derivcheck.numbers import DType


def with_points(known: KnownPoints, *numbers: float) -> KnownPoints:
    """The known points after a look at some numbers, and a check of what is open there."""
    known.look_at([(place_of(number, DType.FLOAT64),) for number in numbers], explained=True)
    decide_runs(known, Allowance(20))
    return known


def test_the_boundary_is_known_to_the_last_bit() -> None:
    """softplus'' is right up to 20, but for what rounding explains, and 0 beyond."""
    known = with_points(known_for(request_of("softplus(x)", "x=0..64", wrt=(("x", "x"),))), 0, 10, 19, 30, 64)
    refine(known, 1, 4, Allowance(30))
    last = list(stretches(known, 1))[-1]
    assert (Status.MISMATCH, 64.0, True) == (last.status, last.high, last.is_exact)
    assert 20.0 <= last.low <= math.nextafter(20, 30)


def test_the_end_of_a_domain() -> None:
    """log has a value from the smallest positive number on."""
    known = with_points(known_for(request_of("log(x)", "x=-2..2")), -2, -1, 1, 2)
    refine(known, 1, 2, Allowance(30))
    first, *_, last = stretches(known, 1)
    assert (Status.UNDEFINED, -2.0) == (first.status, first.low)
    assert (Status.MATCH, 5e-324, 2.0, True) == (last.status, last.low, last.high, last.is_exact)


def test_without_allowance_nothing_is_decided() -> None:
    """Points of open status are in no stretch."""
    known = known_for(request_of("softplus(x)", "x=0..64", wrt=(("x", "x"),)))
    known.look_at([(place_of(number, DType.FLOAT64),) for number in (1.0, 30.0)])
    decide_runs(known, Allowance(0))
    (only,) = stretches(known, 1)
    assert (1.0, 1.0, Status.MATCH, 1, False) == (only.low, only.high, only.status, only.points, only.is_exact)
