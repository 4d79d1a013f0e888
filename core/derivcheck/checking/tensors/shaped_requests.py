"""What is asked about a function whose values have shapes: small derivatives whole, large ones by products."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from math import prod

from derivcheck.autograd.requests import Request
from derivcheck.model import Wrt
from derivcheck.model.element_results import PRODUCTS
from derivcheck.model.shaped_values import Index, Shape, indices

MOST_OUTPUTS = 64
"""Elements of an output up to which each is differentiated; and of a variable up to which a Hessian is looked at."""

_EIGHTHS = tuple(range(-15, 16, 2))
"""Odd multiples of 1/8 up to 15/8: every format holds them, and none is 0."""


@lru_cache(maxsize=256)
def dense_weights(count: int, number: int) -> tuple[float, ...]:
    """The weights of a dense upstream gradient, or direction.

    Args:
        count: how many elements are weighed.
        number: which of several, from 1: each has other weights.

    Example:
        >>> len(dense_weights(5, 1)), dense_weights(5, 1) == dense_weights(5, 2)
        (5, False)
    """
    draw = random.Random(f"{number}/{count}")
    return tuple([draw.choice(_EIGHTHS) / 8 for _ in range(count)])


@dataclass(frozen=True, slots=True)
class ShapedRequest:
    """One row that is asked for.

    Attributes:
        wrt: the variables to differentiate by; () is the value.
        shape: the shape of the row.
        output: how many of its leading dimensions are the output's.
        upstream: the number of the upstream gradient with which the outputs are weighed; None: they are not.
        direction: the number of the direction with which the first variable of a second derivative is weighed.
        outputs: the elements of all outputs.
        counts: the elements of each variable of `wrt`.
    """

    wrt: Wrt
    shape: Shape
    output: int
    upstream: int | None
    direction: int | None
    outputs: int
    counts: tuple[int, ...]

    @property
    def weights(self) -> tuple[float, ...] | None:
        """The weights of the outputs, None where each is looked at."""
        return None if self.upstream is None else dense_weights(self.outputs, self.upstream)

    @property
    def along(self) -> tuple[float, ...] | None:
        """The weights of the first variable's elements, None where each is looked at."""
        return None if self.direction is None else dense_weights(self.counts[0], self.direction)

    @property
    def for_torch(self) -> Request:
        """The same as torch's side takes it."""
        return Request(self.wrt, self.weights, self.along)

    def indices(self) -> Iterator[Index]:
        """The index of each element, in order."""
        return indices(self.shape)


def requests_for(wrt: Wrt, outputs: Sequence[Shape], shapes: Sequence[Shape]) -> list[ShapedRequest]:
    """The rows for one derivative, or for the value.

    Args:
        wrt: the variables.
        outputs: the shape of each output.
        shapes: the shape of each of the variables.

    Example:
        >>> [row.shape for row in requests_for(("x",), [(2,)], [(3,)])]
        [(2, 3)]
        >>> [(row.shape, row.upstream) for row in requests_for(("x",), [(65,)], [(3,)])]
        [((3,), 1), ((3,), 2), ((3,), 3)]
    """
    count = sum(map(prod, outputs))
    counts = tuple(map(prod, shapes))
    shape = outputs[0] if len(outputs) == 1 else (count,)
    if not wrt:
        return [ShapedRequest((), shape, len(shape), None, None, count, ())]
    is_weighed = count > (MOST_OUTPUTS if len(wrt) == 1 else 1)
    is_along = len(wrt) > 1 and max(counts) > MOST_OUTPUTS
    upstreams = range(1, PRODUCTS + 1) if is_weighed else [None]
    directions = range(1, PRODUCTS + 1) if is_along else [None]
    pairs = zip(upstreams, directions, strict=True) if is_weighed and is_along else product(upstreams, directions)
    left = () if is_weighed or count == 1 else shape
    moved = tuple(size for one in shapes[is_along:] for size in one)
    return [
        ShapedRequest(wrt, (*left, *moved), len(left), upstream, direction, count, counts)
        for upstream, direction in pairs
    ]
