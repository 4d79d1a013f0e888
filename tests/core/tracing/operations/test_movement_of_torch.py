"""What operations move stays what it is, in every shape."""

# mypy: disable-error-code="func-returns-value, attr-defined"

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from comparing import assert_read, drawn
from torch.nn import functional

_CODES: tuple[Callable[..., Any], ...] = (
    lambda x: x.clone() * x.roll((1, -1), (0, -1)) * x.flip(-1),
    lambda x: torch.cat([x, x[:1], x[:0]]).exp(),
    lambda x: torch.stack([x, x * x], -1).rot90(1, (0, -1)),
    lambda x: x.tril(-1) + x.triu() * 2 + x.diagonal(offset=1).diag_embed(1).sum(),
    lambda x: torch.block_diag(x, x[0]) @ torch.ones(8, dtype=x.dtype),
    lambda x: x.gather(1, torch.tensor([[0, 0], [3, 1], [2, 2]])) * x.index_select(-1, torch.tensor([1, 1])),
    lambda x: x[[0, 2], 1:3] + x[..., None, 0].T[:, :2],
    lambda x: x.take(torch.tensor([0, -1, 5])) * x.repeat_interleave(torch.tensor([1, 0, 2]), 0)[:, 1:],
    lambda x: x.repeat(2, 1, 1).unfold(-1, 2, 1) * x.expand(2, 3, 4)[..., 1:, None],
    lambda x: x.masked_select(x > 0) ** 2,
    lambda x: x.masked_scatter(torch.tensor([True, False, True, True]), x * 2),
    lambda x: x.select_scatter(x[0] * 2, 0, -1) + x.slice_scatter(x[:, :2] * 3, 1, 1, 3),
    lambda x: x[:, :3].diagonal_scatter(x[0, :3] ** 2, 0),
    lambda x: functional.pad(x, (1, -1, 0, 2), value=1.5) ** 2,
    lambda x: functional.pad(x[None], (1, 2), mode="reflect").sin(),
    lambda x: functional.pad(x[None], (1, 2), mode="replicate").sin(),
    lambda x: functional.unfold(x[None, None], (2, 2), padding=1).square(),
    lambda x: functional.pixel_shuffle(x.reshape(1, 12, 1, 1)[:, :4], 2),
    lambda x: functional.interpolate(x[None], scale_factor=2).sin(),
    lambda x: [one * 2 for one in torch.split_copy(x, 2, 1)],
    lambda x: [one * one for one in torch.unbind_copy(x, -1)],
    lambda x: [one.exp() for one in x.unsafe_split(2, 0)],
    lambda x: torch.slice_copy(x, 1, 0, 4, 2) * torch.select_copy(x, 0, 1)[:2],
    lambda x: torch.diagonal_copy(x) * torch.transpose_copy(x, 0, 1)[0] * torch.view_copy(x, (4, 3))[1],
    lambda x: torch.zeros(3, 4, dtype=x.dtype).copy_(x[0]) * x,
    lambda x: x.clone().zero_() + x.clone().fill_(2.0) * x,
    lambda x: torch.kron(x[:2, :2], x[1:]) + torch.combinations(x[0], 2).sum(),
    lambda x: torch.cartesian_prod(x[0], x[1]) * torch.tensor_split(x[2], 2)[0],
    lambda x: torch.meshgrid(x[0], x[:, 0], indexing="ij")[1] * x.mT,
)


@pytest.mark.parametrize("code", _CODES)
def test_movements(code: Callable[..., Any]) -> None:
    """Of a matrix."""
    assert_read(code, drawn(3, 4))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_formats(dtype: torch.dtype) -> None:
    """A condition becomes 1 or 0, a number a condition, a number of another format stays one."""
    assert_read(lambda x: x.to(dtype).double() * x.bool().double() + (x > 0).to(dtype) * x, drawn(3, dtype=dtype))


def test_no_dims_and_no_elements() -> None:
    """A number, and nothing."""
    assert_read(lambda x: x.clone().flip(()).reshape(1).repeat(3) * x.expand(3) + x.view(1)[[0, 0, 0]], drawn())
    assert_read(lambda x: torch.cat([x[:0], x[:0]]).roll(1), drawn(2))
