"""First derivatives in reverse mode, all of them: what a call of gradcheck asks about the backward pass."""

from __future__ import annotations

from collections.abc import Iterator

from derivcheck.own_functions.checks.comparison import Comparison
from derivcheck.own_functions.tensors.comparison import compare_gradients
from derivcheck.own_functions.tensors.first_derivatives import MOST_ROWS
from derivcheck.own_functions.tensors.place import Place
from derivcheck.own_functions.tensors.upstreams import DENSE, ONES, Upstream


def check_backward(place: Place) -> Iterator[Comparison]:
    """The gradients for dense upstream gradients, and of each element of a small result alone."""
    rows = [Upstream(row=row) for row in range(place.count if 1 < place.count <= MOST_ROWS else 0)]
    every = [Upstream(number) for number in (*DENSE, ONES)]
    place.look_at([*every, *rows])
    for upstream in (*every, *rows):
        yield from compare_gradients(place, place.pull_back(upstream), upstream)
