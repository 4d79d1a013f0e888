"""Pictures of another size: with a border, enlarged or made smaller, channels and places exchanged."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from derivcheck.elements.lowerings.pooling import adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d
from derivcheck.elements.node_arrays import NodeArrays, Nodes

_Sizes = int | float | tuple[int | float, ...] | None

_AREA = {1: adaptive_avg_pool1d, 2: adaptive_avg_pool2d, 3: adaptive_avg_pool3d}
"""The pooling that mode='area' is, by the number of dims that are resized."""

_LINEAR = {"linear": 1, "bilinear": 2, "trilinear": 3}
"""How many dims each of the linear modes is for."""

_BORDERS: dict[str, Callable[[NDArray[np.int64], int], NDArray[np.int64]]] = {
    "reflect": lambda places, size: size - 1 - abs(size - 1 - abs(places)),
    "replicate": lambda places, size: np.clip(places, 0, size - 1),
    "circular": lambda places, size: places % size,
}
"""Which element stands at a place outside of the picture."""


def pad(make: NodeArrays, x: Nodes, pad: tuple[int, ...], mode: str, value: Nodes) -> Nodes:
    """A border around the last dims: so many elements before and behind the last one, then and so on."""
    if not isinstance(pad, tuple) or len(pad) % 2 or any(not isinstance(one, int) for one in pad):
        make.fail(f"`pad` is a tuple of pairs of integers, not {pad!r}", "pad(x, (1, 2)) pads the last dim")
    pairs = list(zip(pad[::2], pad[1::2], strict=True))
    if len(pairs) > x.ndim:
        make.fail(f"`pad` has {len(pairs)} pairs, which are more than the dims of the shape {x.shape}")
    if mode != "constant" and mode not in _BORDERS:
        make.fail(f"`pad` has no mode {mode!r}", f"it has constant, {', '.join(_BORDERS)}")
    if mode != "constant" and x.ndim - len(pairs) not in {1, 2}:
        make.fail(f"`pad` with mode={mode!r} pads all dims but one or two, and the shape is {x.shape}")
    shape = [*x.shape]
    for back, (before, after) in enumerate(pairs, 1):
        shape[-back] += before + after
        if shape[-back] < 0:
            make.fail(f"`pad` leaves less than nothing of the shape {x.shape}: {pad}")
    make.allow((max(shape, default=0),))
    make.allow(shape)
    found = x
    for back, (before, after) in enumerate(pairs, 1):
        places = np.arange(-before, x.shape[-back] + after)
        if mode == "constant":
            found = _with_border(found, -back, places, value)
        else:
            _bounded(make, mode, x.shape[-back], before, after)
            found = np.take(found, _BORDERS[mode](places, x.shape[-back]), -back)
    return found


def interpolate(
    make: NodeArrays,
    x: Nodes,
    size: _Sizes,
    scale_factor: _Sizes,
    mode: str,
    align_corners: bool | None,
) -> Nodes:
    """A picture of another size, given as such or as a factor."""
    count = x.ndim - 2
    if not 1 <= count <= 3:
        make.fail(f"`interpolate` takes (N, C, W), (N, C, H, W) or (N, C, D, H, W), and the shape is {x.shape}")
    sizes, factors = _sizes(make, x, size, scale_factor)
    make.allow(sizes)
    make.allow([*x.shape[:2], *sizes])
    if mode == "area":
        return _AREA[count](make, x, tuple(sizes))
    if mode == "nearest" and count == 2 and scale_factor is not None:
        _check_factors(make, x.shape[2:], sizes, factors)
    if mode in _LINEAR and _LINEAR[mode] != count:
        make.fail(f"`interpolate` with mode={mode!r} is for {_LINEAR[mode]} dims, and the shape is {x.shape}")
    found = x
    for axis, due, factor in zip(range(2, x.ndim), sizes, factors, strict=True):
        if mode in _LINEAR:
            found = _linear(make, found, axis, due, factor, align_corners=bool(align_corners))
        elif mode in {"nearest", "nearest-exact"}:
            half = Fraction(int(mode == "nearest-exact"), 2)
            places = [min(math.floor((place + half) / factor), x.shape[axis] - 1) for place in range(due)]
            found = np.take(found, places, axis)
        else:
            make.fail(f"`interpolate` has no mode {mode!r} here", f"it has nearest, area, {', '.join(_LINEAR)}")
    return found


def pixel_shuffle(make: NodeArrays, x: Nodes, upscale_factor: int) -> Nodes:
    """Channels as places: (C*r*r, H, W) becomes (C, H*r, W*r)."""
    r = upscale_factor
    if x.ndim < 3 or r < 1 or x.shape[-3] % (r * r):
        make.fail(f"`pixel_shuffle` needs (…, C*{r}*{r}, H, W), and the shape is {x.shape}")
    channels, height, width = x.shape[-3] // (r * r), *x.shape[-2:]
    parts = x.reshape(*x.shape[:-3], channels, r, r, height, width)
    first = parts.ndim - 5
    order = [*range(first + 1), first + 3, first + 1, first + 4, first + 2]
    return parts.transpose(order).reshape(*x.shape[:-3], channels, height * r, width * r)


def pixel_unshuffle(make: NodeArrays, x: Nodes, downscale_factor: int) -> Nodes:
    """Places as channels: (C, H*r, W*r) becomes (C*r*r, H, W)."""
    r = downscale_factor
    if x.ndim < 3 or r < 1 or x.shape[-2] % r or x.shape[-1] % r:
        make.fail(f"`pixel_unshuffle` needs (…, C, H*{r}, W*{r}), and the shape is {x.shape}")
    channels, height, width = x.shape[-3], x.shape[-2] // r, x.shape[-1] // r
    parts = x.reshape(*x.shape[:-3], channels, height, r, width, r)
    first = parts.ndim - 5
    order = [*range(first + 1), first + 2, first + 4, first + 1, first + 3]
    return parts.transpose(order).reshape(*x.shape[:-3], channels * r * r, height, width)


def channel_shuffle(make: NodeArrays, x: Nodes, groups: int) -> Nodes:
    """The channels of several groups in turn."""
    if x.ndim < 3 or groups < 1 or x.shape[1] % groups:
        make.fail(f"`channel_shuffle` needs (N, C, …), C a multiple of {groups}, and the shape is {x.shape}")
    parts = x.reshape(x.shape[0], groups, x.shape[1] // groups, *x.shape[2:])
    return parts.swapaxes(1, 2).reshape(x.shape)


def _with_border(x: Nodes, axis: int, places: NDArray[np.int64], value: Nodes) -> Nodes:
    """Some elements along an axis, and a number where a place is outside."""
    shape = [*x.shape]
    shape[axis] = 1
    size = x.shape[axis]
    outside = (places < 0) | (places >= size)
    return np.take(np.concatenate([x, np.full(shape, value)], axis), np.where(outside, size, places), axis)


def _bounded(make: NodeArrays, mode: str, size: int, before: int, after: int) -> None:
    """Fail for a border that the picture has too few elements for."""
    most = size - 1 if mode == "reflect" else size if mode == "circular" else max(before, after, 0)
    if min(before, after) < 0 or max(before, after) > most or not size:
        make.fail(f"`pad` with mode={mode!r} cannot add {before} and {after} elements to {size}")


def _sizes(make: NodeArrays, x: Nodes, size: _Sizes, scale_factor: _Sizes) -> tuple[list[int], list[Fraction]]:
    """The new sizes, and how many times as large they are."""
    if (size is None) == (scale_factor is None):
        make.fail("`interpolate` needs one of size and scale_factor", "write interpolate(x, scale_factor=2)")
    given = size if scale_factor is None else scale_factor
    asked = given if isinstance(given, tuple) else (given,) * (x.ndim - 2)
    several = [one for one in asked if isinstance(one, int | float) and one > 0]
    if len(several) != x.ndim - 2 or len(asked) != x.ndim - 2:
        make.fail(f"`interpolate` has the size or the factor {given!r}, and the shape is {x.shape}")
    pairs = list(zip(several, x.shape[2:], strict=True))
    if not all(x.shape[2:]):
        make.fail(f"`interpolate` has nothing to resize in the shape {x.shape}")
    if scale_factor is None:
        return [int(one) for one, _ in pairs], [Fraction(int(one), old) for one, old in pairs]
    sizes = [math.floor(old * float(one)) for one, old in pairs]
    if not all(sizes):
        make.fail(f"`interpolate` leaves nothing of the shape {x.shape} with the factor {given!r}")
    return sizes, [Fraction(repr(one)) for one, _ in pairs]


def _check_factors(make: NodeArrays, old: tuple[int, ...], new: list[int], factors: list[Fraction]) -> None:
    """Fail for a factor that torch rounds, for pictures, and does not round for lines and cubes.

    Where the new size is the old one, or twice that, torch takes the factor for 1 or 2 there. The backward pass does so
    for lines and cubes too, whose forward pass does not.
    """
    for size, due, factor in zip(old, new, factors, strict=True):
        if factor != Fraction(due, size) and due in {size, 2 * size}:
            make.fail(
                f"which neighbours are nearest with the factor {float(factor):g} is not sure for a size of {size}",
                f"give the new size: size={tuple(new)}",
            )


def _linear(make: NodeArrays, x: Nodes, axis: int, due: int, factor: Fraction, *, align_corners: bool) -> Nodes:
    """Another size along one axis, each element between two of the old ones by a straight line."""
    size = x.shape[axis]
    if due == size:
        return x
    make.need(3 * math.prod(x.shape) // size * due)
    parts = []
    for place in range(due):
        if align_corners:
            where = Fraction(place * (size - 1), due - 1) if due > 1 else Fraction(0)
        else:
            where = max((place + Fraction(1, 2)) / factor - Fraction(1, 2), Fraction(0))
        low = min(math.floor(where), size - 1)
        high = min(low + 1, size - 1)
        parts.append(_between(make, np.take(x, low, axis), np.take(x, high, axis), where - low if high > low else 0))
    return np.stack(parts, axis)


def _between(make: NodeArrays, low: Nodes, high: Nodes, weight: Fraction | int) -> Nodes:
    if not weight:
        return low
    ends = make.call("mul", make.number(1 - weight), low), make.call("mul", make.number(weight), high)
    return make.call("add", *ends)
