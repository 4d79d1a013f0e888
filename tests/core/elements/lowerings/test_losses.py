"""Losses against what their definitions give by hand; what torch returns is compared elsewhere."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from lowered_values import lowered, normal

from derivcheck.errors import ShapeError

X, Y = np.array([0.5, -2.0, 3.0]), np.array([0.0, 1.0, 3.0])
ONE = Fraction(1)


def test_errors_by_hand() -> None:
    """The errors are 1/2, -3 and 0."""
    assert [0.25, 9, 0] == lowered("mse_loss", X, Y, "none").tolist()
    assert 9.25 / 3 == lowered("mse_loss", X, Y, "mean")
    assert 3.5 == lowered("l1_loss", X, Y, "sum")
    assert [0.125, 2.5, 0] == lowered("smooth_l1_loss", X, Y, ONE, "none").tolist()
    assert [0.125, 4, 0] == lowered("huber_loss", X, Y, 2 * ONE, "none").tolist()


def test_a_parabola_of_no_width_is_the_absolute_error() -> None:
    """And nothing is divided by its width."""
    assert [0.5, 3, 0] == lowered("smooth_l1_loss", X, Y, Fraction(0), "none").tolist()


def test_binary_cross_entropy_at_the_ends() -> None:
    """0*log(0) is 0, as everywhere in information theory: a sure prediction that is right costs nothing."""
    sure = np.array([0.0, 1.0])
    assert [0, 0] == lowered("binary_cross_entropy", sure, sure, None, "none").tolist()
    np.testing.assert_allclose(
        lowered("binary_cross_entropy", np.array([0.25]), np.array([1.0]), None, "sum"), np.log(4)
    )


def test_logits_are_inverse_sigmoids() -> None:
    """The loss of logits is the loss of their probabilities."""
    x, y = normal(5), np.array([0, 1, 0.25, 0.5, 1])
    probabilities = 1 / (1 + np.exp(-x))
    of_logits = lowered("binary_cross_entropy_with_logits", x, y, None, None, "none")
    np.testing.assert_allclose(of_logits, lowered("binary_cross_entropy", probabilities, y, None, "none"), rtol=1e-12)


def test_divergence_of_a_distribution_from_itself() -> None:
    """It is 0, and a class of probability 0 adds nothing."""
    p = np.array([0.25, 0.75])
    assert abs(lowered("kl_div", np.log(p), p, "sum", False)) < 1e-15
    assert 0.5 == lowered(
        "kl_div", np.array([[-1.0, -5.0], [0.0, -5.0]]), np.array([[1.0, 0.0], [1.0, 0.0]]), "batchmean", False
    )


def test_margins_by_hand() -> None:
    """Where the target is -1, a value counts by what lacks to the margin."""
    signs = np.array([1, -1, -1])
    assert [0.5, 3, 0] == lowered("hinge_embedding_loss", X, signs, ONE, "none").tolist()
    assert [0, 0, 1] == lowered("margin_ranking_loss", X, Y, signs, ONE, "none").clip(0).round().tolist()


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("mse_loss", (X, normal(2), "mean"), r"cannot broadcast the shapes \(3,\) and \(2,\)"),
        ("mse_loss", (X, Y, "average"), "no reduction 'average'"),
        ("binary_cross_entropy", (X, normal(1), None, "mean"), r"target of the shape \(3,\), and its shape is \(1,\)"),
        ("kl_div", (normal(), normal(), "batchmean", False), "needs a dim"),
        ("gaussian_nll_loss", (X, Y, normal(2), False, ONE, "mean"), r"`var` of the shape \(2,\)"),
    ],
)
def test_errors_say_the_shapes(name: str, arguments: tuple[Any, ...], message: str) -> None:
    """And what was due."""
    with pytest.raises(ShapeError, match=message):
        lowered(name, *arguments)
