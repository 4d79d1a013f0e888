"""Borders and other sizes of pictures are those of their definitions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from lowered import by_lowering, shaped_row
from lowering_samples.draws import draw

from derivcheck.errors import ShapeError


@pytest.mark.parametrize(("mode", "theirs"), [("reflect", "reflect"), ("replicate", "edge"), ("circular", "wrap")])
def test_borders_are_those_of_numpy(mode: str, theirs: Any) -> None:
    """Under other names."""
    x = draw(2, 4)
    (found,) = by_lowering(shaped_row("pad"), x, (3, 2), mode, 0)
    assert np.pad(x.numpy(), ((0, 0), (3, 2)), mode=theirs).tolist() == found.tolist()


@pytest.mark.parametrize("size", range(1, 24))
@pytest.mark.parametrize("due", [1, 2, 3, 7, 12, 23, 40])
def test_nearest_neighbours_are_those_of_torch(size: int, due: int) -> None:
    """torch finds them in float32; exact fractions find the same ones."""
    x = torch.arange(float(size), dtype=torch.float64).reshape(1, 1, size)
    for mode in ("nearest", "nearest-exact"):
        (found,) = by_lowering(shaped_row("interpolate"), x, due, None, mode, None)
        assert torch.equal(torch.nn.functional.interpolate(x, size=due, mode=mode), found)


def test_a_straight_line_stays_one() -> None:
    """With align_corners, the ends stay where they are, and what is between is linear."""
    x = torch.tensor([[[1.0, 5.0]]], dtype=torch.float64)
    (found,) = by_lowering(shaped_row("interpolate"), x, 5, None, "linear", True)
    assert [[[1, 2, 3, 4, 5]]] == found.tolist()


def test_shuffling_pixels_and_back_changes_nothing() -> None:
    """The two are inverse to one another."""
    x = draw(2, 8, 3, 2)
    (large,) = by_lowering(shaped_row("pixel_shuffle"), x, 2)
    (back,) = by_lowering(shaped_row("pixel_unshuffle"), large, 2)
    assert torch.equal(x, back)


WRONG: list[tuple[str, tuple[Any, ...], str]] = [
    ("pad", (draw(2), 1, "constant", 0), "a tuple of pairs of integers, not 1"),
    ("pad", (draw(2), (1, 1, 1, 1), "constant", 0), r"2 pairs, which are more than the dims of the shape \(2,\)"),
    ("pad", (draw(2), (-3, 0), "constant", 0), "less than nothing"),
    ("pad", (draw(2, 2), (1, 1), "mirror", 0), "no mode 'mirror'"),
    ("pad", (draw(2), (1, 1), "reflect", 0), "pads all dims but one or two"),
    ("pad", (draw(1, 2), (2, 0), "reflect", 0), "cannot add 2 and 0 elements to 2"),
    ("pad", (draw(1, 2), (3, 0), "circular", 0), "cannot add 3 and 0 elements to 2"),
    ("interpolate", (draw(2, 2), 2, None, "nearest", None), r"the shape is \(2, 2\)"),
    ("interpolate", (draw(1, 1, 2), None, None, "nearest", None), "one of size and scale_factor"),
    ("interpolate", (draw(1, 1, 2), (2, 2), None, "nearest", None), r"size or the factor \(2, 2\)"),
    ("interpolate", (draw(1, 1, 2), 4, None, "bilinear", None), "is for 2 dims"),
    ("interpolate", (draw(1, 1, 2, 2), 4, None, "bicubic", None), "no mode 'bicubic' here"),
    ("interpolate", (draw(1, 1, 2), None, 0.1, "nearest", None), "leaves nothing"),
    ("interpolate", (draw(1, 1, 3, 4), None, 1.3, "nearest", None), r"the factor 1.3 is not sure for a size of 3"),
    ("interpolate", (draw(1, 1, 0), 2, None, "nearest", None), "nothing to resize"),
    ("pixel_shuffle", (draw(3, 2, 2), 2), r"the shape is \(3, 2, 2\)"),
    ("pixel_unshuffle", (draw(1, 3, 2), 2), r"the shape is \(1, 3, 2\)"),
    ("channel_shuffle", (draw(1, 3, 2), 2), r"the shape is \(1, 3, 2\)"),
]


@pytest.mark.parametrize(("name", "arguments", "message"), WRONG)
def test_sizes_that_do_not_fit_are_an_error(name: str, arguments: tuple[Any, ...], message: str) -> None:
    """It says the shape, or what there is."""
    with pytest.raises(ShapeError, match=message):
        by_lowering(shaped_row(name), *arguments)
