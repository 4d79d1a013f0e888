"""Requests, read."""

from __future__ import annotations

import pytest
from searched_ranges import request_of

from derivcheck.errors import CaseError, PointError
from derivcheck.hunting.searched import VALUE, read_request
from derivcheck.model import Mode
from derivcheck.numbers import DType


def test_a_request_becomes_places_and_columns() -> None:
    """The ends of the range are numbers of the format within it."""
    searched = read_request(request_of("x*sin(a)", "x=-1/3..1/3", wrt=(("x", "x"),), a="2"))
    assert (VALUE, (("x", "x"), Mode.REVERSE)) == searched.columns
    assert {"x": "-0.3333333333333333", "a": "2"} == searched.texts(searched.lows)
    assert searched.holds((0,))
    assert not searched.holds((searched.highs[0] + 1,))


def test_a_range_without_ends_is_the_whole_format() -> None:
    """All 63,487 finite numbers of float16, of which 0 is one."""
    searched = read_request(request_of("exp(x)", "x=-inf..inf", dtype=DType.FLOAT16))
    assert 2 * (31 * 1024 - 1) + 1 == searched.numbers


@pytest.mark.parametrize(
    ("ranges", "message"),
    [
        ((), "has no range"),
        (("x=2..1",), "is empty"),
        (("y=1..2",), "there is no variable `y`"),
        (("x=1..2", "x=2..3"), "two ranges"),
    ],
)
def test_what_is_no_range(ranges: tuple[str, ...], message: str) -> None:
    """Each with what to do."""
    with pytest.raises(CaseError, match=message) as error:
        read_request(request_of("sin(x) + z", *ranges, z="1", x="1"))
    assert error.value.hint


def test_an_end_that_is_no_number() -> None:
    """As a coordinate that is none."""
    with pytest.raises(PointError):
        read_request(request_of("sin(x)", "x=1..[1, 2]"))


def test_only_short_formats_are_exhausted() -> None:
    """float32 has four thousand million numbers."""
    with pytest.raises(CaseError, match="16 bits"):
        read_request(request_of("sin(x)", "x=0..1", dtype=DType.FLOAT32, exhaustive=True))
