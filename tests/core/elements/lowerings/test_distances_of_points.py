"""Distances against NumPy; what torch returns is compared elsewhere."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from lowered_values import lowered, normal

from derivcheck.errors import ShapeError

X, Y = normal(3, 4), normal(2, 4) + 0.5
NONE = Fraction(0)


def test_the_distance_of_each_row_from_each() -> None:
    """A loop over both, and over each two of one matrix."""
    expected = [[np.linalg.norm(x - y) for y in Y] for x in X]
    np.testing.assert_allclose(lowered("cdist", X, Y, 2), expected, rtol=1e-12)
    expected = [np.abs(X[first] - X[second]).max() for first, second in ((0, 1), (0, 2), (1, 2))]
    np.testing.assert_allclose(lowered("pdist", X, "inf"), expected, rtol=1e-12)


def test_the_cosine_between_vectors() -> None:
    """Of a vector and twice itself it is 1, of perpendicular ones 0, and of no length nothing is divided by 0."""
    x, y = np.array([[3.0, 4.0], [1.0, 0.0], [0.0, 0.0]]), np.array([[6.0, 8.0], [0.0, 2.0], [1.0, 0.0]])
    assert [1, 0, 0] == lowered("cosine_similarity", x, y, 1, Fraction(1, 10**8)).tolist()


def test_a_triplet_by_hand() -> None:
    """The anchor 0 is 3 from the positive and 4 from the negative, which is 5 from the positive."""
    anchor, positive, negative = np.zeros((1, 2)), np.array([[3.0, 0.0]]), np.array([[0.0, 4.0]])
    losses = [
        lowered("triplet_margin_loss", anchor, positive, negative, Fraction(2), 2, NONE, swap, "sum")
        for swap in (False, True)
    ]
    assert [1, 1] == losses
    assert 0 == lowered("triplet_margin_loss", anchor, positive, negative, Fraction(1, 2), 2, NONE, False, "sum")


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("cdist", (X, normal(2, 3), 2), r"the shapes are \(3, 4\) and \(2, 3\)"),
        ("pdist", (normal(3), 2), r"needs a matrix, and the shape is \(3,\)"),
        ("cosine_embedding_loss", (X, X, np.array([1, -1]), NONE, "mean"), r"not the shapes \(3, 4\) and \(2,\)"),
        ("pairwise_distance", (X, normal(3), 2, NONE, False), r"cannot broadcast the shapes \(3, 4\) and \(3,\)"),
    ],
)
def test_errors_say_the_shapes(name: str, arguments: tuple[Any, ...], message: str) -> None:
    """Both of them."""
    with pytest.raises(ShapeError, match=message):
        lowered(name, *arguments)
