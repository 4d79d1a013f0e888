"""Tests of grid_sample: every mode, border and alignment beside torch's kernel, within, outside and on pixels."""

from __future__ import annotations

import pytest
import torch
from comparing import assert_read, drawn, partials, recorded
from torch import Tensor
from torch.nn import functional

from derivcheck.model import Kind
from derivcheck.numbers import Enclosure
from derivcheck.own_functions.checks.exact_truths import as_float

GRID = torch.tensor([[[-0.4, 0.1], [0.63, -0.9]], [[1.3, -0.2], [-2.6, 3.1]]], dtype=torch.float64)
"""Places within the picture, near its border, and outside."""


@pytest.mark.parametrize("is_aligned", [False, True])
@pytest.mark.parametrize("border", ["zeros", "border", "reflection"])
@pytest.mark.parametrize("mode", ["bilinear", "nearest", "bicubic"])
def test_a_picture_is_sampled(mode: str, border: str, *, is_aligned: bool) -> None:
    """By picture and places, of two channels."""
    assert_read(
        lambda x, grid: functional.grid_sample(x, grid, mode=mode, padding_mode=border, align_corners=is_aligned),
        drawn(1, 2, 3, 4),
        GRID[None].clone().requires_grad_(),
    )


@pytest.mark.parametrize("is_aligned", [False, True])
@pytest.mark.parametrize("border", ["zeros", "border", "reflection"])
@pytest.mark.parametrize("mode", ["bilinear", "nearest"])
def test_a_cube_is_sampled(mode: str, border: str, *, is_aligned: bool) -> None:
    """The last number of a place is that along the depth."""
    places = torch.tensor([0.3, -0.7, 0.2, 1.2, -0.45, -1.9], dtype=torch.float64).reshape(1, 2, 1, 1, 3)
    assert_read(
        lambda x, grid: functional.grid_sample(x, grid, mode=mode, padding_mode=border, align_corners=is_aligned),
        drawn(1, 1, 3, 2, 4),
        places.requires_grad_(),
    )


@pytest.mark.parametrize("mode", ["bilinear", "nearest", "bicubic"])
def test_on_a_pixel_the_picture_is_what_it_is_there(mode: str) -> None:
    """The place is in no doubt, though it is the border between two pixels."""
    x = drawn(1, 1, 3, 3)
    places = torch.tensor([0.0, 0.0, -1.0, 1.0], dtype=torch.float64).reshape(1, 1, 2, 2)
    assert_read(lambda x: functional.grid_sample(x, places, mode=mode, align_corners=True), x)


def test_between_two_pixels_the_slope_is_their_difference() -> None:
    """A line from 1 to 3 over a grid from -1 to 1 has the slope 1."""
    line = torch.tensor([[[[1.0, 3.0]]]], dtype=torch.float64)
    place = torch.tensor([[[[0.25, 0.0]]]], dtype=torch.float64, requires_grad=True)
    assert partials(lambda grid: functional.grid_sample(line, grid, align_corners=True), place) == [1.0, 0.0]


def test_on_a_pixel_of_a_line_with_a_bend_there_is_no_derivative() -> None:
    """The two sides differ; torch's number is that of one of them."""
    line = torch.tensor([[[[0.0, 1.0, 5.0]]]], dtype=torch.float64)
    place = torch.tensor([[[[0.0, 0.0]]]], dtype=torch.float64, requires_grad=True)
    found = recorded(lambda grid: functional.grid_sample(line, grid, align_corners=True), place)
    truth, _ = found.gradient_truths(found.names[0], found.fixed[0])
    assert truth.kind is Kind.ONE_SIDED
    assert [as_float(side.mid) for side in (truth.left, truth.right) if isinstance(side, Enclosure)] == [1.0, 4.0]


def test_a_grid_from_a_matrix_is_read() -> None:
    """affine_grid, as a spatial transformer has it."""

    def transform(theta: Tensor, x: Tensor) -> Tensor:
        return functional.grid_sample(
            x, functional.affine_grid(theta, [1, 1, 2, 3], align_corners=False), align_corners=False
        )

    theta = torch.tensor([[[0.8, 0.2, 0.13], [-0.3, 0.9, 0.07]]], dtype=torch.float64, requires_grad=True)
    assert_read(transform, theta, drawn(1, 1, 3, 3))
