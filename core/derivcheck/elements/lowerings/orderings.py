"""Ordered values: sort, median and quantile, by a network of Min and Max that does not depend on the point.

What such a network gives is a function of the elements wherever they are, and right at ties: the smaller of two numbers
that are equal has a kink there, and so has what is sorted.
"""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np

from derivcheck.elements.node_arrays import NodeArrays, Nodes


def sort(make: NodeArrays, x: Nodes, dim: int, descending: bool, stable: bool) -> Nodes:
    """The elements along a dim in rising order, or in falling order."""
    del stable  # it is about the indices
    axis = make.axis(dim, x.shape)
    if not x.ndim:
        return x
    found = _sorted(make, np.moveaxis(x, axis, -1))
    return np.moveaxis(found[..., ::-1] if descending else found, -1, axis)


def sort_rows(make: NodeArrays, x: Nodes) -> Nodes:
    """The elements along the first dim in rising order: msort."""
    return sort(make, x, 0, descending=False, stable=False)


def topk(make: NodeArrays, x: Nodes, k: int, dim: int, largest: bool, sorted: bool) -> Nodes:  # noqa: A002
    """The k largest elements along a dim, the largest first; or the k smallest."""
    if not sorted:
        make.fail("`topk` with sorted=False has no order that torch promises", "leave sorted=False out")
    axis = make.axis(dim, x.shape)
    size = x.shape[axis] if x.ndim else 1
    if not 0 <= k <= size:
        make.fail(f"`topk` cannot take {k} elements along dim {dim} of the shape {x.shape}")
    if not x.ndim:
        return x  # to torch a number is its own largest, and none of them is it too
    found = np.moveaxis(sort(make, x, dim, descending=largest, stable=False), axis, -1)
    return np.moveaxis(found[..., :k], -1, axis)


def kth_smallest(make: NodeArrays, x: Nodes, k: int, dim: int, keepdim: bool) -> Nodes:
    """The k-th smallest element along a dim, the smallest being the first."""
    axis = make.axis(dim, x.shape)
    size = x.shape[axis] if x.ndim else 1
    if not 1 <= k <= size:
        make.fail(f"there is no k = {k} along dim {dim} of the shape {x.shape}")
    if not x.ndim:
        return x
    found = np.moveaxis(sort(make, x, dim, descending=False, stable=False), axis, -1)[..., k - 1]
    return np.expand_dims(found, axis) if keepdim else found


def median(make: NodeArrays, x: Nodes, dim: int | None, keepdim: bool) -> Nodes:
    """The middle element, of two in the middle the smaller one, along a dim or of all."""
    if dim is None:
        if keepdim:
            make.fail("`median` of all elements keeps no dims", "write median(x, dim=…, keepdim=True)")
        return median(make, x.ravel(), 0, keepdim=False)
    size = x.shape[make.axis(dim, x.shape)] if x.ndim else 1
    if not size:
        make.fail(f"the shape {x.shape} has no elements to take the median of")
    return kth_smallest(make, x, (size + 1) // 2, dim, keepdim)


def quantile(
    make: NodeArrays,
    x: Nodes,
    q: float | tuple[float, ...],
    dim: int | None,
    keepdim: bool,
    interpolation: str,
) -> Nodes:
    """The element at the part q of the way from the smallest to the largest, between two of them by a straight line.

    Several parts make a first dim. A part is the decimal number that it is written as: 0.3*(11 - 1) is the place 3.
    """
    shape = x.shape
    axes = make.axes(dim, shape)
    flat = x.ravel() if dim is None or not x.ndim else np.moveaxis(x, axes[0], -1)
    if not flat.shape[-1]:
        make.fail(f"the shape {shape} has no elements to take a quantile of")
    ordered = _sorted(make, flat)
    found = [_at_part(make, ordered, part, interpolation) for part in (q if isinstance(q, tuple) else (q,))]
    if keepdim:
        found = [each.reshape([1 if axis in axes else size for axis, size in enumerate(shape)]) for each in found]
    return np.stack(found) if isinstance(q, tuple) else found[0]


def cummax(make: NodeArrays, x: Nodes, dim: int) -> Nodes:
    """The largest element so far, along a dim."""
    return _running(make, "Max", x, dim)


def cummin(make: NodeArrays, x: Nodes, dim: int) -> Nodes:
    """The smallest element so far, along a dim."""
    return _running(make, "Min", x, dim)


def _running(make: NodeArrays, name: str, x: Nodes, dim: int) -> Nodes:
    axis = make.axis(dim, x.shape)
    return make.running(name, x, axis) if x.ndim else x


def _at_part(make: NodeArrays, ordered: Nodes, part: object, interpolation: str) -> Nodes:
    """The quantile of elements that are in order along the last dim."""
    if not isinstance(part, int | float) or not 0 <= part <= 1:
        make.fail(f"`q` of `quantile` is a number from 0 to 1, not {part!r}")
    place = Fraction(repr(part)) * (ordered.shape[-1] - 1)
    below, above = math.floor(place), math.ceil(place)
    weights = {
        "linear": place - below,
        "lower": Fraction(0),
        "higher": Fraction(1),
        "nearest": Fraction(round(place) - below),
        "midpoint": Fraction(1, 2),
    }
    if interpolation not in weights:
        make.fail(f"`quantile` has no interpolation {interpolation!r}", f"it has {', '.join(weights)}")
    weight = weights[interpolation]
    if below == above or weight.denominator == 1:
        return ordered[..., above if weight else below]
    step = make.call("sub", ordered[..., above], ordered[..., below])
    return make.call("add", ordered[..., below], make.call("mul", make.number(weight), step))


def _sorted(make: NodeArrays, x: Nodes) -> Nodes:
    """The elements along the last dim in rising order, by Batcher's merge exchange.

    D. E. Knuth, The Art of Computer Programming, volume 3, section 5.2.2, algorithm M.
    """
    count = x.shape[-1]
    make.need(math.prod(x.shape[:-1]) * _fewest_comparisons(count))
    columns = [x[..., place] for place in range(count)]
    for low, high in _comparisons(count):
        pair = columns[low], columns[high]
        columns[low], columns[high] = make.call("Min", *pair), make.call("Max", *pair)
    return np.stack(columns, axis=-1) if columns else x


def _fewest_comparisons(count: int) -> int:
    """So many at least: those of the largest power of 2 that is not above; asked before they are listed."""
    t = max(count, 1).bit_length() - 1
    return (t * t - t + 4 << t >> 2) - 1


def _comparisons(count: int) -> list[tuple[int, int]]:
    """Which pairs are put in order, one after the other, so that all are."""
    found = []
    first = 1 << max(count - 1, 0).bit_length() >> 1
    step = first
    while step:
        stride, offset, distance = first, 0, step
        while True:
            found += [(low, low + distance) for low in range(count - distance) if low & step == offset]
            if stride == step:
                break
            distance, stride, offset = stride - step, stride >> 1, step
        step >>= 1
    return found
