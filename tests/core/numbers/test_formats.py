"""The floating-point formats."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from derivcheck.autograd.devices import TORCH_DTYPES
from derivcheck.numbers import DType


@given(x=st.floats(allow_nan=False, allow_infinity=False), dtype=st.sampled_from(list(DType)))
def test_rounding_to_a_format_is_torchs(x: float, dtype: DType) -> None:
    """The nearest number of a format is the one that torch casts to."""
    cast = float(torch.tensor(x, dtype=torch.float64).to(TORCH_DTYPES[dtype]))
    nearest = dtype.nearest(Fraction(x))
    assert math.isinf(cast) if nearest is None else nearest == Fraction(cast)


_EXPONENTS = st.integers(min_value=-1200, max_value=1100)


@given(st.integers(min_value=-(2**60), max_value=2**60), st.integers(min_value=1, max_value=10**6), _EXPONENTS)
def test_a_rational_number_is_rounded_to_nearest_and_ties_to_even(whole: int, part: int, exponent: int) -> None:
    """At most half an ulp away, in every format; what rounds to beyond the largest number overflows."""
    x = Fraction(whole, part) * Fraction(2) ** exponent
    for dtype in DType:
        nearest = dtype.nearest(x)
        if nearest is None:
            assert abs(x) >= dtype.largest + dtype.ulp(dtype.largest) / 2
        elif x:
            gap = dtype.ulp(x)
            assert abs(x - nearest) <= gap / 2
            assert abs(x - nearest) < gap / 2 or (nearest / gap) % 2 == 0


@given(x=st.floats(min_value=5e-324, max_value=1e308))
def test_the_ulp_is_maths(x: float) -> None:
    """In float64 an ulp is what math.ulp says."""
    assert Fraction(math.ulp(x)) == DType.FLOAT64.ulp(Fraction(x))


@pytest.mark.parametrize("dtype", DType)
def test_the_constants_of_a_format_are_torchs(dtype: DType) -> None:
    """The largest number, the smallest normal and subnormal ones, and the gap behind 1."""
    finfo = torch.finfo(TORCH_DTYPES[dtype])
    assert Fraction(finfo.max) == dtype.largest
    assert Fraction(finfo.tiny) == Fraction(2) ** dtype.min_exponent
    assert Fraction(finfo.smallest_normal) * Fraction(finfo.eps) == dtype.smallest_subnormal
    assert Fraction(finfo.eps) == dtype.ulp(Fraction(1)) == 2 * Fraction(dtype.unit_roundoff)


def test_ties_go_to_the_even_number() -> None:
    """2049 lies between 2048 and 2050 in float16, and 2051 between 2050 and 2052."""
    assert [2048, 2052] == [DType.FLOAT16.nearest(Fraction(number)) for number in (2049, 2051)]


def test_a_format_is_found_by_its_name() -> None:
    """Another name is an error that lists those that there are."""
    assert all(DType.named(str(dtype)) is dtype for dtype in DType)
    with pytest.raises(ValueError, match="no dtype is called 'float8'; there are float64, float32, float16, bfloat16"):
        DType.named("float8")
