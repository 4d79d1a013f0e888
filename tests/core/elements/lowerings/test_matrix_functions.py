"""Powers and norms of matrices are those of torch and of NumPy."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest
from lowered_values import assert_as_torch, lowered, normal

from derivcheck.errors import ShapeError


@pytest.mark.parametrize("n", [0, 1, 2, 3, 5, 6, -1, -2])
def test_powers_are_those_of_torch(n: int) -> None:
    """Repeated squaring gives what a chain of products gives."""
    x = normal(2, 3, 3)
    found = assert_as_torch("matrix_power", x, n, within=1e-9)
    np.testing.assert_allclose(found[0], np.linalg.matrix_power(x[0], n), rtol=1e-9)


@pytest.mark.parametrize("ord", ["fro", 1, -1, inf, -inf])
@pytest.mark.parametrize("keepdim", [True, False])
def test_norms_are_those_of_torch(ord: str | float, keepdim: bool) -> None:  # noqa: A002 (torch's name)
    """Along any two dims."""
    for dims in ((-2, -1), (2, 0)):
        assert_as_torch("matrix_norm", normal(2, 3, 4), ord, dims, keepdim)


@pytest.mark.parametrize(("shape", "n"), [((3,), None), ((2, 3), 2), ((2, 3), 5), ((0,), 3)])
def test_vandermondes_matrix_is_that_of_torch(shape: tuple[int, ...], n: int | None) -> None:
    """The powers grow to the right, also of 0."""
    assert_as_torch("vander", normal(*shape), n, True)
    assert [[1, 0, 0], [1, 2, 4]] == lowered("vander", np.array([0.0, 2.0]), 3, True).tolist()
    assert [[0, 0, 1], [4, 2, 1]] == lowered("vander", np.array([0.0, 2.0]), 3, False).tolist()


def test_what_has_no_norm_is_an_error() -> None:
    """It says which there are."""
    with pytest.raises(ShapeError, match="no ord 'nuc' here"):
        lowered("matrix_norm", normal(2, 2), "nuc", (-2, -1), False)
    with pytest.raises(ShapeError, match=r"needs two dims, and the shape is \(2,\)"):
        lowered("matrix_norm", normal(2), "fro", (-2, -1), False)
    with pytest.raises(ShapeError, match="no largest sum"):
        lowered("matrix_norm", normal(0, 2), 1, (-2, -1), False)
    with pytest.raises(ShapeError, match="two columns or more"):
        lowered("vander", normal(1), None, True)
    for shape, increasing in (((), True), ((2, 2), False)):
        with pytest.raises(ShapeError, match="needs a vector"):
            lowered("vander", normal(*shape), 3, increasing)
    with pytest.raises(ShapeError, match="must say whether its powers rise"):
        lowered("vander", normal(2), 3, None)
