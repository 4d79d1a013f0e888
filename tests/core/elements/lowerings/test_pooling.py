"""Pooling takes what its windows hold."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from lowered import by_lowering, shaped_row
from lowering_samples.draws import draw

from derivcheck.errors import ShapeError


def test_windows_at_the_end_and_the_border() -> None:
    """Of 1, 2, 3, 4, 5 with a border of 1: windows of three, every second one."""
    x = torch.arange(1.0, 6.0, dtype=torch.float64).reshape(1, 5)
    (largest,) = by_lowering(shaped_row("max_pool1d"), x, 3, 2, 1, 1, False)
    (with_zeros,) = by_lowering(shaped_row("avg_pool1d"), x, 3, 2, 1, False, True)
    (without,) = by_lowering(shaped_row("avg_pool1d"), x, 3, 2, 1, False, False)
    assert [[2, 4, 5]] == largest.tolist()
    assert [[1, 3, 3]] == with_zeros.tolist()
    assert [[1.5, 3, 4.5]] == without.tolist()


def test_adaptive_windows_overlap() -> None:
    """Three of five elements: 0..1, 1..3 and 3..4, as torch's page on adaptive pooling says."""
    x = torch.arange(1.0, 6.0, dtype=torch.float64).reshape(1, 5)
    (found,) = by_lowering(shaped_row("adaptive_avg_pool1d"), x, 3)
    assert [[1.5, 3, 4.5]] == found.tolist()


def test_the_norm_of_a_window() -> None:
    """3 and 4 have the norm 5."""
    (found,) = by_lowering(shaped_row("lp_pool1d"), torch.tensor([[3.0, 4.0]], dtype=torch.float64), 2, 2, None, False)
    assert [[5]] == found.tolist()


_LINE = draw(2, 5)

WRONG: list[tuple[str, tuple[Any, ...], str]] = [
    ("max_pool1d", (_LINE[0], 2, None, 0, 1, False), r"takes \(N, C, W\) or \(C, W\), and the shape is \(5,\)"),
    ("max_pool2d", (_LINE, 2, None, 0, 1, False), r"\(N, C, H, W\) or \(C, H, W\), and the shape is \(2, 5\)"),
    ("max_pool1d", (_LINE, 6, None, 0, 1, False), "larger than its input: 6 of 5"),
    ("max_pool1d", (_LINE, 2, None, 2, 1, False), "at most half of the window"),
    ("max_pool1d", (_LINE, 0, None, 0, 1, False), "`kernel_size` of `max_pool1d` is one integer, 1 or larger"),
    ("max_pool1d", (draw(1, 1), 2, 1, 1, 2, False), "a window that holds no element"),
    ("avg_pool2d", (draw(1, 4, 4), 2, None, 0, False, True, 0), "must not be 0"),
    ("adaptive_avg_pool1d", (_LINE, 0), "1 or larger, not"),
    ("adaptive_max_pool1d", (draw(2, 0), 1), r"nothing to pool in the shape \(2, 0\)"),
    ("lp_pool1d", (_LINE, 0, 2, None, False), "must not be 0"),
]


@pytest.mark.parametrize(("name", "arguments", "message"), WRONG)
def test_windows_that_do_not_fit_are_an_error(name: str, arguments: tuple[Any, ...], message: str) -> None:
    """It says the shape."""
    with pytest.raises(ShapeError, match=message):
        by_lowering(shaped_row(name), *arguments)
