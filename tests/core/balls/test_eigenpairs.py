"""Eigenvalues and vectors are known to thousands of bits, and those that are not simple are refused."""

from __future__ import annotations

from fractions import Fraction

import pytest
from flint import acb, arb, ctx

from derivcheck.balls.eigenpairs import BITS, eigenpairs


def test_two_by_two() -> None:
    """Those of [[1, 2], [3, 4]] are (5 -+ sqrt(33))/2."""
    found = eigenpairs([[acb(1), acb(2)], [acb(3), acb(4)]])
    assert found is not None
    with ctx.workprec(BITS):
        exact = sorted([(5 - arb(33).sqrt()) / 2, (5 + arb(33).sqrt()) / 2], key=float)
        for (real, imag), value in zip(sorted(found.values), exact, strict=True):
            assert imag == 0
            near = arb(real.numerator) / arb(real.denominator)
            assert abs(near - value) < arb(2) ** -4250


def test_a_rotation() -> None:
    """It has no real eigenvalue: those of a quarter turn are i and -i."""
    found = eigenpairs([[acb(0), acb(-1)], [acb(1), acb(0)]])
    assert found is not None
    assert sorted(found.values) == [(Fraction(0), Fraction(-1)), (Fraction(0), Fraction(1))]


def test_the_vectors() -> None:
    """A V = V diag(values), and V times its inverse is 1, to as many bits."""
    rows = [
        [Fraction(2), Fraction(1), Fraction(0)],
        [Fraction(1), Fraction(3), Fraction(1)],
        [Fraction(0), Fraction(1), Fraction(5)],
    ]
    found = eigenpairs([[acb(int(one)) for one in row] for row in rows])
    assert found is not None
    real = [[one[0] for one in row] for row in found.vectors]
    inverse = [[one[0] for one in row] for row in found.inverse]
    for i in range(3):
        for j in range(3):
            product = sum([rows[i][k] * real[k][j] for k in range(3)], Fraction(0))
            assert abs(product - real[i][j] * found.values[j][0]) < Fraction(1, 2**4200)
            assert abs(sum([real[i][k] * inverse[k][j] for k in range(3)], Fraction(0)) - (i == j)) < Fraction(
                1, 2**4200
            )


@pytest.mark.parametrize("rows", [[[2, 0], [0, 2]], [[1, 1], [0, 1]], [[0, 0], [0, 0]]])
def test_eigenvalues_that_are_not_simple(rows: list[list[int]]) -> None:
    """Twice the same number, with two vectors or one."""
    assert eigenpairs([[acb(one) for one in row] for row in rows]) is None


def test_no_numbers() -> None:
    """A matrix without rows has no eigenvalues; one that holds no number has none that are known."""
    assert eigenpairs([]) is not None
    assert eigenpairs([[acb("nan")]]) is None
