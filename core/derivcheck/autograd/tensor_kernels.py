"""What torch runs for a function of shapes, where that is no function of torch's with the same arguments."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from derivcheck.language.plain_values import Slice


def index(x: Tensor, *items: Any) -> Tensor:
    """x[i, 1:, None, ..., t]: a tensor among the items is an index of its own."""
    return x[tuple([_item(item) for item in items])]


def _item(item: Any) -> Any:
    if item == "...":
        return ...
    return slice(item.start, item.stop, item.step) if isinstance(item, Slice) else item


def array(*elements: Tensor) -> Tensor:
    """[a, b, c]: the elements side by side in a dimension of their own, of one shape as torch broadcasts them."""
    return torch.stack(torch.broadcast_tensors(*elements))


def T(x: Tensor) -> Tensor:  # noqa: N802 (as torch calls it)
    """The dimensions in reverse order; a vector and a number stay as they are."""
    return x.permute(*range(x.dim() - 1, -1, -1))


def mT(x: Tensor) -> Tensor:  # noqa: N802 (as torch calls it)
    """The last two dimensions exchanged."""
    return x.mT


def solve_triangular(a: Tensor, b: Tensor, upper: bool, left: bool, unitriangular: bool) -> Tensor:
    """The solution of a triangular system; torch wants to know by keyword which triangle it is."""
    found: Tensor = torch.linalg.solve_triangular(a, b, upper=upper, left=left, unitriangular=unitriangular)
    return found
