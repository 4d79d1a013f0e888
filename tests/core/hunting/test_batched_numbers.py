"""Torch's numbers at many points."""

from __future__ import annotations

import math

from searched_ranges import request_of, searched_for

from derivcheck.hunting.bit_patterns import place_of
from derivcheck.model import Case, Mode
from derivcheck.model.hunt import HuntRequest, SearchRange
from derivcheck.numbers import DType


def test_the_numbers_are_torchs_for_each_column() -> None:
    """Value, first and second derivative of x**3 * a."""
    searched, batched = searched_for(request_of("a*x**3", "x=-4..4", wrt=(("x",), ("x", "x")), a="2"))
    places = [(place_of(x, DType.FLOAT64),) for x in (1.0, -2.0)]
    assert [[2.0, -16.0], [6.0, 24.0], [12.0, -24.0]] == batched.at(places)
    assert 3 == len(searched.columns)


def test_a_compiler_is_not_asked() -> None:
    """It would compile anew for each number of points."""
    case = Case("sin(x)", ({},), modes=(Mode.REVERSE, Mode.COMPILE))
    _, batched = searched_for(HuntRequest(case, (SearchRange("x", "0", "1"),)))
    value, slope, compiled = batched.at([(place_of(0.5, DType.FLOAT64),)])
    assert [math.sin(0.5)] == value
    assert slope is not None
    assert compiled is None


def test_a_tangent_without_memory_is_zero() -> None:
    """In forward mode the second derivative of abs is one of torch's tensors of zeros that hold none."""
    case = Case("abs(x)", ({},), wrt=(("x", "x"),), modes=(Mode.FORWARD,))
    _, batched = searched_for(HuntRequest(case, (SearchRange("x", "1", "2"),)))
    assert [0.0, 0.0] == batched.at([(place_of(x, DType.FLOAT64),) for x in (1.0, 1.5)])[-1]
