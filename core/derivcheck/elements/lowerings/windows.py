"""Windows over pictures: for each place of a result, the elements that a kernel meets there."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from derivcheck.elements.lowerings.chains import NOTHING
from derivcheck.elements.node_arrays import NodeArrays, Nodes

Table = NDArray[np.int64]
"""Along one dim, a row for each place of the result: which elements its window holds, NOTHING where there is none."""


def each_dim(make: NodeArrays, value: object, count: int, what: str, least: int = 0) -> tuple[int, ...]:
    """A setting for each of the last dims; one integer stands for all of them."""
    found = value if isinstance(value, tuple) else (value,)
    if len(found) == 1:
        found = found * count
    if len(found) != count or any(not isinstance(one, int) or one < least for one in found):
        integers = "one integer" if count == 1 else f"one integer or {count}"
        make.fail(f"`{what}` of `{make.function}` is {integers}, {least} or larger, not {value!r}")
    return found


def strided(
    make: NodeArrays, size: int, count: int, kernel: int, stride: int, padding: int, dilation: int = 1
) -> Table:
    """The windows of a convolution along one dim: the tap k of the place o meets the element o*stride + k*dilation."""
    make.allow((count, kernel))
    places = np.arange(count)[:, None] * stride + np.arange(kernel) * dilation - padding
    return np.where((places < 0) | (places >= size), NOTHING, places)


def spread(make: NodeArrays, size: int, count: int, kernel: int, stride: int, padding: int, dilation: int = 1) -> Table:
    """The same turned round: the element i goes through the tap k to the place i*stride + k*dilation."""
    make.allow((count, kernel))
    steps = np.arange(count)[:, None] + padding - np.arange(kernel) * dilation
    places = steps // stride
    return np.where((steps % stride != 0) | (places < 0) | (places >= size), NOTHING, places)


def windows(x: Nodes, tables: Sequence[Table]) -> Nodes:
    """The windows over the last dims.

    The shape is that of x with as many places along each of these dims as its table has rows; behind it stand the
    sizes of the window.
    """
    count = len(tables)
    first = x.ndim - count
    found = x
    for place, table in enumerate(tables):
        border = np.full((*found.shape[: first + 2 * place], 1, *found.shape[first + 2 * place + 1 :]), NOTHING)
        found = np.take(np.concatenate([found, border], first + 2 * place), table, first + 2 * place)
    outer = [first + 2 * place for place in range(count)]
    return found.transpose(*range(first), *outer, *[axis + 1 for axis in outer])


def flat_windows(x: Nodes, tables: Sequence[Table]) -> Nodes:
    """The windows over the last dims, each as one last dim."""
    found = windows(x, tables)
    kept = found.shape[: x.ndim]
    return found.reshape(*kept, int(np.prod([table.shape[1] for table in tables])))
