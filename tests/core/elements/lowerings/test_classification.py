"""Losses of classes against loops over their definitions; what torch returns is compared elsewhere."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from lowered_values import lowered, normal

from derivcheck.errors import ShapeError

X, LABELS, WEIGHT = normal(4, 3), np.array([0, 2, 1, 1]), np.array([0.5, 1.0, 2.0])
NONE, SOME = Fraction(0), Fraction(1, 4)


def log_softmax(x: Any) -> Any:
    """The logarithms of the probabilities, along the last dim."""
    return x - np.log(np.exp(x).sum(-1, keepdims=True))


def test_the_likelihood_of_the_labels() -> None:
    """Each class weighted, the mean divides by the sum of the weights, and an ignored label counts nowhere."""
    logs = log_softmax(X)
    losses = [-logs[row, label] for row, label in enumerate(LABELS)]
    np.testing.assert_allclose(lowered("nll_loss", logs, LABELS, None, -100, "none"), losses, rtol=1e-12)
    weights = WEIGHT[LABELS]
    expected = (weights * losses).sum() / weights.sum()
    np.testing.assert_allclose(lowered("cross_entropy", X, LABELS, WEIGHT, -100, "mean", NONE), expected, rtol=1e-12)
    expected = (losses[0] + losses[1]) / 2
    np.testing.assert_allclose(lowered("cross_entropy", X, LABELS, None, 1, "mean", NONE), expected, rtol=1e-12)


def test_smoothed_labels_are_probabilities() -> None:
    """3/4 of a label and 1/4 of all of them: the same as with these probabilities."""
    probabilities = 0.75 * np.eye(3)[LABELS] + 0.25 / 3
    by_labels = lowered("cross_entropy", X, LABELS, None, -100, "mean", SOME)
    by_probabilities = lowered("cross_entropy", X, probabilities, None, -100, "mean", NONE)
    np.testing.assert_allclose(by_labels, by_probabilities, rtol=1e-12)
    np.testing.assert_allclose(by_labels, -(log_softmax(X) * probabilities).sum(1).mean(), rtol=1e-12)


def test_integers_in_the_shape_of_the_prediction_are_probabilities() -> None:
    """A class that is sure is written [0, 1, 0]."""
    sure = np.eye(3, dtype=np.int64)[LABELS]
    by_labels = lowered("cross_entropy", X, LABELS, None, -100, "none", NONE)
    np.testing.assert_allclose(lowered("cross_entropy", X, sure, None, -100, "none", NONE), by_labels, rtol=1e-12)


def test_a_target_that_is_neither() -> None:
    """Numbers that are no integers, and not one for each class."""
    with pytest.raises(ShapeError, match=r"or probabilities in the shape \(4, 3\): its shape is \(4,\)"):
        lowered("cross_entropy", X, normal(4), None, -100, "mean", NONE)


def test_classes_are_the_second_dim() -> None:
    """A picture has a label for each of its points."""
    x, labels = normal(2, 3, 2), np.array([[0, 2], [1, 1]])
    logs = log_softmax(np.moveaxis(x, 1, -1))
    expected = [[-logs[row, at, labels[row, at]] for at in range(2)] for row in range(2)]
    np.testing.assert_allclose(lowered("cross_entropy", x, labels, None, -100, "none", NONE), expected, rtol=1e-12)


def test_margins_between_classes() -> None:
    """A loop over the other classes; of several right ones a loop over each of them."""
    losses = [
        sum(max(0, 1 - X[row, label] + X[row, other]) ** 2 for other in range(3) if other != label) / 3
        for row, label in enumerate(LABELS)
    ]
    found = lowered("multi_margin_loss", X, LABELS, 2, Fraction(1), None, "none")
    np.testing.assert_allclose(found, losses, rtol=1e-12)
    several = np.array([2, 0, -1])
    expected = sum(max(0, 1 - (X[0, right] - X[0, 1])) for right in (2, 0)) / 3
    np.testing.assert_allclose(lowered("multilabel_margin_loss", X[0], several, "sum"), expected, rtol=1e-12)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            (X, np.array([0, 1]), None, -100, "mean"),
            r"shape \(4, 3\) needs labels of the shape \(4,\), and theirs is \(2,\)",
        ),
        ((X, np.array([0, 1, 3, 1]), None, -100, "mean"), "below the 3 classes, and one is 3"),
        ((X, np.array([0, 1, -1, 1]), None, -100, "mean"), "below the 3 classes, and one is -1"),
        ((X, LABELS, normal(2), -100, "mean"), r"`weight` must have the shape \(3,\), and has \(2,\)"),
        ((X, normal(4), None, -100, "mean"), "labels, which are integers known at the point"),
        ((X, LABELS, None, -100, "all"), "no reduction 'all'"),
    ],
)
def test_errors_say_the_shapes(arguments: tuple[Any, ...], message: str) -> None:
    """And what was due."""
    with pytest.raises(ShapeError, match=message):
        lowered("nll_loss", *arguments)
