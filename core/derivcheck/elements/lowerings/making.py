"""Making: values of given shapes that depend on no variable."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from derivcheck.elements.node_arrays import Integers, NodeArrays, Nodes


def zeros_like(make: NodeArrays, x: Nodes) -> Nodes:
    """Zeros in the shape of a value."""
    return make.full(x.shape, 0)


def ones_like(make: NodeArrays, x: Nodes) -> Nodes:
    """Ones in the shape of a value."""
    return make.full(x.shape, 1)


def full_like(make: NodeArrays, x: Nodes, fill_value: Nodes) -> Nodes:
    """One number in the shape of a value."""
    if fill_value.ndim:
        make.fail(f"`fill_value` must be a number, and its shape is {fill_value.shape}")
    return make.full(x.shape, fill_value)


def zeros(make: NodeArrays, *size: Any) -> Nodes:
    """Zeros."""
    return make.full(_sizes(make, size), 0)


def ones(make: NodeArrays, *size: Any) -> Nodes:
    """Ones."""
    return make.full(_sizes(make, size), 1)


def full(make: NodeArrays, size: Any, fill_value: Nodes) -> Nodes:
    """One number in a given shape."""
    if fill_value.ndim:
        make.fail(f"`fill_value` must be a number, and its shape is {fill_value.shape}")
    return make.full(_sizes(make, (size,)), fill_value)


def eye(make: NodeArrays, n: Any, m: Any = None) -> Nodes:
    """The identity matrix, of n rows and m columns."""
    rows, columns = _sizes(make, (n, n if m is None else m))
    make.allow((rows, columns))
    return np.where(np.eye(rows, columns, dtype=bool), make.number(1), make.zero)


def arange(make: NodeArrays, start: Any, end: Any = None, step: Any = 1) -> Nodes | Integers:
    """The numbers from a start, 0 if left out, to below an end; integers where all of them are."""
    first, last = (0, start) if end is None else (start, end)
    values = [_exact(make, value) for value in (first, last, step)]
    if not values[2] or (values[1] - values[0]) / values[2] < 0:
        make.fail(f"`arange` does not come from {first} to {last} by steps of {step}")
    count = -((values[0] - values[1]) // values[2])
    make.allow((count,))
    found = [values[0] + index * values[2] for index in range(count)]
    if all(isinstance(value, int) for value in (first, last, step)):
        return Integers(np.array([int(value) for value in found], dtype=np.int64))
    return np.array([int(make.number(value)) for value in found], dtype=np.int64)


def size(make: NodeArrays, x: Nodes, dim: Any) -> Integers:
    """How many elements stand along a dim."""
    if not isinstance(dim, int) or not -x.ndim <= dim < x.ndim:
        make.fail(f"the shape {x.shape} has no dim {dim}")
    return Integers(np.array(x.shape[dim], dtype=np.int64))


def length(make: NodeArrays, x: Nodes) -> Integers:
    """How many elements stand along the first dim."""
    return size(make, x, 0)


def numel(_: NodeArrays, x: Nodes) -> Integers:
    """How many elements there are."""
    return Integers(np.array(x.size, dtype=np.int64))


def ndim(_: NodeArrays, x: Nodes) -> Integers:
    """How many dims there are."""
    return Integers(np.array(x.ndim, dtype=np.int64))


def shape(_: NodeArrays, x: Nodes) -> Integers:
    """The sizes of all dims."""
    return Integers(np.array(x.shape, dtype=np.int64))


def linspace(make: NodeArrays, start: Any, end: Any, steps: Any) -> Nodes:
    """So many numbers at equal distances, the first and the last one given."""
    first, last = _exact(make, start), _exact(make, end)
    (count,) = _sizes(make, (steps,))
    make.allow((count,))
    found = [first + (last - first) * index / max(count - 1, 1) for index in range(count)]
    return np.array([int(make.number(value)) for value in found], dtype=np.int64)


def one_hot(make: NodeArrays, labels: Any, num_classes: Any = -1) -> Nodes:
    """1 at the label and 0 elsewhere, along a new last dim."""
    if not isinstance(labels, Integers):
        make.fail("`one_hot` needs labels that are integers, known at the point")
    values = labels.values
    count = int(values.max(initial=-1)) + 1 if num_classes == -1 else num_classes
    if not isinstance(count, int) or count < 1 or values.min(initial=0) < 0 or values.max(initial=0) >= count:
        make.fail(f"`one_hot` needs labels from 0 to below the number of classes, {num_classes}")
    make.allow((*values.shape, count))
    return np.where(values[..., None] == np.arange(count), make.number(1), make.zero)


def _sizes(make: NodeArrays, sizes: tuple[Any, ...]) -> tuple[int, ...]:
    """Sizes, one by one or as one tuple."""
    found = sizes[0] if len(sizes) == 1 and isinstance(sizes[0], tuple) else sizes
    for size in found:
        if not isinstance(size, int) or isinstance(size, bool) or size < 0:
            make.fail(f"a size of `{make.function}` must be an integer that is not negative, not {size!r}")
    return tuple(found)


def _exact(make: NodeArrays, value: Any) -> Fraction:
    if isinstance(value, bool) or not isinstance(value, int | float) or not np.isfinite(value):
        make.fail(f"`{make.function}` takes plain numbers, not {value!r}")
    return Fraction(value)
