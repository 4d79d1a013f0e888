"""Joining: one value made of several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from derivcheck.elements.node_arrays import NodeArrays, Nodes


def array(make: NodeArrays, *items: Nodes) -> Nodes:
    """A list as it is written, [a, b, c]: its items, broadcast to one shape, along a new first dim."""
    return stack(make, make.broadcast(*items), 0)


def stack(make: NodeArrays, tensors: Sequence[Nodes], dim: Any = 0) -> Nodes:
    """Values of one shape along a new dim."""
    first = tensors[0].shape
    for other in tensors:
        if other.shape != first:
            make.fail(f"`{make.function}` needs values of one shape, and these are {first} and {other.shape}")
    axis = make.axis(dim, (*first, 1))
    make.allow((len(tensors), *first))
    return np.stack(tensors, axis)


def concatenate(make: NodeArrays, tensors: Sequence[Nodes], dim: Any = 0) -> Nodes:
    """Values one after the other along a dim."""
    axis = make.axis(dim, tensors[0].shape)
    first = tensors[0].shape
    for other in [x.shape for x in tensors]:
        if (
            not first
            or len(other) != len(first)
            or other[:axis] + other[axis + 1 :] != first[:axis] + first[axis + 1 :]
        ):
            hint = "all sizes but that along the dim must be equal, and a number has none: stack([x, y])"
            make.fail(f"`{make.function}` along dim {dim} cannot join the shapes {first} and {other}", hint)
    make.allow((sum([x.size for x in tensors]),))
    return np.concatenate(tensors, axis)


def stack_horizontally(make: NodeArrays, tensors: Sequence[Nodes]) -> Nodes:
    """Vectors one after the other; matrices beside one another."""
    found = [np.atleast_1d(x) for x in tensors]
    return concatenate(make, found, 0 if found[0].ndim == 1 else 1)


def stack_vertically(make: NodeArrays, tensors: Sequence[Nodes]) -> Nodes:
    """Vectors as the rows of a matrix; matrices below one another."""
    return concatenate(make, [np.atleast_2d(x) for x in tensors], 0)


def stack_in_depth(make: NodeArrays, tensors: Sequence[Nodes]) -> Nodes:
    """Values one after the other along the third dim."""
    return concatenate(make, [np.atleast_3d(x) for x in tensors], 2)


def stack_columns(make: NodeArrays, tensors: Sequence[Nodes]) -> Nodes:
    """Vectors as the columns of a matrix; matrices beside one another."""
    return concatenate(make, [x.reshape(x.size, 1) if x.ndim < 2 else x for x in tensors], 1)
