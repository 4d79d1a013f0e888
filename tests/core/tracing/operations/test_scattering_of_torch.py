"""What is put to places, or joined with what stands there, is what torch makes of it."""

# mypy: disable-error-code="no-any-return"

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from comparing import assert_read, drawn

_ROWS = torch.tensor([0, 2])
_PLACES = torch.tensor([[0, 1, 0], [2, 2, 1]])
_REDUCTIONS = ("sum", "prod", "mean", "amin", "amax")


@pytest.mark.parametrize(
    "code",
    [
        lambda x, y: x.scatter(0, torch.tensor([[0, 1, 2], [2, 0, 1]]), y),
        lambda x, y: x.scatter(0, _PLACES[:1], 1.5) * y.sum(),
        lambda x, y: x.scatter(0, _PLACES, y, reduce="add").detach() * x.scatter_add(0, _PLACES, y),
        lambda x, y: x.scatter(0, _PLACES, y, reduce="multiply").detach() * x + y.sum(),
        lambda x, y: x.index_put((_ROWS,), y),
        lambda x, y: x.index_put((torch.tensor([1, 1]),), y, accumulate=True),
        lambda x, y: x.index_put((torch.tensor([0, 1]), torch.tensor([2, 2])), y[0, 0]),
        lambda x, y: x.put(torch.tensor([-1, 0, 4]), y[0]),
        lambda x, y: x.put(torch.tensor([-1, 0, -1]), y[0], accumulate=True),
        lambda x, y: x.index_add(0, _ROWS, y, alpha=2),
        lambda x, y: x.index_copy(0, _ROWS, y) + x.index_fill(-1, _ROWS, 2.5),
        lambda x, y: x.masked_scatter(x > 0, y.repeat(2, 1)),
        lambda x, y: torch.as_strided_scatter(x.detach(), y[0, :2], (2,), (4,), 1)[0, 1] * x.as_strided((2, 2), (1, 3)),
        lambda x, y: torch.as_strided_copy(x, (2, 2), (1, 3), 2) * y[:, :2],
    ],
)
def test_places(code: Callable[..., Any]) -> None:
    """With places counted from either end, that meet or not, and numbers for tensors."""
    assert_read(code, drawn(3, 3), drawn(2, 3, seed=1))


@pytest.mark.parametrize("includes", [True, False])
@pytest.mark.parametrize("reduction", _REDUCTIONS)
def test_reductions(reduction: str, includes: bool) -> None:
    """Each with and without what stood there; several meet at one place."""

    def scattered(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return x.scatter_reduce(0, _PLACES, y, reduction, include_self=includes)

    def indexed(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        name = {"sum": "mean"}.get(reduction, reduction)
        return x.index_reduce(1, torch.tensor([1, 1]), y.mT[:3, :2], name, include_self=includes)

    x, y = drawn(3, 3), drawn(2, 3, seed=1)
    assert_read(scattered, x, y)
    assert_read(indexed, x, y)


def test_no_elements_and_no_dims() -> None:
    """An index of no elements, and numbers of no dims."""
    none = torch.zeros(0, dtype=torch.int64)
    assert_read(lambda x: x.index_add(0, none, x[:0]) + x.index_fill(0, none, 1.0), drawn(3))
    assert_read(lambda x: x.scatter_reduce(0, torch.tensor(0), x * 2, "sum"), drawn())
    assert_read(lambda x: x.put(torch.tensor([0]), x.reshape(1) * 3, accumulate=True), drawn())


@pytest.mark.parametrize("reduction", ["sum", "mean", "prod", "max", "min"])
def test_segments(reduction: str) -> None:
    """By lengths and by offsets, along the first dim and behind others."""
    lengths, offsets = torch.tensor([2, 1, 2]), torch.tensor([[0, 1, 4], [0, 3, 4]])
    assert_read(lambda x: torch.segment_reduce(x, reduction, lengths=lengths), drawn(5, 2))
    assert_read(lambda x: torch.segment_reduce(x, reduction, offsets=offsets, axis=1, unsafe=True), drawn(2, 4))
    assert_read(
        lambda x: torch.segment_reduce(x, reduction, lengths=torch.tensor([0, 3]), initial=0.5, unsafe=True), drawn(3)
    )
