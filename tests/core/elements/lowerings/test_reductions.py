"""Reductions against NumPy, on shapes that hypothesis chooses; what torch returns is compared elsewhere."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lowered_values import lowered, normal, operations

from derivcheck.errors import ShapeError

SHAPES = st.lists(st.integers(1, 3), min_size=1, max_size=3)


@st.composite
def reduced(draw: st.DrawFn) -> tuple[Any, tuple[int, ...], bool]:
    """An array, some of its axes, of which some are counted from the end, and whether they are kept."""
    shape = draw(SHAPES)
    axes = draw(st.lists(st.integers(0, len(shape) - 1), unique=True, min_size=1))
    signed = [axis - len(shape) if draw(st.booleans()) else axis for axis in axes]
    return normal(*shape), tuple(signed), draw(st.booleans())


@settings(max_examples=60, deadline=None)
@given(reduced())
def test_along_any_dims(call: tuple[Any, tuple[int, ...], bool]) -> None:
    """Sums, means, variances, extremes and norms are NumPy's, in shape and in numbers."""
    x, axes, keep = call
    expected = {
        "sum": x.sum(axes, keepdims=keep),
        "mean": x.mean(axes, keepdims=keep),
        "amax": x.max(axes, keepdims=keep),
        "amin": x.min(axes, keepdims=keep),
        "logsumexp": np.log(np.exp(x).sum(axes, keepdims=keep)),
    }
    for name, found in expected.items():
        mine = lowered(name, x, axes, keep)
        assert mine.shape == found.shape
        np.testing.assert_allclose(mine, found, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(lowered("var", x, axes, 0, keep), x.var(axes, keepdims=keep), atol=1e-12)
    np.testing.assert_allclose(lowered("norm", x, 3, axes, keep), (abs(x) ** 3).sum(axes, keepdims=keep) ** (1 / 3))


@settings(max_examples=30, deadline=None)
@given(SHAPES, st.data())
def test_running_along_any_dim(shape: list[int], data: st.DataObject) -> None:
    """Cumulative sums and products are NumPy's."""
    x, axis = normal(*shape), data.draw(st.integers(-len(shape), len(shape) - 1))
    np.testing.assert_allclose(lowered("cumsum", x, axis), x.cumsum(axis), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(lowered("cumprod", x, axis), x.cumprod(axis), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(lowered("cummax", x, axis), np.maximum.accumulate(x, axis))
    np.testing.assert_allclose(lowered("diff", x, 1, axis), np.diff(x, axis=axis), atol=1e-12)


def test_the_sum_of_nothing() -> None:
    """It is 0, the product 1, and there is no largest element and no mean."""
    nothing = np.zeros((2, 0))
    assert [0, 0] == lowered("sum", nothing, -1, False).tolist()
    assert [1, 1] == lowered("prod", nothing, -1, False).tolist()
    assert math.isnan(lowered("mean", nothing, None, False))
    with pytest.raises(ShapeError, match=r"of no elements is no number: the shape is \(2, 0\)"):
        lowered("amax", nothing, 1, False)


def test_covariances() -> None:
    """They are NumPy's, and so are correlations."""
    x = normal(3, 5)
    np.testing.assert_allclose(lowered("cov", x, 1), np.cov(x), atol=1e-12)
    np.testing.assert_allclose(lowered("corrcoef", x), np.corrcoef(x), atol=1e-12)


def test_the_integral_of_a_square_by_trapezoids() -> None:
    """Of x**2 at 0, 1, 3 it is 1/2 + 2*(1 + 9)/2 = 10.5."""
    points = np.array([0.0, 1.0, 3.0])
    assert 10.5 == lowered("trapezoid", points**2, points, 1, -1)
    assert [0.5, 10.5] == lowered("cumulative_trapezoid", points**2, points, 1, -1).tolist()


def test_norms_at_their_limits() -> None:
    """For p = 0 it counts, for infinity it is the largest, and `inf` may be a word."""
    x = np.array([3.0, 0.0, -4.0])
    norms = [lowered("norm", x, p, None, False) for p in (0, 1, 2, math.inf, "inf", -math.inf, "fro")]
    assert [2, 7, 5, 4, 4, 0, 5] == norms
    with pytest.raises(ShapeError, match="no norm 'nuc'"):
        lowered("norm", x, "nuc", None, False)


def test_a_running_sum_shares_its_beginnings() -> None:
    """Of n elements it has n - 1 additions, besides the variables and the number 0, and the sum is the last of them."""
    assert 100 + 99 + 1 == operations("cumsum", normal(100), 0) == operations("sum", normal(100), None, False)


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("sum", (normal(2, 3), 2, False), r"no dim 2: the shape is \(2, 3\)"),
        ("sum", (normal(2, 3), (0, -2), False), "names a dim twice"),
        ("sum", (normal(2, 3), "rows", False), "must be an integer, not 'rows'"),
        ("cumsum", (normal(2, 3), None), r"needs a dim: the shape is \(2, 3\)"),
        ("cov", (normal(2, 3, 4), 1), r"the shape is \(2, 3, 4\)"),
        ("trapezoid", (normal(2, 3), normal(2), 1, -1), r"shape \(2, 3\) at points of the shape \(2,\)"),
    ],
)
def test_errors_say_the_shape(name: str, arguments: tuple[Any, ...], message: str) -> None:
    """And what was asked of it."""
    with pytest.raises(ShapeError, match=message):
        lowered(name, *arguments)
