"""Tests of pooling: the windows beside torch's kernels, and fractional ones beside their definition."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from comparing import assert_read, drawn, partials, recorded
from torch import Tensor
from torch.nn import functional

CALLS: dict[str, tuple[Callable[[Tensor], object], tuple[int, ...]]] = {
    "max 1d": (lambda x: functional.max_pool1d(x, 3, 2, padding=1), (2, 2, 7)),
    "max 2d": (lambda x: functional.max_pool2d(x, (2, 3), stride=1, dilation=(1, 2)), (1, 4, 6)),
    "max 2d, ceil": (lambda x: functional.max_pool2d(x, 2, ceil_mode=True), (2, 1, 5, 3)),
    "max 3d": (lambda x: functional.max_pool3d(x, 2, 1), (1, 1, 3, 2, 3)),
    "mean 1d": (lambda x: functional.avg_pool1d(x, 3, 1, 1, ceil_mode=True, count_include_pad=False), (1, 2, 9)),
    "mean 2d": (lambda x: functional.avg_pool2d(x, (2, 3), (1, 2), (1, 1)), (1, 2, 4, 5)),
    "mean 2d, divisor": (lambda x: functional.avg_pool2d(x, 2, divisor_override=7), (2, 4, 4)),
    "mean 3d": (lambda x: functional.avg_pool3d(x, 2, 1, count_include_pad=False), (1, 1, 3, 3, 2)),
    "adaptive mean 1d": (lambda x: functional.adaptive_avg_pool1d(x, 3), (2, 7)),
    "adaptive mean 2d": (lambda x: functional.adaptive_avg_pool2d(x, (2, None)), (1, 2, 5, 3)),
    "adaptive mean 3d": (lambda x: functional.adaptive_avg_pool3d(x, (2, 1, 2)), (1, 3, 2, 3)),
    "adaptive max 1d": (lambda x: functional.adaptive_max_pool1d(x, 3), (1, 1, 8)),
    "adaptive max 2d": (lambda x: functional.adaptive_max_pool2d(x, (2, 3)), (1, 1, 5, 4)),
    "adaptive max 3d": (lambda x: functional.adaptive_max_pool3d(x, 2), (1, 3, 4, 3)),
    "norm 2d": (lambda x: functional.lp_pool2d(x.abs(), 3.0, 2, 1), (1, 1, 3, 4)),
    "unpooled 1d": (
        lambda x: functional.max_unpool1d(*functional.max_pool1d(x, 2, return_indices=True), [2]),
        (1, 2, 6),
    ),
    "unpooled 2d": (
        lambda x: functional.max_unpool2d(
            *functional.max_pool2d(x, 2, return_indices=True), [2, 2], output_size=[5, 5]
        ),
        (1, 5, 5),
    ),
    "unpooled 3d": (
        lambda x: functional.max_unpool3d(*functional.max_pool3d(x, 2, return_indices=True), [2, 2, 2]),
        (1, 1, 2, 4, 2),
    ),
    "folded": (lambda x: functional.fold(x, (4, 5), (2, 3), padding=(0, 1), stride=(2, 1)), (1, 6, 10)),
    "unfolded": (lambda x: functional.unfold(x, (2, 3), dilation=2, padding=2, stride=3), (1, 2, 5, 4)),
}
"""A pooling of each kind, and the shape that it is given."""


@pytest.mark.parametrize("name", CALLS)
def test_a_pooling_is_read(name: str) -> None:
    """The nodes are what torch's kernel computes, with settings that differ along the dims."""
    call, shape = CALLS[name]
    assert_read(call, drawn(*shape, seed=3))


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize("shape", [(2, 2, 9, 7), (2, 6, 8)])
def test_fractional_windows_of_pictures_are_where_torch_has_them(shape: tuple[int, ...], dtype: torch.dtype) -> None:
    """Width and height have random numbers of their own, of each picture."""
    samples = torch.rand(shape[0] if len(shape) > 3 else 1, shape[-3], 2, dtype=dtype)

    def pool(x: Tensor) -> Tensor:
        return functional.fractional_max_pool2d(x, (3, 2), output_size=(3, 4), _random_samples=samples)

    assert_read(pool, drawn(*shape, dtype=dtype), digits=6)


def test_fractional_windows_of_cubes_are_where_torch_has_them() -> None:
    """Depth, height and width, in this order."""
    samples = torch.rand(1, 2, 3, dtype=torch.float64)

    def pool(x: Tensor) -> Tensor:
        return functional.fractional_max_pool3d(x, (2, 1, 3), output_size=(2, 3, 2), _random_samples=samples)

    assert_read(pool, drawn(1, 2, 5, 4, 6))


def test_the_last_fractional_window_stands_at_the_end() -> None:
    """Of one window along a dim that is the only one."""
    samples = torch.full((1, 1, 2), 0.3, dtype=torch.float64)
    x = torch.arange(9, dtype=torch.float64).reshape(1, 1, 3, 3).requires_grad_()
    found = partials(lambda x: functional.fractional_max_pool2d(x, 2, output_size=1, _random_samples=samples), x)
    assert found == [0.0] * 8 + [1.0]


def test_the_places_of_the_largest_are_no_numbers_of_the_run() -> None:
    """Only what is returned as a float is an output."""
    place = recorded(lambda x: functional.max_pool2d(x, 2, return_indices=True), drawn(1, 4, 4))
    assert place.outputs == ((1, 2, 2),)
