"""Sums of many terms: how far they may be off, against J. H. Wilkinson's bound."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from derivcheck.rounding.accumulations import ACCUMULATIONS, off_by

aten = torch.ops.aten
EPS = 2.0**-52


def bound(name: str, func: Any, *args: Any) -> Tensor | None:
    """How far the only result of an operation may be off."""
    (found,) = off_by(name, func, args, {}, (func(*args),))
    return found


def test_three_times_the_bound_is_wilkinsons() -> None:
    """A sum of n terms is off by at most n*u times the sum of their sizes, and u is half of eps."""
    x = torch.tensor([0.1, -0.2, 0.3, -0.4] * 8, dtype=torch.float64)
    found = bound("sum", aten.sum.default, x)
    assert found is not None
    assert 3 * found.item() >= 32 * EPS / 2 * x.abs().sum().item()


def test_a_sum_of_whole_numbers_is_exact() -> None:
    """And so is a product of matrices of them."""
    x = torch.arange(12.0, dtype=torch.float64).reshape(3, 4)
    assert bound("sum", aten.sum.default, x) is None
    assert bound("mm", aten.mm.default, x, x.mT / 8) is None


def test_a_large_number_makes_small_ones_inexact() -> None:
    """2**60 + 1 is no float64."""
    x = torch.tensor([2.0**60, 1.0, -(2.0**60)], dtype=torch.float64)
    assert bound("sum", aten.sum.default, x) is not None


def test_one_long_number_among_many_short_ones_makes_a_sum_inexact() -> None:
    """Wherever it stands: 1/10 has 53 bits, and of no sum of 1024 whole numbers with it is known that it is exact."""
    for place in (0, 1023):
        x = torch.full((1024,), 3.0, dtype=torch.float64)
        x[place] = 0.1
        assert bound("sum", aten.sum.default, x) is not None


def test_one_term_is_not_added_up() -> None:
    """What a product of one row and one column with one number each rounds is the result's own ulp."""
    x = torch.tensor([[0.1]], dtype=torch.float64)
    found = bound("mm", aten.mm.default, x, x)
    assert found is not None
    assert found.item() == 0.0


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_narrow_formats_are_added_up_in_float32(dtype: torch.dtype) -> None:
    """So the bound is that of float32, whose eps is 2**-23."""
    x = torch.full((30,), 0.1, dtype=dtype)
    found = bound("sum", aten.sum.default, x)
    assert found is not None
    assert found.item() == pytest.approx(3.0 * 2.0**-23 * 10, rel=0.01)


def test_a_convolutions_backward_pass_has_three_results() -> None:
    """Those that are not asked for are None."""
    gradient, x, weight = (torch.rand(shape, dtype=torch.float64) for shape in ((1, 2, 4), (1, 3, 6), (2, 3, 3)))
    args = (gradient, x, weight, [2], [1], [0], [1], False, [0], 1, [True, True, False])
    parts = aten.convolution_backward.default(*args)
    found = off_by("convolution_backward", aten.convolution_backward.default, args, {}, parts)
    assert found[0] is not None
    assert found[0].shape == x.shape
    assert found[1] is not None
    assert found[1].shape == weight.shape
    assert found[2] is None


def test_every_accumulation_is_an_operation_of_torchs() -> None:
    """The table names torch's operations."""
    assert [] == [name for name in ACCUMULATIONS if not hasattr(aten, name)]


@pytest.mark.parametrize(("name", "sizes"), [("upsample_linear1d", [20]), ("upsample_bilinear2d", [20, 7])])
def test_a_resized_picture_is_off_by_its_largest_number(name: str, sizes: list[int]) -> None:
    """Where a pixel lies is rounded, so that a small weight is off by as much as a large one, of whole numbers too."""
    x = torch.zeros(1, 1, *[9] * len(sizes))
    x[..., 3] = 2.0
    resize = getattr(torch.ops.aten, name).default
    (bound,) = off_by(name, resize, (x, sizes, False), {}, (resize(x, sizes, False),))
    assert bound is not None
    assert torch.allclose(bound, torch.tensor(2.0 * torch.finfo(torch.float32).eps * 40 / 3).expand(bound.shape))


@pytest.mark.parametrize(
    ("name", "args", "terms"),
    [
        ("avg_pool2d", ([3], [1]), 9),
        ("avg_pool3d", ([2, 3, 1], [1]), 6),
        ("_adaptive_avg_pool2d", ([2, 4],), (4 + 1) * (2 + 1)),
        ("_adaptive_avg_pool3d", ([2, 4, 7],), (4 + 1) * (2 + 1) * (1 + 1)),
    ],
)
def test_an_average_divides_whole_numbers_too(name: str, args: tuple[list[int], ...], terms: int) -> None:
    """A window of n numbers is a sum of n terms, each of which the division rounds."""
    x = torch.full((1, 1, *[7] * (3 if "3d" in name else 2)), 3.0, dtype=torch.float64)
    found = bound(name, getattr(aten, name).default, x, *args)
    assert found is not None
    assert torch.allclose(found, torch.tensor(3.0 * EPS * terms / 3, dtype=torch.float64), rtol=1e-9)


@pytest.mark.parametrize(("stride", "windows"), [([1, 2], 3 * 2), ([], 1)])
def test_the_backward_pass_of_an_average_adds_up_the_windows_of_a_number(stride: list[int], windows: int) -> None:
    """Windows of three numbers that are two apart share one; those that are as far apart as they are wide, none."""
    x, args = torch.zeros(1, 1, 9, 9, dtype=torch.float64), ([3, 3], stride, [0, 0], False, True, None)
    gradient = torch.ones_like(aten.avg_pool2d.default(x, *args))
    found = bound("avg_pool2d_backward", aten.avg_pool2d_backward.default, gradient, x, *args)
    assert found is not None
    sizes = aten.avg_pool2d_backward.default(gradient, x, *args)
    assert torch.allclose(found, sizes * EPS * windows / 3 if windows > 1 else sizes * 0, rtol=1e-9)


def test_adaptive_windows_overlap_where_there_are_more_of_them_than_numbers() -> None:
    """Of 5 windows on 2 numbers, each number lies in three, and one more is counted."""
    x = torch.zeros(1, 1, 2, 2, dtype=torch.float64)
    gradient = torch.ones(1, 1, 5, 2, dtype=torch.float64)
    found = bound("_adaptive_avg_pool2d_backward", aten._adaptive_avg_pool2d_backward.default, gradient, x)
    assert found is not None
    sizes = aten._adaptive_avg_pool2d_backward.default(gradient, x)
    assert torch.allclose(found, sizes * EPS * (3 + 1) * (1 + 1) / 3, rtol=1e-9)


def test_an_exponential_is_right_up_to_the_largest_number_of_its_matrix() -> None:
    """Each product of matrices is off by as much as its largest number is; each squaring is one more product."""
    small, large = (torch.tensor([[0.5, 0.0], [0.0, size]], dtype=torch.float64) for size in (0.1, 30.0))
    func = torch.ops.aten.linalg_matrix_exp.default
    for matrix, products in ((small, 5), (large, 10)):
        result = torch.linalg.matrix_exp(matrix)
        (bound,) = off_by("linalg_matrix_exp", func, (matrix,), {}, (result,))
        assert bound is not None
        expected = float(result.max()) * torch.finfo(torch.float64).eps * 2 * products / 3
        assert [pytest.approx(expected)] * 4 == bound.reshape(-1).tolist()
