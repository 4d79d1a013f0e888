"""Where a call writes into a part of a tensor, and what it writes there, as a text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from derivcheck.tracing.wording.called import Called, NotWritten


@dataclass(frozen=True, slots=True)
class Region:
    """A part of a tensor: along one dim the places from `start` to below `stop`, along the others all of them.

    Attributes:
        dim: the dim.
        start: the first place.
        stop: the place behind the last one.
        is_one: whether it was meant by an index, so that the part lacks the dim.
        shape: the shape of the part.
    """

    dim: int
    start: int
    stop: int
    is_one: bool
    shape: tuple[int, ...]

    def of(self, tensor: Tensor) -> Tensor:
        """The part of a tensor."""
        if self.is_one:
            return tensor.select(self.dim, self.start)
        return tensor.narrow(self.dim, self.start, self.stop - self.start)


def mask_of(call: Called) -> Tensor | None:
    """The condition that is the index of `x[mask] = value`; None of any other index."""
    index = call.args[1]
    parts = index if isinstance(index, tuple) else (index,)
    return parts[0] if len(parts) == 1 and isinstance(parts[0], Tensor) and parts[0].dtype is torch.bool else None


def masked(call: Called, mask: Tensor) -> Iterator[str]:
    """The tensor once `x[mask] = value` has been run, with one value for all."""
    target, _, value = call.args
    if isinstance(value, Tensor) and value.numel() != 1:
        raise NotWritten
    condition = call.text(mask)
    condition += "[..., None]" * (target.ndim - mask.ndim)
    yield f"where({condition}, {call.text(value)}, {call[0]})"


def region_of(call: Called) -> Region:
    """The part that `x[index] = value` writes to; NotWritten where it is none along one dim."""
    target, index, value = call.args
    shape = tuple(target.shape)
    parts = index if isinstance(index, tuple) else (index,)
    dims = _dims(parts, target.ndim)
    if not dims:
        raise NotWritten
    narrow = [(dim, part) for dim, part in dims if part != slice(None)]
    if len(narrow) > 1:
        raise NotWritten
    dim, part = narrow[0] if narrow else (0, slice(None))
    size = shape[dim]
    if isinstance(part, int) and isinstance(value, Tensor):
        return Region(dim, part % size, part % size + 1, True, (*shape[:dim], *shape[dim + 1 :]))
    start, stop, step = (part % size, part % size + 1, 1) if isinstance(part, int) else part.indices(size)
    if step != 1 or stop <= start:
        raise NotWritten
    return Region(dim, start, stop, False, (*shape[:dim], stop - start, *shape[dim + 1 :]))


def _dims(parts: tuple[Any, ...], ndim: int) -> list[tuple[int, Any]]:
    """The part of an index along each dim."""
    if any(isinstance(part, Tensor | list | bool | range) or part is None for part in parts):
        raise NotWritten
    count = len(parts) - (1 if any(part is Ellipsis for part in parts) else 0)
    filled: list[Any] = []
    for part in parts:
        filled += [slice(None)] * (ndim - count) if part is Ellipsis else [part]
    filled += [slice(None)] * (ndim - len(filled))
    return list(enumerate(filled))


def values_in(call: Called, shape: tuple[int, ...]) -> Iterator[str]:
    """The value of `x[index] = value` in the shape of the part that it is written into."""
    value = call.args[2]
    sizes = ", ".join(map(str, shape))
    text = call.text(value)
    if isinstance(value, Tensor):
        yield text
        yield f"({text}).expand({sizes})"
    elif shape:
        yield f"full(({sizes},), {text})"
    else:
        yield text
