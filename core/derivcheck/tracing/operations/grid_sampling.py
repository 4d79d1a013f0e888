"""grid_sample: a picture at places that are numbers of the run, too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product

import numpy as np
from numpy.typing import NDArray

from derivcheck.elements.node_arrays import Nodes
from derivcheck.errors import UnsupportedError
from derivcheck.tracing.operation import Handler, Operation

_LINEAR, _NEAREST, _CUBIC = range(3)
_ZEROS, _BORDER, _REFLECTION = range(3)

_NEAR = 1e-6
"""So near to the border of two pixels it is not sure in which of them a place lies: then it is in the formula."""

_OUTSIDE = -1
"""The place of a pixel that is none: it counts as 0."""

Taps = list[tuple[NDArray[np.int64], Nodes]]
"""The neighbours along one dim: the place of each in the picture, and its weight."""


def _sample(op: Operation) -> Nodes:
    """For each place of the grid the weighed sum of its neighbours in the picture.

    Where a place lies is in the formula, and so the result is differentiated by the grid. In which pixel it lies is
    taken from the point, where that is sure.
    """
    pictures, grid = op.nodes("input"), op.nodes("grid")
    count = grid.shape[-1]
    sizes = pictures.shape[-count:]
    # The last number of a place is that along the first of the picture's dims.
    dims = [_taps(op, grid[..., count - 1 - dim], size) for dim, size in enumerate(sizes)]
    result: Nodes | None = None
    for chosen in product(*dims):
        weights = chosen[0][1]
        for _, more in chosen[1:]:
            weights = op.call("mul", weights, more)
        values = _values(op, pictures, [places for places, _ in chosen])
        term = op.call("mul", weights[:, None], values)
        result = term if result is None else op.call("add", result, term)
    assert result is not None
    return result


def _values(op: Operation, pictures: Nodes, places: Sequence[NDArray[np.int64]]) -> Nodes:
    """What stands at some places of each picture, for each channel; 0 outside."""
    batch = np.arange(len(pictures)).reshape(-1, *[1] * (places[0].ndim - 1))
    inside = np.logical_and.reduce([one != _OUTSIDE for one in places])
    if not pictures.size:
        return np.full((len(pictures), pictures.shape[1], *places[0].shape[1:]), op.run.make.zero)
    found = np.moveaxis(pictures, 1, -1)[(batch, *[np.where(inside, one, 0) for one in places])]
    return np.where(inside[:, None], np.moveaxis(found, -1, 1), op.run.make.zero)


def _taps(op: Operation, grid: Nodes, size: int) -> Taps:
    """The neighbours along a dim, and their weights."""
    mode, border, is_aligned = op["interpolation_mode"], op["padding_mode"], bool(op["align_corners"])
    at = op.formula("(g + 1)/2*(n - 1)" if is_aligned else "((g + 1)*n - 1)/2", g=grid, n=size)
    if mode != _CUBIC:
        at = _brought_in(op, at, size, border, is_aligned=is_aligned)
    about = op.run.make.estimate(at)
    if not np.isfinite(about).all():
        raise UnsupportedError(f"the operation `{op.func.name()}` has a place that is no number")
    shift = 0.5 if mode == _NEAREST else 0.0
    nearest = np.rint(about + shift).astype(np.int64)
    first = np.floor(about + shift).astype(np.int64)
    is_near = abs(about + shift - nearest) < _NEAR
    if is_near.any():  # one neighbour more, for the pixel before
        first = np.where(is_near, nearest - 1, first)
    found: Taps = []
    reach = {_NEAREST: (0, 0), _LINEAR: (0, 1), _CUBIC: (-1, 2)}[mode]
    for step in range(reach[0], reach[1] + 1 + int(is_near.any())):
        weights = _weights(op, mode, at, first, step)
        if is_near.any():
            before = weights
            after = _weights(op, mode, at, first + 1, step - 1)
            test = _is_behind(op, mode, at, first + 1)
            weights = np.where(is_near, op.call("where", test, after, before), before)
        found.append((_inside(first + step, size, mode, border, is_aligned=is_aligned), weights))
    return found


def _is_behind(op: Operation, mode: int, at: Nodes, border: NDArray[np.int64]) -> Nodes:
    """Whether a place lies in the pixel that begins at a border; at the border the nearest pixel is the even one."""
    if mode != _NEAREST:
        found: Nodes = op.call("ge", at, op.run.make.numbers(border))
        return found
    edges = op.formula("b - 1/2", b=op.run.make.numbers(border))
    is_even: Nodes = np.where(border % 2 == 0, op.call("ge", at, edges), op.call("gt", at, edges))
    return is_even


def _weights(op: Operation, mode: int, at: Nodes, first: NDArray[np.int64], step: int) -> Nodes:
    """The weight of the neighbour so many steps behind the first one of a place; 0 of one that is too far."""
    texts = _WEIGHTS[mode]
    if step not in texts:
        return np.full(at.shape, op.run.make.zero)
    return np.broadcast_to(op.formula(texts[step], t=op.call("sub", at, op.run.make.numbers(first))), at.shape)


_INNER = "5/4*({0})**3 - 9/4*({0})**2 + 1"
_OUTER = "-3/4*(({0})**3 - 5*({0})**2 + 8*({0}) - 4)"

_WEIGHTS: Mapping[int, Mapping[int, str]] = {
    _NEAREST: {0: "0*t + 1"},
    _LINEAR: {0: "1 - t", 1: "t"},
    _CUBIC: {
        -1: _OUTER.format("1 + t"),
        0: _INNER.format("t"),
        1: _INNER.format("1 - t"),
        2: _OUTER.format("2 - t"),
    },
}
"""The weights of the neighbours by the distance t from the first one, by steps behind it; cubic ones as Keys has them
with a = -3/4."""


def _brought_in(op: Operation, at: Nodes, size: int, border: int, *, is_aligned: bool) -> Nodes:
    """A place within the picture, as the padding mode says."""
    if border == _ZEROS:
        return at
    if border == _REFLECTION:
        low, span = _mirrors(size, is_aligned=is_aligned)
        if not span:
            return np.full(at.shape, op.run.make.zero)
        at = op.formula("s - abs(s - remainder(x - m, 2*s)) + m", x=at, s=span, m=low)
    return op.formula("Min(Max(x, 0), n)", x=at, n=size - 1)


def _mirrors(size: int, *, is_aligned: bool) -> tuple[float, int]:
    """Where the first mirror stands, and how far the second is: in the first and the last pixel, or around them."""
    return (0.0, size - 1) if is_aligned else (-0.5, size)


def _inside(places: NDArray[np.int64], size: int, mode: int, border: int, *, is_aligned: bool) -> NDArray[np.int64]:
    """The places of neighbours within the picture; those of cubic ones are brought in one by one."""
    if mode == _CUBIC and border == _REFLECTION:
        low, span = _mirrors(size, is_aligned=is_aligned)
        mirrored = span - abs(span - np.mod(places - low, 2 * span)) + low if span else np.zeros(places.shape)
        places = np.clip(mirrored, 0, size - 1).astype(np.int64)
    elif mode == _CUBIC and border == _BORDER:
        places = np.clip(places, 0, size - 1)
    return np.where((places >= 0) & (places < size), places, _OUTSIDE)


OPERATIONS: Mapping[str, Handler] = {
    "grid_sampler_2d": _sample,
    "grid_sampler_3d": _sample,
    "_grid_sampler_2d_cpu_fallback": _sample,
}
