"""Indexing: some of the elements of a value, chosen by integers and slices."""

from __future__ import annotations

from typing import Any

import numpy as np

from derivcheck.elements.node_arrays import Integers, NodeArrays, Nodes
from derivcheck.language.plain_values import ELLIPSIS, Slice


def index(make: NodeArrays, x: Nodes | Integers | tuple[Nodes, ...], *items: Any) -> Nodes | Integers:
    """x[items], as torch reads it.

    An integer takes its dim away, and so does an array of integers that is a single one; other arrays of integers are
    broadcast, and their dims stand where the first of them stands, or in front where a slice is between them. NumPy
    counts an integer as such an array, torch does not: `x[0, :, t]`.
    """
    if isinstance(x, tuple):
        return _chosen(make, x, items)
    values = x.values if isinstance(x, Integers) else x
    make.allow((1,) * (values.ndim + sum(item is None for item in items)))
    basic, arrays = _split(make, values.shape, items)
    found = values[(*basic, ...)]  # with the dots NumPy gives an array even of one element
    if any(array is not None for array in arrays):
        make.allow((_size_of_result(make, found.shape, arrays),))
        found = found[tuple([slice(None) if array is None else array for array in arrays])]
    return Integers(found) if isinstance(x, Integers) else found


def _chosen(make: NodeArrays, several: tuple[Nodes, ...], items: tuple[Any, ...]) -> Nodes:
    """One of the several results of a function, or what is at an index of it."""
    first, *others = items
    if isinstance(first, Integers):
        first = first.values.tolist()  # an integer, where it is one: that of x.shape[0] - 1
    if not isinstance(first, int) or not -len(several) <= first < len(several):
        make.fail(f"one of {len(several)} values is chosen by an integer below that, not by {first!r}")
    found = several[first]
    result = index(make, found, *others) if others else found
    assert isinstance(result, np.ndarray)
    return result


def unpacked(make: NodeArrays, x: Nodes | Integers | tuple[Nodes, ...], place: Any, count: Any) -> Nodes | Integers:
    """What stands at a place of so many values, or along the first dim, as `a, b = x` gives them."""
    values = x.values if isinstance(x, Integers) else x
    found = len(values) if isinstance(values, tuple) else values.shape[0] if values.ndim else 1
    if found != count:
        make.fail(f"{count} names stand before the `=`, and {found} values behind it")
    return index(make, x, place)


def _split(
    make: NodeArrays, shape: tuple[int, ...], items: tuple[Any, ...]
) -> tuple[list[Any], list[np.ndarray[Any, Any] | None]]:
    """What is done first, an item for each dim and each new one; then, for each dim that is left, its array."""
    taken = sum(1 for item in items if item is not None and not _is_ellipsis(item))
    if taken > len(shape):
        make.fail(f"{taken} indices are more than the shape {shape} has dims")
    skipped = sum(map(_is_ellipsis, items))
    if skipped > 1:
        make.fail("`...` may stand in an index once")
    basic: list[Any] = []
    arrays: list[np.ndarray[Any, Any] | None] = []
    at = 0
    for item in items if skipped else (*items, ELLIPSIS):
        if item is None:
            basic.append(None)
            arrays.append(None)
        elif _is_ellipsis(item):
            left = len(shape) - taken
            basic.extend([slice(None)] * left)
            arrays.extend([None] * left)
            at += left
        else:
            one = _item(make, item, at, shape)
            basic.append(slice(None) if isinstance(one, np.ndarray) else one)
            if not isinstance(one, int):
                arrays.append(one if isinstance(one, np.ndarray) else None)
            at += 1
    return basic, arrays


def _is_ellipsis(item: Any) -> bool:
    return isinstance(item, str) and item == ELLIPSIS


def _item(make: NodeArrays, item: Any, axis: int, shape: tuple[int, ...]) -> Any:
    """An item as NumPy takes it: an integer, a slice, or an array of one dim at least."""
    if isinstance(item, Slice):
        if item.step is not None and item.step < 1:
            make.fail("torch has no slices with a step below 1", "flip(x, 0) reverses a dim")
        return slice(item.start, item.stop, item.step)
    if isinstance(item, int) and not isinstance(item, bool):
        within(make, np.array(item), shape[axis], axis, shape)
        return item
    if not isinstance(item, Integers):
        make.fail("an index must be integers, known at the point", "a mask is written where(x > 0, x, 0)")
    within(make, item.values, shape[axis], axis, shape)
    return item.values if item.values.ndim else int(item.values)


def within(make: NodeArrays, values: np.ndarray[Any, Any], size: int, axis: int, shape: tuple[int, ...]) -> None:
    """Fail for an index that is beyond the size of its dim."""
    beyond = values[(values < -size) | (values >= size)]
    if beyond.size:
        make.fail(f"the index {beyond.flat[0]} is beyond the size {size} of dim {axis}: the shape is {shape}")


def _size_of_result(make: NodeArrays, shape: tuple[int, ...], arrays: list[np.ndarray[Any, Any] | None]) -> int:
    """How many elements an index by arrays gives."""
    sizes = make.common_shape(*[array.shape for array in arrays if array is not None])
    count = 1
    for size in [*sizes, *[size for size, array in zip(shape, arrays, strict=True) if array is None]]:
        count *= size
    return count


def narrow(make: NodeArrays, x: Nodes, dim: Any, start: Any, length: Any) -> Nodes:
    """Some elements that follow one another along a dim."""
    if not x.ndim:
        make.fail("`narrow` needs a dim, and the shape is ()")
    axis = make.axis(dim, x.shape)
    size = x.shape[axis]
    first = start + size if start < 0 else start
    if length < 0 or not 0 <= first <= first + length <= size:
        make.fail(f"{length} elements from {start} are beyond the size {size} of dim {dim}: the shape is {x.shape}")
    return np.moveaxis(np.moveaxis(x, axis, 0)[first : first + length], 0, axis)


def select(make: NodeArrays, x: Nodes, dim: Any, index: Any) -> Nodes:
    """What stands at one index along a dim."""
    if not x.ndim:
        make.fail("`select` needs a dim, and the shape is ()")
    axis = make.axis(dim, x.shape)
    values = index.values if isinstance(index, Integers) else np.array(index)
    if values.ndim:
        make.fail(f"`select` takes one index, and its shape is {values.shape}")
    within(make, values, x.shape[axis], axis, x.shape)
    return np.moveaxis(x, axis, 0)[int(values), ...]


def chunk(make: NodeArrays, x: Nodes, chunks: Any, dim: Any = 0) -> tuple[Nodes, ...]:
    """So many parts along a dim, the last one smaller where need be; there may be fewer of them."""
    if not isinstance(chunks, int) or chunks < 1:
        make.fail(f"`chunks` must be 1 at least, not {chunks!r}")
    axis = _axis_to_split(make, x, dim)
    size = max(-(-x.shape[axis] // chunks), 0 if x.shape[axis] == 0 else 1)
    if not size:
        make.allow((chunks,))
        return (x,) * chunks
    return split(make, x, size, dim)


def split(make: NodeArrays, x: Nodes, split_size_or_sections: Any, dim: Any = 0) -> tuple[Nodes, ...]:
    """Parts of one size along a dim, the last one smaller where need be; or of the sizes of a tuple."""
    axis = _axis_to_split(make, x, dim)
    size, sizes = x.shape[axis], split_size_or_sections
    if isinstance(sizes, tuple):
        if sum(sizes) != size or min(sizes, default=0) < 0:
            make.fail(f"the sizes {sizes} do not add up to the size {size} of dim {dim}: the shape is {x.shape}")
    elif not isinstance(sizes, int) or sizes < 0 or (sizes == 0 and size):
        make.fail(f"the size of a part must be 1 at least, not {sizes!r}")
    else:
        sizes = [min(sizes, size - start) for start in range(0, size, sizes)] if size else [0]
    starts = [sum(sizes[:place]) for place in range(len(sizes))]
    moved = np.moveaxis(x, axis, 0)
    parts = [moved[start : start + size] for start, size in zip(starts, sizes, strict=True)]
    return tuple([np.moveaxis(part, 0, axis) for part in parts])


def unbind(make: NodeArrays, x: Nodes, dim: Any = 0) -> tuple[Nodes, ...]:
    """Each of what stands along a dim."""
    rows = np.moveaxis(x, _axis_to_split(make, x, dim), 0)
    return tuple([rows[place, ...] for place in range(len(rows))])


def _axis_to_split(make: NodeArrays, x: Nodes, dim: Any) -> int:
    if not x.ndim:
        make.fail(f"`{make.function}` needs a dim, and the shape is ()")
    return make.axis(dim, x.shape)
