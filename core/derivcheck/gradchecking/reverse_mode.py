"""First derivatives in reverse mode, all of them: what a call of gradcheck asks about the backward pass."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from derivcheck.own_functions.checks.comparison import Comparison
from derivcheck.own_functions.tensors.comparison import compare_gradients
from derivcheck.own_functions.tensors.place import Place
from derivcheck.own_functions.tensors.tangents import MOST_ROWS
from derivcheck.own_functions.tensors.upstreams import DENSE, ONES, Upstream


def check_backward(place: Place, outputs: tuple[Tensor, ...] | None = None) -> Iterator[Comparison]:
    """The gradients for dense upstream gradients, and of each element of a small result alone.

    Args:
        place: the function at the caller's inputs.
        outputs: what it returned there, with its graph; None: it is run.
    """
    rows = [Upstream(row=row) for row in range(place.count if 1 < place.count <= MOST_ROWS else 0)]
    every = [Upstream(number) for number in (*DENSE, ONES)]
    place.look_at([*every, *rows])
    leaves, found = place.run() if outputs is None else (place.inputs(), outputs)
    for upstream in (*every, *rows):
        yield from compare_gradients(place, pull_back(place, leaves, found, upstream), upstream)


def pull_back(
    place: Place, leaves: tuple[Tensor, ...], outputs: tuple[Tensor, ...], upstream: Upstream
) -> dict[str, Tensor | None]:
    """The gradients for an upstream gradient, by name; the graph stays, for others that follow."""
    found = torch.autograd.grad(outputs, leaves, upstream.like(outputs), retain_graph=True, allow_unused=True)
    return dict(zip(place.subject.args, found, strict=True))
