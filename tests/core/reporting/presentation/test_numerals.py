"""Numbers of a format in decimal."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from derivcheck.autograd.devices import TORCH_DTYPES
from derivcheck.model import Coordinate
from derivcheck.numbers import DType
from derivcheck.reporting.presentation.numerals import rounded_text, shorten, shortest


@pytest.mark.parametrize(
    ("value", "dtype", "text"),
    [
        (9.0, DType.FLOAT64, "9.0"),
        (0.1, DType.FLOAT64, "0.1"),
        (0.10000000149011612, DType.FLOAT32, "0.1"),
        (16777216.0, DType.FLOAT32, "16777216.0"),
        (1.401298464324817e-45, DType.FLOAT32, "1e-45"),
        (0.0999755859375, DType.FLOAT16, "0.1"),
        (3.140625, DType.BFLOAT16, "3.14"),
        (-0.0, DType.FLOAT32, "-0.0"),
        (math.inf, DType.FLOAT16, "inf"),
        (math.nan, DType.FLOAT64, "nan"),
    ],
)
def test_the_shortest_text_is_as_python_would_write_it(value: float, dtype: DType, text: str) -> None:
    """`repr` for float64, and the same idea for the narrower formats."""
    assert text == shortest(value, dtype)


@given(st.sampled_from(list(DType)), st.floats(allow_nan=False, allow_infinity=False))
def test_the_shortest_text_reads_back(dtype: DType, number: float) -> None:
    """Through torch, which knows nothing of it."""
    value = torch.tensor(number, dtype=TORCH_DTYPES[dtype]).item()
    assert value == torch.tensor(float(shortest(value, dtype)), dtype=TORCH_DTYPES[dtype]).item()


@pytest.mark.parametrize(
    ("typed", "exact", "text"),
    [
        (Fraction(1, 10), 0.10000000149011612, "0.100000001490116"),
        (Fraction(1, 10), 0.1, "0.10000000000000001"),
        (Fraction(1, 3), 1 / 3, "0.333333333333333"),
        (None, math.pi, "3.14159265358979"),
    ],
)
def test_a_rounded_number_differs_from_the_typed_one(typed: Fraction | None, exact: float, text: str) -> None:
    """At least 15 digits, and as many as it takes."""
    assert text == rounded_text(Coordinate("…", typed, Fraction(exact)))


@pytest.mark.parametrize(
    ("text", "columns", "short"),
    [
        ("0.49999999999583333", 10, "0.4999999…"),
        ("-8.333333333277779e-07", 13, "-8.33333…e-07"),
        ("-8.333333333277779e-07", 3, "-8.33…e-07"),
        ("1234567890123456.0", 9, "1.23…e+15"),
        ("6.0", 2, "6.0"),
        ("inf", 1, "inf"),
        ("—", 0, "—"),
        ("5.2e-324", 6, "5.2e-324"),
    ],
)
def test_a_shortened_number_keeps_its_sign_and_its_magnitude(text: str, columns: int, short: str) -> None:
    """It loses digits, the last ones first, and two decimals stay."""
    assert short == shorten(text, columns)
