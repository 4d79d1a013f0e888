"""Factors of matrices: Cholesky's of the symmetric part, and QR with the signs of LAPACK."""

from __future__ import annotations

import numpy as np
import pytest
from lowered_values import assert_as_torch, lowered, normal

from derivcheck.errors import ShapeError


def positive(*shape: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Return positive definite matrices."""
    x = normal(*shape)
    found: np.ndarray[tuple[int, ...], np.dtype[np.float64]] = x @ x.swapaxes(-1, -2) + np.eye(shape[-1])
    return (found + found.swapaxes(-1, -2)) / 2


@pytest.mark.parametrize("shape", [(0, 0), (1, 1), (2, 2), (3, 3), (9, 9), (2, 3, 4, 4)])
@pytest.mark.parametrize("upper", [True, False])
def test_choleskys_factor_is_that_of_torch(shape: tuple[int, ...], upper: bool) -> None:
    """And its product with its transpose is the matrix."""
    x = positive(*shape)
    found = assert_as_torch("cholesky", x, upper)
    turned = found.swapaxes(-1, -2)
    np.testing.assert_allclose(turned @ found if upper else found @ turned, x, rtol=1e-10, atol=1e-10)


def test_a_matrix_that_is_not_symmetric_has_no_factor() -> None:
    """torch would read one triangle of it, and return the gradient by the symmetric part."""
    with pytest.raises(ShapeError, match="`cholesky` needs a symmetric matrix") as caught:
        lowered("cholesky", positive(3, 3) + np.tri(3) / 10, False)
    assert "write cholesky((A + A.T)/2)" == caught.value.hint


def test_a_matrix_that_is_not_positive_has_no_factor() -> None:
    """The root of a negative number has no value."""
    assert np.isnan(lowered("cholesky", -np.eye(2), False)).any()


@pytest.mark.parametrize("upper", [True, False])
def test_what_is_solved_with_a_factor(upper: bool) -> None:
    """Systems, and the inverse."""
    x = normal(4, 4)
    factor = np.triu(x) if upper else np.tril(x)
    assert_as_torch("cholesky_solve", normal(4, 2), factor, upper)
    assert_as_torch("cholesky_inverse", factor, upper)
    with pytest.raises(ShapeError, match=f"{'an upper' if upper else 'a lower'} triangular matrix"):
        lowered("cholesky_solve", normal(4, 2), factor.T.copy(), upper)


@pytest.mark.parametrize("shape", [(1, 1), (3, 3), (9, 9), (4, 2), (2, 4), (2, 3, 2), (0, 2), (2, 0), (3, 1), (1, 3)])
def test_qr_is_that_of_torch(shape: tuple[int, ...]) -> None:
    """With the same signs, and Q @ R is the matrix, Q.T @ Q the identity."""
    x = normal(*shape)
    q, r = assert_as_torch("qr", x, "reduced")
    np.testing.assert_allclose(q @ r, x, rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(
        q.swapaxes(-1, -2) @ q, np.broadcast_to(np.eye(q.shape[-1]), (*shape[:-2], *[q.shape[-1]] * 2)), atol=1e-10
    )


def test_what_qr_does_not_take_is_an_error() -> None:
    """It says what it takes."""
    with pytest.raises(ShapeError, match="no mode 'complete'"):
        lowered("qr", normal(3, 2), "complete")
    with pytest.raises(ShapeError, match="not independent"):
        lowered("qr", np.ones((3, 2)), "reduced")
    with pytest.raises(ShapeError, match=r"`qr` needs a matrix, and the shape is \(3,\)"):
        lowered("qr", normal(3), "reduced")
