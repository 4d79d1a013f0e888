"""Proofs at the ends of a format: only what is plain is told."""

from __future__ import annotations

import math

import pytest

from derivcheck.hunting.format_ends import FormatEnds
from derivcheck.numbers import DType
from derivcheck.readings import readings


def ends(expr: str, dtype: DType = DType.FLOAT16) -> FormatEnds:
    """The proofs about an expression of x and its derivative."""
    return FormatEnds(readings(expr, frozenset("x")), [("x",)], dtype)


@pytest.mark.parametrize("number", [-60_000.0, -30.0, 60_000.0])
def test_exp_beyond_the_range(number: float) -> None:
    """0 and inf are right there; the largest number of the format is not, nor is inf with the other sign, nor nan."""
    right = 0.0 if number < 0 else math.inf
    proofs = ends("exp(x)")
    assert proofs.matching(number, [[right, right], [right, right]]) is not None
    for wrong in (-math.inf, math.nan, 1.0, 65_504.0):
        assert proofs.matching(number, [[right], [wrong]]) is None


def test_a_derivative_far_below_its_value() -> None:
    """Of expm1(-60000) it is e**-60000, beside a value of -1: 0, and nothing else."""
    proofs = ends("expm1(x)")
    assert [-1.0, 0.0] == proofs.matching(-60_000.0, [[-1.0], [0.0]])
    assert proofs.matching(-60_000.0, [[-1.0], [0.001]]) is None


def test_an_error_within_the_range_is_not_told() -> None:
    """Four ulps of float16 at 1 are 2**-8; more is for the ordinary way."""
    proofs = ends("sin(x)")
    right = math.cos(0.5)
    assert proofs.matching(0.5, [[math.sin(0.5)], [right + 2.0**-10]]) is not None
    assert proofs.matching(0.5, [[math.sin(0.5)], [right + 2.0**-8]]) is None


def test_a_kink_is_not_told() -> None:
    """Its derivative is none."""
    assert ends("abs(x)").matching(0.0, [[0.0], [0.0]]) is None


def test_outside_of_the_domain() -> None:
    """Of sqrt, every negative number and no other."""
    numbers = [-1e4, -3.0, -2.0, -1.0, -1e-7, -6e-8, 0.0, 6e-8, 1.0, 2.0, 3.0, 4.0]
    assert set(range(6)) == set(ends("sqrt(x)").outside(numbers, range(len(numbers))))
    assert [] == list(ends("exp(x)").outside(numbers, range(len(numbers))))
    assert [] == list(ends("exp(x)").outside(numbers, []))
