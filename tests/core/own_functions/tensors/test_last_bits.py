"""Numbers that are right but for their last bits."""

from __future__ import annotations

import math
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st
from places import place_of

from derivcheck.model import Kind, Truth
from derivcheck.numbers import Dyadic, Enclosure
from derivcheck.own_functions.tensors.last_bits import are_off_in_last_bits

PLACE = place_of("x**2", {"x": "[0.5, -3.0]"}, lambda x: x**2)


def true(number: Dyadic) -> Truth:
    """A truth that is this number."""
    return Truth(Kind.VALUE, Enclosure(number, Dyadic(0, 0)))


@given(st.floats(-1e6, 1e6), st.integers(-80, 80), st.integers(1, 64), st.integers(-90, -40))
def test_it_is_what_fractions_tell(number: float, steps: int, ulps: int, exponent: int) -> None:
    """Off by at most so many ulps of the largest of 1, 3, which x holds, and the true number."""
    exact = Fraction(number) + steps * Fraction(2) ** exponent
    known = Dyadic(exact.numerator, 1 - exact.denominator.bit_length())
    size = max(Fraction(3), abs(exact))
    ulp = Fraction(2) ** (math.frexp(size.numerator // size.denominator)[1] - 53)
    within = abs(Fraction(number) - exact) <= ulps * ulp
    assert are_off_in_last_bits(PLACE, [true(known)], [number], ulps) is within


def test_what_is_no_number_is_not_off_in_its_last_bits() -> None:
    """nan, inf, a truth without a value, and one beyond all floats; one far below all of them is 0."""
    one = true(Dyadic(1, 0))
    assert are_off_in_last_bits(PLACE, [one], [1.0], 1)
    assert not are_off_in_last_bits(PLACE, [one], [math.nan], 1)
    assert not are_off_in_last_bits(PLACE, [one], [math.inf], 1)
    assert not are_off_in_last_bits(PLACE, [Truth(Kind.UNDEFINED, reason="0/0")], [1.0], 1)
    assert not are_off_in_last_bits(PLACE, [true(Dyadic(1, 10**9))], [1.0], 1)
    assert are_off_in_last_bits(PLACE, [true(Dyadic(1, -(10**9)))], [0.0], 1)
    assert not are_off_in_last_bits(PLACE, [true(Dyadic(1, -(10**9)))], [1.0], 1)


def test_sizes_of_which_the_true_numbers_are_made_count() -> None:
    """1 beside 1 + 2**-40 is off by a part of an ulp of 2**20."""
    near = true(Dyadic(2**40 + 1, -40))
    assert not are_off_in_last_bits(PLACE, [near], [1.0], 1)
    assert are_off_in_last_bits(PLACE, [near], [1.0], 1, [2.0**20])
