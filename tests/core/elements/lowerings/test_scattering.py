"""Gathering and scattering are what loops over the indices do."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from lowered import by_lowering, shaped_row
from lowering_samples.draws import draw, integers

from derivcheck.errors import ShapeError

_SQUARE = torch.tensor([[0, 2], [1, 0]])


def test_gather_is_its_definition() -> None:
    """out[i][j] = x[i][index[i][j]] along dim 1, as torch's page says."""
    x = draw(2, 3)
    (found,) = by_lowering(shaped_row("gather"), x, 1, _SQUARE)
    assert [[float(x[i][_SQUARE[i][j]]) for j in range(2)] for i in range(2)] == found.tolist()


def test_scatter_add_is_its_definition() -> None:
    """self[i][index[i][j]] += src[i][j] along dim 1, as torch's page says."""
    x, src, index = draw(2, 3), draw(2, 4), torch.tensor([[0, 0, 2, 0], [1, 1, 1, 1]])
    expected = x.clone()
    for i in range(2):
        for j in range(4):
            expected[i][index[i][j]] += src[i][j]
    (found,) = by_lowering(shaped_row("scatter_add"), x, 1, index, src)
    torch.testing.assert_close(found, expected, rtol=1e-14, atol=0)


_X = draw(2, 3)

WRONG: list[tuple[str, tuple[Any, ...], str]] = [
    ("gather", (_X, 1, _SQUARE + 1), "has the index 3, and the size is 3"),
    ("gather", (_X, 1, integers(0)), r"the shapes are \(1,\) and \(2, 3\)"),
    ("gather", (_X, 1, torch.zeros(3, 1, dtype=torch.int64)), r"the shape \(3, 1\), which is larger than .*\(2, 3\)"),
    ("gather", (_X, 1, -_SQUARE), "has the index -2, and the size is 3"),
    ("gather", (_X, 1, draw(2, 2)), "an index of `gather` is an integer"),
    ("take", (_X, integers(6)), "has the index 6, and the size is 6"),
    ("take_along_dim", (_X, integers(0), 1), r"the shapes \(2, 3\) and \(1,\)"),
    ("index_select", (_X, 1, _SQUARE), r"a vector of indices, and their shape is \(2, 2\)"),
    ("index_select", (_X, 1, integers(-1)), "an index is one of 0 to 2"),
    ("masked_fill", (_X, _X > 0, draw(1)), "one number or -inf, not"),
    ("masked_fill", (_X, integers(1, 0) > 0, 0), r"\(2,\)"),
    ("scatter", (_X, 1, 0 * _SQUARE, _X), "two elements to the place"),
    ("scatter", (_X, 1, _SQUARE, draw(1, 2)), "larger than what it puts"),
    ("scatter_reduce", (_X, 1, _SQUARE, _X, "max", True), "no reduce 'max'"),
    ("index_add", (_X, 1, integers(0), draw(2), 1), r"a source of the shape \(2, 1\), and it is \(2,\)"),
    ("index_copy", (_X, 1, integers(0, 0), draw(2, 2)), "two parts to one index"),
    ("index_fill", (_X, 1, integers(0), draw(2)), r"its shape is \(2,\)"),
]


@pytest.mark.parametrize(("name", "arguments", "message"), WRONG)
def test_indices_that_do_not_fit_are_an_error(name: str, arguments: tuple[Any, ...], message: str) -> None:
    """It says the index and the size, or both shapes."""
    with pytest.raises(ShapeError, match=message):
        by_lowering(shaped_row(name), *arguments)
