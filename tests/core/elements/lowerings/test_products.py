"""Products of vectors and matrices are those of torch and of NumPy. Covers also: chains."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from lowered_values import assert_as_torch, lowered, normal

from derivcheck.errors import ShapeError

ONE = Fraction(1)

SHAPES = [
    ((3,), (3,)),
    ((2, 3), (3,)),
    ((3,), (3, 2)),
    ((2, 3), (3, 4)),
    ((5, 2, 3), (3,)),
    ((3,), (5, 3, 2)),
    ((4, 1, 2, 3), (5, 3, 2)),
    ((1, 1), (1, 1)),
    ((2, 0), (0, 3)),
    ((0, 2), (2, 3)),
    ((0,), (0,)),
]


@pytest.mark.parametrize(("left", "right"), SHAPES)
def test_matmul_has_all_the_rules_of_torch(left: tuple[int, ...], right: tuple[int, ...]) -> None:
    """Vectors, matrices, stacks that broadcast, and sums of nothing; NumPy has the same rules."""
    x, y = normal(*left), normal(*right)
    np.testing.assert_allclose(assert_as_torch("matmul", x, y), x @ y, rtol=1e-13, atol=1e-13)


def test_products_are_those_of_their_definitions() -> None:
    """NumPy computes the same from loops of its own."""
    x, y = normal(2, 3), normal(4, 5)
    np.testing.assert_allclose(lowered("kron", x, y), np.kron(x, y), rtol=1e-13)
    np.testing.assert_allclose(lowered("cross", normal(1, 3), x, -1), np.cross(normal(1, 3), x), rtol=1e-13)
    np.testing.assert_allclose(lowered("bilinear", normal(3), normal(4), normal(2, 3, 4), None), [
        sum(normal(3)[i] * normal(2, 3, 4)[o, i, j] * normal(4)[j] for i in range(3) for j in range(4))
        for o in range(2)
    ], rtol=1e-13)  # fmt: skip


WRONG = [
    (("matmul", normal(2, 3), normal(2, 3)), r"`matmul` cannot multiply the shapes \(2, 3\) and \(2, 3\)"),
    (("matmul", normal(4, 2, 3), normal(5, 3, 2)), r"cannot multiply the shapes \(4, 2, 3\) and \(5, 3, 2\)"),
    (("matmul", normal(), normal(3)), "vectors and matrices, not numbers"),
    (("dot", normal(2, 2), normal(2)), r"two vectors, not the shapes \(2, 2\) and \(2,\)"),
    (("dot", normal(2), normal(3)), r"the shapes \(2,\) and \(3,\)"),
    (("inner", normal(2), normal(3)), r"the shapes \(2,\) and \(3,\)"),
    (("outer", normal(2, 1), normal(3)), r"two vectors, not the shapes \(2, 1\) and \(3,\)"),
    (("mv", normal(3), normal(3)), "a matrix and a vector"),
    (("bmm", normal(2, 2, 2), normal(3, 2, 2)), r"the shapes \(2, 2, 2\) and \(3, 2, 2\)"),
    (("addmm", normal(3, 2, 2), normal(2, 3), normal(3, 2), ONE, ONE), r"\(3, 2, 2\) and \(2, 2\)"),
    (("tensordot", normal(2, 3), normal(2, 3), 1), r"over dims 1 of the shapes \(2, 3\) and \(2, 3\)"),
    (("tensordot", normal(2), normal(2), 2), "cannot sum over 2 dimensions"),
    (("tensordot", normal(2), normal(2), ((5,), (0,))), "does not have each of the dims"),
    (("cross", normal(2), normal(2), -1), "both sizes there must be 3|cannot multiply along dim -1"),
    (("cross", normal(2), normal(2), None), "both sizes there must be 3|cannot multiply along dim -1"),
    (("cross", normal(3, 3), normal(3, 3), None), r"needs a dim for the shapes \(3, 3\) and \(3, 3\)"),
    (("vecdot", normal(2), normal(3), -1), r"cannot broadcast the shapes \(2,\) and \(3,\)"),
    (("multi_dot", [normal(2, 3), normal(2, 3)]), r"the shapes \(2, 3\) and \(2, 3\)"),
    (("multi_dot", [normal(2, 3)]), "two matrices or more"),
    (("multi_dot", [normal(2, 3), normal(3), normal(3, 2)]), r"an operand has the shape \(3,\)"),
    (("linear", normal(2), normal(5, 3), None), r"the shapes \(2,\) and \(5, 3\)"),
    (("bilinear", normal(2), normal(2), normal(5, 3, 2), None), r"a weight of the shape \(5, 3, 2\)"),
    (("trace", normal(2)), r"the shape is \(2,\)"),
]


@pytest.mark.parametrize(("sample", "message"), WRONG)
def test_shapes_that_do_not_go_together_are_an_error(sample: tuple[Any, ...], message: str) -> None:
    """It says both shapes."""
    with pytest.raises(ShapeError, match=message):
        lowered(*sample)


def test_a_large_product_is_refused_before_it_is_made() -> None:
    """A sum of 200 million products."""
    with pytest.raises(ShapeError, match="more than 200,000 operations"):
        lowered("matmul", np.zeros((1000, 2)), np.zeros((2, 100_000)))
