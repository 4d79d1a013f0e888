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
    """The weights by a filter of the distance, which reaches so far."""

    def weights(dim: Dim) -> Iterator[Weights]:
        for distances in _distances(dim, reach):
            found = {place: weight(distance) for place, distance in distances.items()}
            whole = sum(found.values())
            yield {place: one / whole for place, one in found.items()}

    return weights


def _distances(dim: Dim, reach: int) -> Iterator[Weights]:
    """The distance of each neighbour that a filter meets, which is made wider where the picture becomes smaller."""
    width = max(dim.step, Fraction(1))
    for at in range(dim.due):
        centre = dim.step * (at + _HALF)
        first = max(math.floor(centre - reach * width + _HALF), 0)
        last = min(math.floor(centre + reach * width + _HALF), dim.size)
        yield {place: (place - centre + _HALF) / width for place in range(first, last)}


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


def _resized(rows: Callable[[Operation, Dim], list[Mapping[int, Nodes]]]) -> Handler:
    def run(op: Operation) -> Nodes:
        found = op.nodes("self")
        sizes = op["output_size"]
        factors = [value for name, value in op.arguments.items() if name.startswith("scales")]
        for axis, due, factor in zip(count(2), sizes, factors, strict=False):
            dim = Dim.of(found.shape[axis], due, factor, has_aligned_corners=op["align_corners"])
            found = _weighed(op, found, axis, rows(op, dim))
        return found

    return run


def _of_numbers(kind: _Kind) -> Callable[[Operation, Dim], list[Mapping[int, Nodes]]]:
    """Weights that are fractions."""

    def rows(op: Operation, dim: Dim) -> list[Mapping[int, Nodes]]:
        number = op.run.make.number
        return [{place: number(weight) for place, weight in row.items()} for row in kind(dim)]

    return rows


def _lanczos(op: Operation, dim: Dim) -> list[Mapping[int, Nodes]]:
    """sinc(x)*sinc(x/3), which is no fraction: C. Duchon, "Lanczos Filtering in One and Two Dimensions", 1979."""
    number = op.run.make.number
    rows: list[Mapping[int, Nodes]] = []
    for distances in _distances(dim, 3):
        found = {
            place: number(int(not x))
            if x.denominator == 1
            else op.formula("3*sin(pi*x)*sin(pi*x/3)/(pi*x)**2", x=number(x))
            for place, x in distances.items()
            if abs(x) < 3
        }
        whole = op.run.make.sum(np.array([int(one) for one in found.values()], dtype=np.int64))
        rows.append({place: op.call("div", one, whole) for place, one in found.items()})
    return rows


def _weighed(op: Operation, x: Nodes, axis: int, rows: list[Mapping[int, Nodes]]) -> Nodes:
    """The weighed sums along an axis, each as a chain."""
    most = max((len(row) for row in rows), default=0)
    places = np.zeros((most, len(rows)), dtype=np.int64)
    weights = np.full((most, len(rows)), op.run.make.zero)
    for at, row in enumerate(rows):
        for tap, (place, weight) in enumerate(row.items()):
            places[tap, at], weights[tap, at] = place, weight
    terms = [_times(op, x, axis, *tap) for tap in zip(places, weights, strict=True)]
    found = terms[0]
    for term in terms[1:]:
        found = op.call("add", found, term)
    return found


def _times(op: Operation, x: Nodes, axis: int, places: NDArray[np.int64], weights: Nodes) -> Nodes:
    along = weights.reshape([-1 if at == axis else 1 for at in range(x.ndim)])
    found: Nodes = op.call("mul", along, np.take(x, places, axis))
    return found


OPERATIONS: Mapping[str, Handler] = {
    **{name: _resized(_of_numbers(kind)) for name, kind in _KINDS.items()},
    "_upsample_lanczos2d_aa": _resized(_lanczos),
}
