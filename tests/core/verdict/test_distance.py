"""How far a number is from an enclosure."""

from __future__ import annotations

import math
import sys
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st
from verdicts import exactly

from derivcheck.numbers import DType
from derivcheck.verdict.distance import error_of


@given(x=st.floats(-1e300, 1e300, allow_nan=False), y=st.floats(-1e300, 1e300, allow_nan=False))
def test_error_is_the_distance(x: float, y: float) -> None:
    """The absolute error of a number against an exact one is their distance, in ulps of the true one."""
    error = error_of(Fraction(x), exactly(y), DType.FLOAT64)
    distance = abs(Fraction(x) - Fraction(y))
    assert distance == error.absolute
    ulps = distance / DType.FLOAT64.ulp(Fraction(y))
    assert math.isinf(error.ulps) if ulps > sys.float_info.max else math.isclose(error.ulps, float(ulps), rel_tol=1e-12)
