"""Movement: what takes elements elsewhere and computes nothing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from derivcheck.elements.node_arrays import NodeArrays, Nodes

# --- dims in another order -------------------------------------------------------------------------------------------


def transpose_last(make: NodeArrays, x: Nodes) -> Nodes:
    """The last two dimensions exchanged: `A.mT`."""
    if x.ndim < 2:
        make.fail(f"a transpose needs two dimensions, and the shape is {x.shape}")
    return x.swapaxes(-1, -2)


def transpose_matrix(make: NodeArrays, x: Nodes) -> Nodes:
    """Rows and columns exchanged: `A.T`. A vector stays as it is; of more dims torch advises against it."""
    if x.ndim > 2:
        make.fail(f"`.T` is for matrices, and the shape is {x.shape}", "write .mT, or permute(x, (2, 1, 0))")
    return x.T


def transpose(make: NodeArrays, x: Nodes, dim0: Any, dim1: Any) -> Nodes:
    """Two dimensions exchanged."""
    first, second = make.axis(dim0, x.shape, "dim0"), make.axis(dim1, x.shape, "dim1")
    return x.swapaxes(first, second) if x.ndim else x


def permute(make: NodeArrays, x: Nodes, *dims: Any) -> Nodes:
    """All dimensions in another order."""
    axes = [make.axis(dim, x.shape, "dims") for dim in _plain_integers(make, dims, "dims")]
    if sorted(axes) != list(range(x.ndim)):
        make.fail(f"`permute` must name each of the {x.ndim} dims of the shape {x.shape} once, not {tuple(axes)}")
    return x.transpose(axes)


def movedim(make: NodeArrays, x: Nodes, source: Any, destination: Any) -> Nodes:
    """Some dimensions at other places, the others in their order."""
    froms, tos = (_tuple(make, value, what) for value, what in ((source, "source"), (destination, "destination")))
    if len(froms) != len(tos):
        make.fail(f"`movedim` needs as many places as dims, and was given {froms} and {tos}")
    return np.moveaxis(x, make.axes(froms, x.shape, "source"), make.axes(tos, x.shape, "destination")) if froms else x


def flip(make: NodeArrays, x: Nodes, *dims: Any) -> Nodes:
    """The elements along some dims from the last to the first."""
    named = _plain_integers(make, dims, "dims")
    return np.flip(x, make.axes(named, x.shape, "dims")) if named else x


def flip_columns(make: NodeArrays, x: Nodes) -> Nodes:
    """The second dim reversed."""
    return flip(make, x, make.axis(1, x.shape))


def flip_rows(make: NodeArrays, x: Nodes) -> Nodes:
    """The first dim reversed."""
    if not x.ndim:
        make.fail("`flipud` needs a dim, and the shape is ()")
    return flip(make, x, 0)


def roll(make: NodeArrays, x: Nodes, shifts: Any, dims: Any = None) -> Nodes:
    """The elements moved on along some dims, those that leave at the end coming in at the start."""
    steps = _tuple(make, shifts, "shifts")
    if dims is None or dims == ():
        if len(steps) != 1:
            make.fail(f"`roll` needs a dim for each of the shifts {steps}")
        return np.roll(x, steps[0])
    axes = [make.axis(dim, x.shape, "dims") for dim in _tuple(make, dims, "dims")]
    if len(axes) != len(steps):
        make.fail(f"`roll` needs as many shifts as dims, and was given {steps} and {dims}")
    return np.roll(x, steps, axes) if x.ndim else x


# --- another shape ---------------------------------------------------------------------------------------------------


def reshape(make: NodeArrays, x: Nodes, *shape: Any) -> Nodes:
    """The same elements in another shape, of which one size may be -1: what is left for it."""
    sizes = _completed(make, _plain_integers(make, shape, "shape"), x.size, x.shape)
    make.allow(sizes)
    return x.reshape(sizes)


def reshape_as(make: NodeArrays, x: Nodes, other: Nodes) -> Nodes:
    """The same elements in the shape of another value."""
    return reshape(make, x, other.shape)


def flatten(make: NodeArrays, x: Nodes, start_dim: Any = 0, end_dim: Any = -1) -> Nodes:
    """Some dimensions that follow one another as one; a number becomes a vector."""
    start, end = make.axis(start_dim, x.shape, "start_dim"), make.axis(end_dim, x.shape, "end_dim")
    if start > end:
        make.fail(f"`flatten` cannot go from dim {start_dim} to dim {end_dim} of the shape {x.shape}")
    sizes = x.shape or (1,)
    return x.reshape(*sizes[:start], math.prod(sizes[start : end + 1]), *sizes[end + 1 :])


def unflatten(make: NodeArrays, x: Nodes, dim: Any, sizes: Any) -> Nodes:
    """One dimension as several."""
    if not x.ndim:
        make.fail("`unflatten` needs a dim, and the shape is ()")
    axis = make.axis(dim, x.shape)
    inner = _completed(make, _tuple(make, sizes, "sizes"), x.shape[axis], x.shape)
    if not inner:
        make.fail("`unflatten` needs the sizes of the dims that it makes")
    shape = (*x.shape[:axis], *inner, *x.shape[axis + 1 :])
    make.allow(shape)
    return x.reshape(shape)


def unsqueeze(make: NodeArrays, x: Nodes, dim: Any) -> Nodes:
    """A dimension of size 1 more."""
    make.allow((*x.shape, 1))
    return np.expand_dims(x, make.axis(dim, (*x.shape, 1)))


def squeeze(make: NodeArrays, x: Nodes, dim: Any = None) -> Nodes:
    """Without the dimensions of size 1, or without those of them that are named."""
    if dim == ():
        return x
    axes = make.axes(dim, x.shape)
    return x.reshape([size for axis, size in enumerate(x.shape) if size != 1 or axis not in axes])


def expand(make: NodeArrays, x: Nodes, *shape: Any) -> Nodes:
    """Dimensions of size 1 as often as asked for, and further ones in front; -1 leaves a size as it is."""
    asked = _plain_integers(make, shape, "shape")
    before = len(asked) - x.ndim
    sizes = tuple(
        [x.shape[axis - before] if size == -1 and axis >= before else size for axis, size in enumerate(asked)]
    )
    fits = before >= 0 and min(sizes, default=0) >= 0
    if not fits or any(own not in {1, size} for own, size in zip(x.shape, sizes[before:], strict=True)):
        make.fail(f"the shape {x.shape} cannot be expanded to {tuple(asked)}", "only sizes of 1 can be expanded")
    make.allow(sizes)
    return np.broadcast_to(x, sizes)


def expand_as(make: NodeArrays, x: Nodes, other: Nodes) -> Nodes:
    """Expanded to the shape of another value."""
    return expand(make, x, other.shape)


def at_least_1d(make: NodeArrays, x: Nodes) -> Nodes:
    """A number as a vector."""
    del make
    return np.atleast_1d(x)


def at_least_2d(make: NodeArrays, x: Nodes) -> Nodes:
    """A number or a vector as a matrix of one row."""
    del make
    return np.atleast_2d(x)


def at_least_3d(make: NodeArrays, x: Nodes) -> Nodes:
    """At least three dims: a vector becomes (1, n, 1), a matrix (m, n, 1)."""
    del make
    return np.atleast_3d(x)


# --- repeated --------------------------------------------------------------------------------------------------------


def repeat(make: NodeArrays, x: Nodes, *sizes: Any) -> Nodes:
    """The whole value as often as asked for along each dim, further dims in front."""
    counts = _plain_integers(make, sizes, "sizes")
    if len(counts) < x.ndim or min(counts, default=0) < 0:
        make.fail(f"`repeat` needs a count of repeats for each dim of the shape {x.shape}, not {tuple(counts)}")
    return _tiled(make, x, counts)


def tile(make: NodeArrays, x: Nodes, *dims: Any) -> Nodes:
    """The whole value as often as asked for along the last dims."""
    counts = _plain_integers(make, dims, "dims")
    if min(counts, default=0) < 0:
        make.fail(f"`tile` cannot repeat {tuple(counts)} times")
    return _tiled(make, x, [1] * (x.ndim - len(counts)) + list(counts))


def _tiled(make: NodeArrays, x: Nodes, counts: Sequence[int]) -> Nodes:
    sizes = (1,) * (len(counts) - x.ndim) + x.shape
    make.allow([size * count for size, count in zip(sizes, counts, strict=True)])
    return np.tile(x, counts)


def repeat_interleave(make: NodeArrays, x: Nodes, repeats: Any, dim: Any = None) -> Nodes:
    """Each element as often as asked for, one after the other; of None all elements, as one vector."""
    if not isinstance(repeats, int) or isinstance(repeats, bool) or repeats < 0:
        make.fail(f"`repeats` of `repeat_interleave` must be a count, not {repeats!r}")
    make.allow((*x.shape, repeats))
    return np.repeat(x.ravel(), repeats) if dim is None else np.repeat(x, repeats, make.axis(dim, x.shape))


# --- diagonals -------------------------------------------------------------------------------------------------------


def diag(make: NodeArrays, x: Nodes, diagonal: Any = 0) -> Nodes:
    """A vector as the diagonal of a matrix; the diagonal of a matrix."""
    if x.ndim == 1:
        return diag_embed(make, x, diagonal)
    if x.ndim != 2:
        make.fail(f"`diag` takes a vector or a matrix, and the shape is {x.shape}")
    return diagonal_of(make, x, diagonal)


def diagonal_of(make: NodeArrays, x: Nodes, offset: Any = 0, dim1: Any = 0, dim2: Any = 1) -> Nodes:
    """The diagonals of the matrices that two dims make, as the last dim."""
    first, second = make.axis(dim1, x.shape, "dim1"), make.axis(dim2, x.shape, "dim2")
    if first == second or x.ndim < 2:
        make.fail(f"`{make.function}` needs two dims of the shape {x.shape}, not {dim1} and {dim2}")
    size = max(x.shape)
    return np.diagonal(x, max(-size, min(_integer(make, offset, "offset"), size)), first, second)


def diag_embed(make: NodeArrays, x: Nodes, offset: Any = 0, dim1: Any = -2, dim2: Any = -1) -> Nodes:
    """Matrices whose diagonals are the vectors along the last dim, and 0 elsewhere."""
    if not x.ndim:
        make.fail(f"`{make.function}` needs a dim, and the shape is ()")
    count, shift = x.shape[-1], _integer(make, offset, "offset")
    size = count + abs(shift)
    shape = (*x.shape[:-1], size, size)
    first, second = make.axis(dim1, shape, "dim1"), make.axis(dim2, shape, "dim2")
    if first == second:
        make.fail(f"`{make.function}` needs two dims, not {dim1} twice")
    made = make.full(shape, 0)
    along = np.arange(count)
    made[..., along + max(-shift, 0), along + max(shift, 0)] = x
    return np.moveaxis(made, (-2, -1), (first, second))


def diag_flat(make: NodeArrays, x: Nodes, offset: Any = 0) -> Nodes:
    """A matrix whose diagonal is made of all elements."""
    return diag_embed(make, x.ravel(), offset)


def lower_triangle(make: NodeArrays, x: Nodes, diagonal: Any = 0) -> Nodes:
    """Matrices with 0 above a diagonal."""
    return _triangle(make, x, diagonal, lower=True)


def upper_triangle(make: NodeArrays, x: Nodes, diagonal: Any = 0) -> Nodes:
    """Matrices with 0 below a diagonal."""
    return _triangle(make, x, diagonal, lower=False)


def _triangle(make: NodeArrays, x: Nodes, diagonal: Any, *, lower: bool) -> Nodes:
    if x.ndim < 2:
        make.fail(f"`{make.function}` needs matrices, and the shape is {x.shape}")
    rows, columns = np.ogrid[: x.shape[-2], : x.shape[-1]]
    beyond = columns - rows - max(-x.size, min(_integer(make, diagonal, "diagonal"), x.size))
    return np.where(beyond <= 0 if lower else beyond >= 0, x, make.zero)


# --- plain values ----------------------------------------------------------------------------------------------------


def _integer(make: NodeArrays, value: Any, what: str) -> int:
    """A plain integer."""
    if not isinstance(value, int) or isinstance(value, bool):
        make.fail(f"`{what}` of `{make.function}` must be an integer, not {value!r}")
    return value


def _tuple(make: NodeArrays, value: Any, what: str) -> tuple[int, ...]:
    """Plain integers, of which one may stand alone."""
    values = value if isinstance(value, tuple) else (value,)
    return tuple([_integer(make, one, what) for one in values])


def _plain_integers(make: NodeArrays, values: Sequence[Any], what: str) -> tuple[int, ...]:
    """Plain integers that are given one by one, or as one tuple: reshape(x, 2, 3), reshape(x, (2, 3))."""
    return _tuple(make, values[0] if len(values) == 1 else tuple(values), what)


def _completed(make: NodeArrays, sizes: Sequence[int], count: int, shape: Sequence[int]) -> list[int]:
    """Sizes for so many elements, the one that is -1 made what is left for it."""
    known = math.prod([size for size in sizes if size != -1])
    left = count // known if known else 0
    found = [left if size == -1 else size for size in sizes]
    is_open = list(sizes).count(-1)
    if is_open > 1 or min(found, default=0) < 0 or math.prod(found) != count or (is_open and not known):
        make.fail(f"`{make.function}` cannot make the shape {tuple(sizes)} of the shape {tuple(shape)}")
    return found
