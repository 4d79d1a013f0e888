"""Gathering and scattering: elements taken from the places that integers say, and put or added there."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from derivcheck.elements.lowerings.masks import decided
from derivcheck.elements.node_arrays import Integers, NodeArrays, Nodes

_REDUCTIONS = {"sum": "add", "prod": "mul", "amax": "Max", "amin": "Min"}
"""The function of two numbers by which each of torch's reductions joins what meets at one place."""


def gather(make: NodeArrays, x: Nodes, dim: int, index: Integers) -> Nodes:
    """The element of x at each index along a dim, and at the index's own place along the others."""
    axis = make.axis(dim, x.shape)
    places = _fitting(make, "gather", x.shape, axis, _integers(make, index))
    if not x.ndim:
        return np.broadcast_to(x, places.shape)
    return np.take_along_axis(x[_within(places.shape, axis)], places, axis)


def take(make: NodeArrays, x: Nodes, index: Integers) -> Nodes:
    """The elements at places counted through all of x."""
    places = _integers(make, index)
    _bounded(make, places, x.size, negative=True)
    return x.ravel()[places]


def take_along_dim(make: NodeArrays, x: Nodes, indices: Integers, dim: int | None) -> Nodes:
    """The elements at indices along a dim, whose other dims broadcast; without a dim, counted through all of x."""
    places = _integers(make, indices)
    if dim is None:
        return take(make, x, Integers(places.ravel()))
    if places.ndim != x.ndim:
        make.fail(f"`take_along_dim` needs as many dims in the shapes {x.shape} and {places.shape}")
    axis = make.axis(dim, x.shape)
    if not x.ndim:
        return x
    _bounded(make, places, x.shape[axis], negative=True)
    kept = [1 if at == axis else size for at, size in enumerate(x.shape)]
    around = list(make.common_shape(kept, [1 if at == axis else size for at, size in enumerate(places.shape)]))
    around[axis] = places.shape[axis]
    make.allow(around)
    source = np.broadcast_to(x, [x.shape[axis] if at == axis else size for at, size in enumerate(around)])
    return np.take_along_axis(source, np.broadcast_to(places, around), axis)


def index_select(make: NodeArrays, x: Nodes, dim: int, index: Integers) -> Nodes:
    """What stands at some indices along a dim."""
    axis, places = _along(make, "index_select", x, dim, index)
    if not x.ndim:
        return x
    make.allow([*x.shape[:axis], len(places), *x.shape[axis + 1 :]])
    return np.take(x, places, axis)


def choose(make: NodeArrays, condition: Nodes, x: Nodes, y: Nodes) -> Nodes:
    """x where the condition holds, else y; for one condition, x or y as it is."""
    if condition.ndim or x.shape == y.shape:
        return make.call("where", condition, x, y)
    holds = decided(make, condition)
    if holds is None:
        make.fail(
            f"the branches of the conditional have the shapes {x.shape} and {y.shape}, and the condition varies",
            "where(condition, x, y) broadcasts them",
        )
    return x if bool(holds) else y


def masked_fill(make: NodeArrays, x: Nodes, mask: Nodes, value: float) -> Nodes:
    """A number, or -inf, where the condition holds, x elsewhere."""
    if not isinstance(value, int | float) or math.isnan(value) or value == math.inf:
        make.fail(f"`masked_fill` fills in one number or -inf, not {value!r}")
    number = make.minus_infinity() if value == -math.inf else make.number(value)
    holds = decided(make, mask)
    if holds is None:
        return make.call("where", mask, number, x)
    holds, found = _together(make, holds, x)
    return np.where(holds, number, found)


def masked_select(make: NodeArrays, x: Nodes, mask: Integers) -> Nodes:
    """The elements where the mask is not 0, as a vector."""
    holds, found = _together(make, _integers(make, mask) != 0, x)
    return np.array(found[holds], dtype=np.int64)


def scatter(make: NodeArrays, x: Nodes, dim: int, index: Integers, src: Nodes) -> Nodes:
    """x with elements of src put to the indices along a dim."""
    axis, places, given = _targets(make, "scatter", x, dim, index, src)
    found = x.reshape(x.shape or (1,)).copy()
    seen = set()
    for at, place in _places(places, axis):
        if place in seen:
            make.fail(
                f"`scatter` puts two elements to the place {list(place)}, and torch does not say which stays",
                "scatter_add adds them",
            )
        seen.add(place)
        found[place] = given[at]
    return found.reshape(x.shape)


def scatter_add(make: NodeArrays, x: Nodes, dim: int, index: Integers, src: Nodes) -> Nodes:
    """x with elements of src added at the indices along a dim."""
    return scatter_reduce(make, x, dim, index, src, "sum", include_self=True)


def scatter_reduce(
    make: NodeArrays,
    x: Nodes,
    dim: int,
    index: Integers,
    src: Nodes,
    reduce: str,
    include_self: bool,
) -> Nodes:
    """The sum, product, mean, largest or smallest of what src sends to each place, and of x there if it is included."""
    axis, places, given = _targets(make, "scatter_reduce", x, dim, index, src)
    name = _REDUCTIONS.get("sum" if reduce == "mean" else reduce)
    if name is None:
        make.fail(f"`scatter_reduce` has no reduce {reduce!r}", f"it has mean, {', '.join(_REDUCTIONS)}")
    make.need(2 * places.size)
    found = x.reshape(x.shape or (1,)).copy()
    count: dict[tuple[int, ...], int] = {}
    call = make.graph.call
    for at, place in _places(places, axis):
        before = count.get(place, int(include_self))
        found[place] = call(name, (int(found[place]), int(given[at]))) if before else given[at]
        count[place] = before + 1
    if reduce == "mean":
        for place, number in count.items():
            found[place] = call("div", (int(found[place]), int(make.number(number))))
    return found.reshape(x.shape)


def index_add(make: NodeArrays, x: Nodes, dim: int, index: Integers, source: Nodes, alpha: Nodes) -> Nodes:
    """x with alpha times each part of source added at the index that it has along a dim."""
    axis, places = _along(make, "index_add", x, dim, index)
    _as_large(make, "index_add", x, axis, places, source)
    found = np.moveaxis(x.reshape(x.shape or (1,)), axis, 0).copy()
    parts = np.moveaxis(source.reshape(source.shape or (1,)), axis, 0)
    is_plain = make.known(alpha) == 1
    for place, part in zip(places.tolist(), parts, strict=True):
        found[place] = make.call("add", found[place], part if is_plain else make.call("mul", alpha, part))
    return np.moveaxis(found, 0, axis).reshape(x.shape)


def index_copy(make: NodeArrays, x: Nodes, dim: int, index: Integers, source: Nodes) -> Nodes:
    """x with each part of source in the place of what has its index along a dim."""
    axis, places = _along(make, "index_copy", x, dim, index)
    _as_large(make, "index_copy", x, axis, places, source)
    if len(set(places.tolist())) < len(places):
        make.fail("`index_copy` puts two parts to one index, and torch does not say which stays", "index_add adds them")
    found = np.moveaxis(x.reshape(x.shape or (1,)), axis, 0).copy()
    found[places] = np.moveaxis(source.reshape(source.shape or (1,)), axis, 0)
    return np.moveaxis(found, 0, axis).reshape(x.shape)


def index_fill(make: NodeArrays, x: Nodes, dim: int, index: Integers, value: Nodes) -> Nodes:
    """x with a number at some indices along a dim."""
    axis, places = _along(make, "index_fill", x, dim, index, negative=True)
    if value.ndim:
        make.fail(f"`index_fill` fills in one number, and its shape is {value.shape}")
    found = np.moveaxis(x.reshape(x.shape or (1,)), axis, 0).copy()
    found[places] = value
    return np.moveaxis(found, 0, axis).reshape(x.shape)


def _integers(make: NodeArrays, index: Any) -> NDArray[np.int64]:
    if not isinstance(index, Integers):
        make.fail(f"an index of `{make.function}` is an integer")
    return index.values


def _bounded(make: NodeArrays, places: NDArray[np.int64], size: int, *, negative: bool = False) -> None:
    """Fail for an index that is beyond a size."""
    outside = places[(places < (-size if negative else 0)) | (places >= size)]
    if outside.size:
        least = -size if negative else 0
        make.fail(
            f"`{make.function}` has the index {outside.ravel()[0]}, and the size is {size}",
            f"an index is one of {least} to {size - 1}" if size else None,
        )


def _along(
    make: NodeArrays, name: str, x: Nodes, dim: int, index: Integers, *, negative: bool = False
) -> tuple[int, NDArray[np.int64]]:
    """The axis, and a vector of indices along it."""
    axis = make.axis(dim, x.shape)
    places = _integers(make, index)
    if places.ndim > 1:
        make.fail(f"`{name}` takes a vector of indices, and their shape is {places.shape}")
    _bounded(make, places, x.shape[axis] if x.ndim else 1, negative=negative)
    return axis, places.ravel()


def _fitting(
    make: NodeArrays, name: str, shape: tuple[int, ...], axis: int, places: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Indices with as many dims as a shape, and no larger along the others; those of a number may be a vector."""
    if max(places.ndim, 1) != max(len(shape), 1):
        make.fail(f"`{name}` needs as many dims in the index as in x, and the shapes are {places.shape} and {shape}")
    if places.size:
        _bounded(make, places, shape[axis] if shape else 1)
        if any(mine > theirs for at, (mine, theirs) in enumerate(zip(places.shape, shape, strict=False)) if at != axis):
            make.fail(f"`{name}` has an index of the shape {places.shape}, which is larger than the shape {shape}")
    return places


def _targets(
    make: NodeArrays, name: str, x: Nodes, dim: int, index: Integers, src: Nodes
) -> tuple[int, NDArray[np.int64], Nodes]:
    """The axis, the indices along it, and what is put there; a number is put everywhere."""
    axis = make.axis(dim, x.shape)
    places = _fitting(make, name, x.shape, axis, _integers(make, index))
    if not src.ndim:
        return axis, places.reshape(places.shape or (1,)), np.broadcast_to(src, places.shape or (1,))
    if src.ndim != max(places.ndim, 1) or any(
        mine > theirs for mine, theirs in zip(places.shape, src.shape, strict=False)
    ):
        make.fail(f"`{name}` has an index of the shape {places.shape}, which is larger than what it puts: {src.shape}")
    return axis, places.reshape(places.shape or (1,)), src


def _places(places: NDArray[np.int64], axis: int) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    """For each index, where it stands, and the place that it means."""
    return [(at, (*at[:axis], int(places[at]), *at[axis + 1 :])) for at in np.ndindex(places.shape)]


def _within(shape: tuple[int, ...], axis: int) -> tuple[slice, ...]:
    """The part of an array that an index of a shape reaches."""
    return tuple([slice(None) if at == axis else slice(size) for at, size in enumerate(shape)])


def _as_large(make: NodeArrays, name: str, x: Nodes, axis: int, places: NDArray[np.int64], source: Nodes) -> None:
    """Fail unless there is a part of the source for each index."""
    due = tuple([len(places) if at == axis else size for at, size in enumerate(x.shape)])
    if source.shape != due and not (not source.ndim and not x.ndim):
        make.fail(f"`{name}` needs a source of the shape {due}, and it is {source.shape}")


def _together(make: NodeArrays, mask: NDArray[np.bool_], x: Nodes) -> tuple[NDArray[np.bool_], Nodes]:
    """A mask and an array, broadcast."""
    shape = make.common_shape(mask.shape, x.shape)
    make.allow(shape)
    return np.broadcast_to(mask, shape), np.broadcast_to(x, shape)
