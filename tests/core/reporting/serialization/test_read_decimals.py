"""Tests of `reporting.serialization.decimals`: what was written as decimal text is read back, and written so again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from derivcheck.numbers import Dyadic, Enclosure
from derivcheck.reporting.serialization.read_decimals import read_enclosing, read_enclosure, read_rounded

EXPONENTS = st.integers(-2000, 2000) | st.sampled_from([10**6, -(10**6), 10**18, -(10**18), 10**21, -(10**21)])
DYADICS = st.builds(Dyadic, st.integers(-(2**200), 2**200) | st.integers(-(2**8), 2**8), EXPONENTS)
RADII = st.just(Dyadic(0, 0)) | st.builds(Dyadic, st.integers(1, 2**30), EXPONENTS)


@given(DYADICS, RADII)
def test_an_enclosure_is_read_back_as_it_was_written(mid: Dyadic, rad: Dyadic) -> None:
    """Numbers of any magnitude, exact or not, and their radii, which are rounded up: up once, not once more."""
    enclosure = Enclosure(mid, rad)
    back = read_enclosure(enclosure.exact_decimal(), enclosure.radius())
    assert (enclosure.exact_decimal(), enclosure.radius()) == (back.exact_decimal(), back.radius())
    assert enclosure.is_exact == back.is_exact


@given(DYADICS, RADII)
def test_a_side_is_read_back_as_it_was_written(mid: Dyadic, rad: Dyadic) -> None:
    """Also where its radius is not written."""
    text = Enclosure(mid, rad).exact_decimal()
    assert text == read_rounded(text).exact_decimal()


@given(st.integers(-(2**400), 2**400), st.integers(-600, 600), RADII)
def test_a_number_that_was_cut_is_enclosed(man: int, exp: int, rad: Dyadic) -> None:
    """Whether 25 of its digits are written, or 80; one of few digits may have been rounded to these."""
    number = Dyadic(man, exp)
    back = read_enclosing(Enclosure(number, rad).exact_decimal())
    assert abs(number.fraction() - back.mid.fraction()) <= back.rad.fraction()


@given(st.integers(-(2**64), 2**64), st.integers(-80, 80))
def test_a_short_number_is_exact(man: int, exp: int) -> None:
    """A dyadic number of at most 80 digits is read back as itself: 0.1 as float64 holds it is one."""
    number = Dyadic(man, exp)
    back = read_enclosure(number.decimal(80), "0")
    assert number.fraction() == back.mid.fraction()


def test_a_rounded_number_is_as_wide_as_its_last_digit() -> None:
    """A third of which 25 digits are known, and a half, which is one."""
    assert "1e-25" == read_rounded("0.3333333333333333333333333").radius()
    assert "0" == read_rounded("0.5").radius()


@pytest.mark.parametrize("text", ["", "nan", "0x1p3", "1e", ".5", "1_000", "١"])
def test_what_is_no_decimal_is_refused(text: str) -> None:
    """No other spelling is one."""
    with pytest.raises(ValueError, match="is no decimal number"):
        read_enclosure(text, "0")
