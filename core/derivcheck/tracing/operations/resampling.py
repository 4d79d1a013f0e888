"""Pictures of another size: each number of the result is a weighed sum of neighbours, along one dim after another."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import count

import numpy as np
from numpy.typing import NDArray

from derivcheck.elements.node_arrays import Nodes
from derivcheck.tracing.operation import Handler, Operation

_HALF = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class Dim:
    """One dim that is resized.

    Attributes:
        size: of the picture.
        due: of the result.
        step: how far apart in the picture the places of two neighbours in the result are.
        has_aligned_corners: whether the first and the last places of both are the same.
    """

    size: int
    due: int
    step: Fraction
    has_aligned_corners: bool

    @classmethod
    def of(cls, size: int, due: int, factor: float | None, *, has_aligned_corners: bool) -> Dim:
        """A dim, by a factor where one is given: it means the decimal number that it is written as."""
        if has_aligned_corners:
            step = Fraction(size - 1, due - 1) if due > 1 else Fraction(0)
        else:
            step = 1 / Fraction(repr(factor)) if factor else Fraction(size, due)
        return cls(size, due, step, has_aligned_corners)

    def place(self, at: int) -> Fraction:
        """Where in the picture a place of the result lies, the middle of pixel 0 being 0."""
        return at * self.step if self.has_aligned_corners else (at + _HALF) * self.step - _HALF


Weights = Mapping[int, Fraction]
"""Of one number of the result: the places of its neighbours, and the weight of each."""

_Kind = Callable[[Dim], Iterator[Weights]]


def _linear(dim: Dim) -> Iterator[Weights]:
    """Two neighbours, on a straight line between them; none where the size stays."""
    for at in range(dim.due):
        place = Fraction(at) if dim.size == dim.due else max(dim.place(at), Fraction(0))
        low = min(math.floor(place), dim.size - 1)
        part = min(place - low, Fraction(1)) if low + 1 < dim.size else Fraction(0)
        yield {low: 1 - part, low + 1: part} if part else {low: Fraction(1)}


def _cubic(dim: Dim) -> Iterator[Weights]:
    """Four neighbours; beyond the border stands the last pixel."""
    for at in range(dim.due):
        low = math.floor(dim.place(at))
        yield _added(
            (min(max(low + tap, 0), dim.size - 1), keys(dim.place(at) - (low + tap), Fraction(-3, 4)))
            for tap in range(-1, 3)
        )


def keys(distance: Fraction, a: Fraction) -> Fraction:
    """The weight of a neighbour at a distance: R. Keys, "Cubic convolution interpolation", 1981, equation 4 with a."""
    x = abs(distance)
    if x <= 1:
        return (a + 2) * x**3 - (a + 3) * x**2 + 1
    return a * (x**3 - 5 * x**2 + 8 * x - 4) if x < 2 else Fraction(0)


def _smooth(reach: int, weight: Callable[[Fraction], Fraction]) -> _Kind:
    """As many neighbours as a filter meets that is made wider where the picture becomes smaller."""

    def weights(dim: Dim) -> Iterator[Weights]:
        width = max(dim.step, Fraction(1))
        for at in range(dim.due):
            centre = dim.step * (at + _HALF)
            first = max(math.floor(centre - reach * width + _HALF), 0)
            last = min(math.floor(centre + reach * width + _HALF), dim.size)
            found = {place: weight((place - centre + _HALF) / width) for place in range(first, last)}
            whole = sum(found.values())
            yield {place: one / whole for place, one in found.items()}

    return weights


def _added(pairs: Iterator[tuple[int, Fraction]]) -> Weights:
    found: dict[int, Fraction] = {}
    for place, weight in pairs:
        found[place] = found.get(place, Fraction(0)) + weight
    return found


_KINDS: Mapping[str, _Kind] = {
    **dict.fromkeys(("upsample_linear1d", "upsample_bilinear2d", "upsample_trilinear3d"), _linear),
    "upsample_bicubic2d": _cubic,
    "_upsample_bilinear2d_aa": _smooth(1, lambda x: max(1 - abs(x), Fraction(0))),
    "_upsample_bicubic2d_aa": _smooth(2, lambda x: keys(x, -_HALF)),
}
"""The weights of each operation."""


def _resized(kind: _Kind) -> Handler:
    def run(op: Operation) -> Nodes:
        found = op.nodes("self")
        sizes = op["output_size"]
        factors = [value for name, value in op.arguments.items() if name.startswith("scales")]
        for axis, due, factor in zip(count(2), sizes, factors, strict=False):
            dim = Dim.of(found.shape[axis], due, factor, has_aligned_corners=op["align_corners"])
            found = _weighed(op, found, axis, list(kind(dim)))
        return found

    return run


def _weighed(op: Operation, x: Nodes, axis: int, rows: list[Weights]) -> Nodes:
    """The weighed sums along an axis, each as a chain."""
    most = max((len(row) for row in rows), default=0)
    places = np.zeros((most, len(rows)), dtype=np.int64)
    weights = np.full((most, len(rows)), op.run.make.zero)
    for at, row in enumerate(rows):
        for tap, (place, weight) in enumerate(row.items()):
            places[tap, at], weights[tap, at] = place, op.run.make.number(weight)
    terms = [_times(op, x, axis, *tap) for tap in zip(places, weights, strict=True)]
    found = terms[0]
    for term in terms[1:]:
        found = op.call("add", found, term)
    return found


def _times(op: Operation, x: Nodes, axis: int, places: NDArray[np.int64], weights: Nodes) -> Nodes:
    along = weights.reshape([-1 if at == axis else 1 for at in range(x.ndim)])
    found: Nodes = op.call("mul", along, np.take(x, places, axis))
    return found


OPERATIONS: Mapping[str, Handler] = {name: _resized(kind) for name, kind in _KINDS.items()}
