"""Normalizations against their properties; what torch returns is compared elsewhere."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from lowered_values import lowered, normal

from derivcheck.errors import ShapeError

EPS = Fraction(0)
NOTHING = None


def test_softmax_is_positive_and_sums_to_one() -> None:
    """Along the dim, at numbers too whose exponential no float64 holds."""
    x = normal(3, 4) * 1000
    found = lowered("softmax", x, -1)
    np.testing.assert_allclose(found.sum(-1), 1, rtol=1e-14)
    np.testing.assert_allclose(lowered("log_softmax", np.array([1e5, 1e5]), 0), -np.log(2), rtol=1e-14)
    np.testing.assert_allclose(lowered("softmin", x, -1), lowered("softmax", -x, -1))


@pytest.mark.parametrize(
    ("name", "arguments", "axes"),
    [
        ("layer_norm", ((4,), NOTHING, NOTHING, EPS), (2,)),
        ("layer_norm", ((2, 4), NOTHING, NOTHING, EPS), (1, 2)),
        ("batch_norm", (NOTHING, NOTHING, NOTHING, NOTHING, True, 0.1, EPS), (0, 2)),
        ("instance_norm", (NOTHING, NOTHING, NOTHING, NOTHING, True, 0.1, EPS), (2,)),
        ("group_norm", (1, NOTHING, NOTHING, EPS), (1, 2)),
    ],
)
def test_mean_0_and_variance_1(name: str, arguments: tuple[Any, ...], axes: tuple[int, ...]) -> None:
    """Over the dims that each of the layers normalizes."""
    found = lowered(name, normal(3, 2, 4), *arguments)
    np.testing.assert_allclose(found.mean(axes), 0, atol=1e-14)
    np.testing.assert_allclose(found.var(axes), 1, rtol=1e-13)


def test_a_normalized_vector_has_length_1() -> None:
    """And the mean of the squares that rms_norm gives is 1."""
    x = normal(3, 4)
    np.testing.assert_allclose(np.linalg.norm(lowered("normalize", x, 2, 1, EPS), axis=1), 1, rtol=1e-14)
    np.testing.assert_allclose((lowered("rms_norm", x, 4, None, EPS) ** 2).mean(1), 1, rtol=1e-13)


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("softmax", (normal(2, 3), None), r"needs a dim: the shape is \(2, 3\)"),
        (
            "layer_norm",
            (normal(2, 3), (2,), None, None, EPS),
            r"shape \(2,\) cannot take a value of the shape \(2, 3\)",
        ),
        ("layer_norm", (normal(2, 3), 3, normal(2), None, EPS), r"`weight` .* the shape \(3,\), and has \(2,\)"),
        ("batch_norm", (normal(2, 3), None, None, None, None, False, 0.1, EPS), "needs `running_mean`"),
        ("batch_norm", (normal(1, 3), None, None, None, None, True, 0.1, EPS), "more than one value a channel"),
        ("batch_norm", (normal(2, 3), None, None, normal(2), None, True, 0.1, EPS), r"shape \(3,\), and has \(2,\)"),
        ("group_norm", (normal(2, 3), 2, None, None, EPS), r"channels of the shape \(2, 3\) into 2 groups"),
        ("rms_norm", (normal(3), 3, None, None), "another one for each format"),
        ("glu", (normal(3), -1), r"even size of dim -1: the shape is \(3,\)"),
    ],
)
def test_errors_say_the_shapes(name: str, arguments: tuple[Any, ...], message: str) -> None:
    """And what was due."""
    with pytest.raises(ShapeError, match=message):
        lowered(name, *arguments)
