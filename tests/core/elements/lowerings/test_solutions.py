"""Inverses and solutions are those of torch, and solve what they should."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from lowered_values import assert_as_torch, lowered, normal, operations

from derivcheck.errors import ShapeError


@pytest.mark.parametrize("shape", [(0, 0), (1, 1), (2, 2), (3, 3), (4, 4), (9, 9), (2, 3, 4, 4), (2, 0, 0), (0, 3, 3)])
def test_inverses_are_those_of_torch(shape: tuple[int, ...]) -> None:
    """And the product with the matrix is the identity."""
    x = normal(*shape)
    found = assert_as_torch("inv", x)
    np.testing.assert_allclose(found @ x, np.broadcast_to(np.eye(shape[-1]), shape), atol=1e-10)


SYSTEMS = [
    ((3, 3), (3,)),
    ((3, 3), (3, 2)),
    ((4, 4), (4,)),
    ((4, 4), (4, 2)),
    ((2, 3, 3), (2, 3)),
    ((2, 3, 3), (3,)),
    ((5, 1, 4, 4), (2, 4, 3)),
    ((1, 1), (1,)),
    ((0, 0), (0, 2)),
    ((4, 4), (4, 0)),
]


@pytest.mark.parametrize(("matrix", "side"), SYSTEMS)
def test_solutions_are_those_of_torch(matrix: tuple[int, ...], side: tuple[int, ...]) -> None:
    """For vectors, matrices, and stacks that broadcast."""
    assert_as_torch("solve", normal(*matrix), normal(*side), True)


def test_a_matrix_is_solved_for_from_the_other_side() -> None:
    """With left=False, X @ A = B."""
    x, y = normal(4, 4), normal(2, 4)
    np.testing.assert_allclose(assert_as_torch("solve", x, y, False) @ x, y, rtol=1e-10)


@pytest.mark.parametrize("upper", [True, False])
@pytest.mark.parametrize("left", [True, False])
@pytest.mark.parametrize("unitriangular", [True, False])
def test_one_triangle_is_read(upper: bool, left: bool, unitriangular: bool) -> None:
    """The other one, and a diagonal that is said to be 1, are full of other numbers here."""
    assert_as_torch("solve_triangular", normal(2, 4, 4), normal(4, 4), upper, left, unitriangular)


@pytest.mark.parametrize("shape", [(4, 2), (2, 4), (2, 3, 3), (3, 0)])
def test_pseudoinverses_of_full_rank(shape: tuple[int, ...]) -> None:
    """Of tall, wide and square matrices."""
    assert_as_torch("pinv", normal(*shape))


@pytest.mark.parametrize("size", [1, 2, 3, 4, 6])
def test_a_singular_matrix_has_no_inverse(size: int) -> None:
    """There is no number, and no crash: a division by 0 stands there."""
    x = np.ones((size, size)) if size > 1 else np.zeros((1, 1))
    assert np.isnan(lowered("inv", x)).any()
    assert np.isnan(lowered("solve", x, normal(size), True)).any()


def test_pivots_are_chosen_at_the_point() -> None:
    """A matrix with zeros on its diagonal has an inverse: this one is its own."""
    x = np.eye(6)[::-1].copy()
    assert np.array_equal(x, lowered("inv", x))


def test_what_is_not_known_of_the_identity_costs_nothing() -> None:
    """An inverse takes three quarters of the operations that solving for a full matrix does."""
    x = normal(12, 12)
    assert operations("inv", x) < 0.8 * operations("solve", x, normal(12, 12), True)


WRONG = [
    (("solve", normal(3, 3), normal(2), True), r"cannot solve for the shapes \(3, 3\) and \(2,\)"),
    (("solve", normal(3, 3), normal(), True), r"cannot solve for the shapes \(3, 3\) and \(\)"),
    (("solve", normal(2, 3, 3), normal(4, 3, 1), True), r"leading sizes of the shapes \(2, 3, 3\) and \(4, 3, 1\)"),
    (("solve", normal(3, 3), normal(3), False), "needs a matrix on the right"),
    (("solve_triangular", normal(3, 3), normal(3), True, True, False), r"the shapes \(3, 3\) and \(3,\)"),
    (("lstsq", normal(3, 2), normal(2)), r"cannot solve for the shapes \(3, 2\) and \(2,\)"),
    (("pinv", np.ones((4, 2))), "not of full rank jumps there"),
    (("lstsq", np.ones((4, 2)), normal(4)), "not of full rank jumps there"),
    (("pinv", normal(3)), r"`pinv` needs a matrix, and the shape is \(3,\)"),
]


@pytest.mark.parametrize(("sample", "message"), WRONG)
def test_systems_that_do_not_go_together_are_an_error(sample: tuple[Any, ...], message: str) -> None:
    """It says both shapes."""
    with pytest.raises(ShapeError, match=message):
        lowered(*sample)
