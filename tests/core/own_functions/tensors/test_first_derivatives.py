"""The items that compare values and first derivatives of functions of tensors."""

from __future__ import annotations

import torch
from tensor_functions import DiagonalSoftmax

from derivcheck import check_function

ROWS = [[0.375, -1.25, 0.875], [1.5, -0.5, 0.25]]


def test_softmax_is_right() -> None:
    """torch's own softmax along a dim, whose every element depends on a whole row."""
    found = check_function(lambda x: torch.softmax(x, 1), "softmax(x, dim=1)", at={"x": ROWS}, only=["backward"])
    assert [str(result.status) for result in found] == ["match"]


def test_a_missing_rank_one_term_is_found() -> None:
    """The gradient of softmax is y*(g - sum(y*g)): g*y*(1 - y) leaves the other elements of the row out."""
    (found,) = check_function(DiagonalSoftmax.apply, "softmax(x, dim=1)", at={"x": ROWS}, only=["backward"])
    assert str(found.status) == "mismatch"
    assert found.elements is not None
    assert found.elements.shape == (2, 3)
