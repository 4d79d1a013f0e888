"""Determinants are right, of singular matrices too. Covers also: matrices."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations
from math import prod
from typing import Any

import numpy as np
import pytest
from lowered_values import assert_as_torch, lowered, normal

from derivcheck.elements.lowerings.matrices import MOST_BY_MINORS
from derivcheck.errors import ShapeError

SHAPES = [(0, 0), (1, 1), (2, 2), (3, 3), (8, 8), (9, 9), (12, 12), (2, 3, 4, 4), (2, 0, 0), (0, 3, 3)]


@pytest.mark.parametrize("shape", SHAPES)
def test_determinants_are_those_of_torch(shape: tuple[int, ...]) -> None:
    """Of random matrices and stacks, empty ones too; and their logarithms."""
    x = normal(*shape)
    assert_as_torch("det", x)
    assert_as_torch("slogdet", x)
    assert_as_torch("logdet", x @ x.swapaxes(-1, -2) + np.eye(shape[-1]))


def by_permutations(rows: list[list[int]]) -> Fraction:
    """Return the determinant by Leibniz' formula."""
    total = Fraction(0)
    for order in permutations(range(len(rows))):
        swaps = sum(a > b for place, b in enumerate(order) for a in order[:place])
        total += (-1) ** swaps * prod(Fraction(row[at]) for row, at in zip(rows, order, strict=True))
    return total


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 6])
def test_determinants_are_those_of_leibniz(size: int) -> None:
    """Of whole numbers, which are exact."""
    x = np.round(10 * normal(size, size))
    assert float(by_permutations(x.astype(int).tolist())) == lowered("det", x)


@pytest.mark.parametrize("size", [2, 5, MOST_BY_MINORS + 1, MOST_BY_MINORS + 3])
def test_a_singular_matrix_has_the_determinant_0(size: int) -> None:
    """Two of its rows are equal; of a division by a pivot that is 0 there is nothing."""
    x = np.round(10 * normal(size, size))
    x[-1] = x[0]
    assert 0 == pytest.approx(lowered("det", x), abs=1e-30)
    assert 0 == lowered("det", 0 * x)


def test_a_pivot_of_0_is_avoided() -> None:
    """The permutation that turns ten elements round swaps five pairs; elimination must swap as many."""
    assert -1 == lowered("det", np.eye(10)[::-1].copy())
    assert 1 == lowered("det", np.eye(12)[::-1].copy())


@pytest.mark.parametrize("name", ["det", "logdet", "slogdet", "inv", "cholesky", "cholesky_inverse", "matrix_power"])
def test_a_matrix_that_is_not_square_is_an_error(name: str) -> None:
    """The message says the shape."""
    options: dict[str, tuple[Any, ...]] = {"cholesky": (False,), "cholesky_inverse": (False,), "matrix_power": (2,)}
    for shape in ((2, 3), (3,), ()):
        with pytest.raises(ShapeError, match=f"`{name}` needs a square matrix"):
            lowered(name, normal(*shape), *options.get(name, ()))
