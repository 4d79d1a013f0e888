"""Tests of pictures of another size: each mode beside torch's kernel, and some numbers by hand."""

from __future__ import annotations

from fractions import Fraction
from functools import partial

import pytest
import torch
from comparing import assert_read, drawn, partials
from torch.nn import functional

from derivcheck.tracing.operations.resampling import keys

SHAPES = {
    "linear": (1, 2, 5),
    "bilinear": (1, 2, 3, 4),
    "trilinear": (1, 1, 2, 3, 3),
    "bicubic": (2, 1, 4, 3),
    "nearest": (1, 1, 3, 4),
    "nearest-exact": (1, 2, 5),
    "area": (1, 1, 5, 3),
}


@pytest.mark.parametrize("mode", SHAPES)
@pytest.mark.parametrize("factor", [0.6, 1.0, 1.7, 3.0])
def test_a_factor_is_read(mode: str, factor: float) -> None:
    """Smaller, as large, and larger."""
    assert_read(lambda x: functional.interpolate(x, scale_factor=factor, mode=mode), drawn(*SHAPES[mode]))


@pytest.mark.parametrize("mode", ["linear", "bilinear", "trilinear", "bicubic"])
@pytest.mark.parametrize("is_aligned", [False, True])
@pytest.mark.parametrize("size", [1, 2, 6])
def test_a_size_is_read(mode: str, size: int, *, is_aligned: bool) -> None:
    """With the corners of both pictures in one place, and without."""
    resize = partial(functional.interpolate, size=size, mode=mode, align_corners=is_aligned)
    assert_read(resize, drawn(*SHAPES[mode]))


@pytest.mark.parametrize("mode", ["bilinear", "bicubic"])
@pytest.mark.parametrize("size", [(2, 7), (3, 4), (9, 5)])
@pytest.mark.parametrize("is_aligned", [False, True])
def test_smooth_resizing_is_read(mode: str, size: tuple[int, int], *, is_aligned: bool) -> None:
    """The filter grows where the picture becomes smaller."""
    resize = partial(functional.interpolate, size=size, mode=mode, antialias=True, align_corners=is_aligned)
    assert_read(resize, drawn(1, 1, 5, 6))


@pytest.mark.parametrize("size", [(2, 7), (3, 4), (9, 5)])
def test_resizing_by_the_filter_of_lanczos_is_read(size: tuple[int, int]) -> None:
    """Its weights are no fractions."""
    assert_read(partial(functional.interpolate, size=size, mode="lanczos", antialias=True), drawn(1, 1, 5, 6))


def test_the_middle_of_a_line() -> None:
    """Half of each end: a line of two pixels as one."""
    line = torch.tensor([[[1.0, 3.0]]], dtype=torch.float64, requires_grad=True)
    assert partials(lambda x: functional.interpolate(x, size=1, mode="linear"), line) == [0.5, 0.5]


def test_the_cubic_weights_sum_to_one() -> None:
    """A constant stays what it is, wherever a place lies between two pixels."""
    for part in (Fraction(0), Fraction(1, 3), Fraction(1, 2), Fraction(5, 7)):
        assert sum(keys(part - tap, Fraction(-3, 4)) for tap in range(-1, 3)) == 1


@pytest.mark.parametrize("name", ["reflect", "replicate", "circular", "constant"])
def test_borders_are_read(name: str) -> None:
    """A border around the last dims, of different width."""
    assert_read(lambda x: functional.pad(x, (2, 1, 0, 1), mode=name), drawn(1, 2, 3, 4))


def test_channels_as_places_are_read() -> None:
    """pixel_shuffle, pixel_unshuffle, channel_shuffle."""
    assert_read(lambda x: functional.pixel_shuffle(x, 2), drawn(1, 8, 2, 3))
    assert_read(lambda x: functional.pixel_unshuffle(x, 2), drawn(1, 2, 4, 2))
    assert_read(lambda x: functional.channel_shuffle(x, 2), drawn(1, 4, 2, 2))
