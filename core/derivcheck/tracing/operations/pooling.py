"""Pooling: the largest, the mean or the norm of each window, and the way back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from derivcheck.elements.node_arrays import Nodes
from derivcheck.tracing.operation import Handler, Operation

_WINDOWS = ("kernel_size", "stride", "padding", "dilation", "ceil_mode")
_MEANS = ("kernel_size", "stride", "padding", "ceil_mode", "count_include_pad", "divisor_override")


def _pool(name: str, *keys: str) -> Handler:
    """A pooling of the table, its settings being these arguments."""
    return lambda op: op.call(name, op.nodes("self"), *[_setting(op, key) for key in keys])


def _with_places(name: str, *keys: str) -> Handler:
    """The same of one that gives the places of the largest numbers, too, which are integers of the run."""
    run = _pool(name, *keys)
    return lambda op: (run(op), None)


def _setting(op: Operation, key: str) -> Any:
    value = op[key]
    if isinstance(value, list):
        return tuple(value) if value else None
    return value


def _fractional(op: Operation) -> Any:
    """The largest of windows whose places follow from random numbers, a few for each picture.

    The windows overlap or leave gaps: B. Graham, "Fractional Max-Pooling", arXiv:1412.6071, 2014.
    """
    x, sizes, taps = op.nodes("self"), op["output_size"], op["kernel_size"]
    count = len(sizes)
    pictures = x.reshape(-1, *x.shape[-count:])
    samples = op["random_samples"].numpy().reshape(len(pictures), count)
    if count == 2:
        samples = samples[:, ::-1]  # torch has the width first for pictures, and the depth first for cubes
    found = []
    for picture, sample in zip(pictures, samples, strict=True):
        places = [
            _starts(one, *dims)[:, None] + np.arange(dims[2])
            for one, *dims in zip(sample, picture.shape, sizes, taps, strict=True)
        ]
        windows = picture[_crossed(places)]
        found.append(op.call("amax", windows, tuple(range(-count, 0))))
    shape = (*x.shape[:-count], *sizes)
    return np.stack(found).reshape(shape) if found else np.zeros(shape, dtype=np.int64), None


def _starts(sample: Any, size: int, count: int, taps: int) -> NDArray[np.int64]:
    """Where each window begins: the last one at the end, those before it at rounded multiples of a step."""
    found = np.full(count, size - taps)
    if count > 1:
        step = type(sample)(size - taps) / type(sample)(count - 1)
        moved = (np.arange(count - 1).astype(type(sample)) + sample) * step
        found[:-1] = moved.astype(np.int64) - int(sample * step)
    return found


def _crossed(places: Sequence[NDArray[np.int64]]) -> tuple[NDArray[np.int64], ...]:
    """Indices of all windows along several dims: first the windows' dims, then those within a window."""
    count = len(places)
    made = []
    for dim, table in enumerate(places):
        shape = [1] * (2 * count)
        shape[dim], shape[count + dim] = table.shape
        made.append(table.reshape(shape))
    return tuple(made)


def _placed_back(op: Operation) -> Nodes:
    """max_unpool: each number at its place in a larger picture, and zeros elsewhere."""
    x, sizes = op.nodes("self"), tuple(op["output_size"])
    count = len(sizes)
    leading = x.shape[:-count]
    found = np.full((*leading, int(np.prod(sizes))), op.run.make.zero)
    places = op["indices"].numpy().reshape(*leading, int(np.prod(x.shape[-count:])))
    np.put_along_axis(found, places, x.reshape(places.shape), -1)
    return found.reshape(*leading, *sizes)


OPERATIONS: Mapping[str, Handler] = {
    "max_pool2d_with_indices": _with_places("max_pool2d", *_WINDOWS),
    "max_pool3d_with_indices": _with_places("max_pool3d", *_WINDOWS),
    "avg_pool2d": _pool("avg_pool2d", *_MEANS),
    "avg_pool3d": _pool("avg_pool3d", *_MEANS),
    "_adaptive_avg_pool2d": _pool("adaptive_avg_pool2d", "output_size"),
    "_adaptive_avg_pool3d": _pool("adaptive_avg_pool3d", "output_size"),
    "adaptive_max_pool2d": _with_places("adaptive_max_pool2d", "output_size"),
    "adaptive_max_pool3d": _with_places("adaptive_max_pool3d", "output_size"),
    "fractional_max_pool2d": _fractional,
    "fractional_max_pool3d": _fractional,
    "max_unpool2d": _placed_back,
    "max_unpool3d": _placed_back,
    "col2im": _pool("fold", "output_size", "kernel_size", "dilation", "padding", "stride"),
}
