"""Writing into a part of a tensor, as a text: the tensor as it is afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from derivcheck.tracing.wording.called import Called, NotWritten


def placed(call: Called) -> Iterator[str]:
    """The texts that a tensor may have once `x[index] = value` has been run: the call's arguments are these three."""
    try:
        target, index, value = call.args
        parts = index if isinstance(index, tuple) else (index,)
        if len(parts) == 1 and isinstance(parts[0], Tensor) and parts[0].dtype is torch.bool:
            yield from _masked(call, target, parts[0], value)
        else:
            yield from _sliced(call, target, parts, value)
    except NotWritten:
        return


def _masked(call: Called, target: Tensor, mask: Tensor, value: Any) -> Iterator[str]:
    """x[mask] = value, with one value for all."""
    if isinstance(value, Tensor) and value.numel() != 1:
        raise NotWritten
    condition = call.text(mask)
    condition += "[..., None]" * (target.ndim - mask.ndim)
    yield f"where({condition}, {call.text(value)}, {call[0]})"


def _sliced(call: Called, target: Tensor, parts: tuple[Any, ...], value: Any) -> Iterator[str]:
    """x[:, 1:3] = value: what stands before it along the dim, the value in its shape, what stands behind it."""
    dims = _dims(parts, target.ndim)
    narrow = [(dim, part) for dim, part in dims if part != slice(None)]
    shape = list(target.shape)
    if not narrow:
        yield from _spread(call, value, shape)
        return
    if len(narrow) > 1:
        raise NotWritten
    dim, part = narrow[0]
    size = shape[dim]
    start, stop = (part % size, part % size + 1) if isinstance(part, int) else _bounds(part, size)
    region = [*shape[:dim], stop - start, *shape[dim + 1 :]]
    plain = _reaching(value, target, dim) if isinstance(part, int) else False
    base = call[0]
    colons = ":, " * dim
    before = [f"{base}[{colons}:{start}]"] if start else []
    behind = [f"{base}[{colons}{stop}:]"] if stop < size else []
    for text in _spread(call, value, region, unsqueezed=dim if plain else None):
        pieces = [*before, text, *behind]
        yield f"cat([{', '.join(pieces)}], dim={dim})" if len(pieces) > 1 else text


def _dims(parts: tuple[Any, ...], ndim: int) -> list[tuple[int, Any]]:
    """The part of an index along each dim."""
    if any(isinstance(part, Tensor | list | bool) or part is None for part in parts):
        raise NotWritten
    count = len(parts) - (1 if any(part is Ellipsis for part in parts) else 0)
    filled: list[Any] = []
    for part in parts:
        filled += [slice(None)] * (ndim - count) if part is Ellipsis else [part]
    filled += [slice(None)] * (ndim - len(filled))
    return list(enumerate(filled))


def _bounds(part: slice, size: int) -> tuple[int, int]:
    start, stop, step = part.indices(size)
    if step != 1 or stop <= start:
        raise NotWritten
    return start, stop


def _reaching(value: Any, target: Tensor, dim: int) -> bool:
    """Whether a value has the dims that are left behind an index of one number, and reaches the dim of the index."""
    return isinstance(value, Tensor) and value.ndim >= target.ndim - dim


def _spread(call: Called, value: Any, shape: list[int], *, unsqueezed: int | None = None) -> Iterator[str]:
    """A value in the shape of the part that it is written into."""
    sizes = ", ".join(map(str, shape))
    text = call.text(value)
    if isinstance(value, Tensor):
        if unsqueezed is not None:
            text = f"({text}).unsqueeze({unsqueezed - len(shape)})"
        elif tuple(value.shape) == tuple(shape):
            yield text
        yield f"({text}).expand({sizes})"
    elif shape:
        yield f"full(({sizes},), {text})"
    else:
        yield text
