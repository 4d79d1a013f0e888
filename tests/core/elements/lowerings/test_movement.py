"""Movement computes nothing. Covers also: indexing, joining, making."""

from __future__ import annotations

import numpy as np
import pytest

from derivcheck.elements.lowerings.lookup import LOWERINGS
from derivcheck.elements.node_arrays import NodeArrays
from derivcheck.errors import ShapeError


def arrays() -> NodeArrays:
    """Return a maker that needs no estimate."""
    return NodeArrays("A.mT", lambda *_: [])


def test_transpose_of_a_batch() -> None:
    """The last two dimensions change places, those before them stay."""
    x = np.arange(12).reshape(2, 2, 3)
    assert np.array_equal(np.transpose(x, (0, 2, 1)), np.asarray(LOWERINGS["transpose_last"](arrays(), x)))


def test_a_vector_has_no_transpose() -> None:
    """It has one dimension."""
    with pytest.raises(ShapeError, match=r"two dimensions, and the shape is \(2,\)"):
        LOWERINGS["transpose_last"](arrays(), np.arange(2))
