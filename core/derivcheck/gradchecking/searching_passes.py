"""Tells forward passes that search, as a bisection does: their steps have another derivative than what they compute.

The last steps of a bisection compare numbers that differ by rounding alone. The exact derivative of its steps is that
of one tiny piece, on which most of the result is a constant; a backward pass by the implicit function theorem is right,
and has another one. Difference quotients of the function, as it runs, tell the two apart. Their few digits suffice: a
pass is refused only where each that sees anything, down to small steps, contradicts the derivative of the steps, and
one agrees with the backward pass.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor

from derivcheck.errors import UnsupportedError
from derivcheck.own_functions.tensors.explanations import as_pairs
from derivcheck.own_functions.tensors.place import Place
from derivcheck.own_functions.tensors.upstreams import Upstream

_ENOUGH = 1e-6
"""A gradient that is off by less than this part is not looked at: no quotient tells it from the truth."""

_NEAR = 0.2
"""How near to what the slopes say, or the gradient, a difference lies that agrees, in parts of what is between them."""

_POWERS = (1 / 3, 0.4, 0.5, 0.6)
"""The steps, as powers of the format's eps: the first suits a smooth function, the last stays before a near kink."""

_NOISE = 100
"""How many times eps a sum of outputs may be off."""


def refuse_a_search(
    place: Place, gradients: Sequence[Tensor | None], steps: Sequence[float], upstream: Upstream
) -> None:
    """Raise where the function, as it runs, contradicts the derivative of its own steps.

    Args:
        place: the function at the caller's inputs.
        gradients: what its backward pass returned.
        steps: the derivatives of its steps by each element of the inputs, one after the other; nan is not known.
        upstream: the upstream gradient of both.

    Raises:
        UnsupportedError: where it does so.
    """
    if any(leaf.layout is not torch.strided for leaf in place.inputs()):
        return  # it has no elements that could be moved one by one
    leaves = [as_pairs(leaf.detach()) for leaf in place.inputs()]
    parts = torch.tensor(steps, dtype=torch.float64).split([leaf.numel() for leaf in leaves])
    slopes = [part.reshape(leaf.shape) for part, leaf in zip(parts, leaves, strict=True)]
    found = [_double(gradient, slope) - slope for gradient, slope in zip(gradients, slopes, strict=True)]
    far = [torch.where(one.isfinite(), one, 0.0) for one in found]  # what is not known is not moved
    slopes = [torch.where(one.isfinite(), one, 0.0) for one in slopes]
    distance, size = _norm(far), _norm(slopes)
    if not math.isfinite(distance) or distance <= _ENOUGH * size:
        return
    looks = [_look(place, leaves, slopes, far, upstream, power) for power in _POWERS]
    seen = [look for look in looks if look is not None]
    if all(abs(look) > _NEAR for look in seen) and any(abs(look - 1) < _NEAR for look in seen):
        raise UnsupportedError(
            "the forward pass cannot be read: it searches, as a bisection does, and its steps have another derivative",
            hint="difference quotients of the function contradict the derivative of the steps that it takes",
        )


def _look(
    place: Place,
    leaves: Sequence[Tensor],
    slopes: Sequence[Tensor],
    far: Sequence[Tensor],
    upstream: Upstream,
    power: float,
) -> float | None:
    """Where the difference across one step lies: at 0 it is what the slopes say, at 1 what the gradient says.

    None where it cannot be seen.

    The step goes where the gradient and the slopes differ most.
    """
    eps = max(torch.finfo(leaf.dtype).eps for leaf in leaves)
    largest = max(float(leaf.detach().abs().max()) for leaf in leaves if leaf.numel()) or 1.0
    step = largest * eps**power / max(float(one.abs().max()) for one in far if one.numel())
    centers = [leaf.detach().cpu().double() for leaf in leaves]
    ends = [
        [(at + sign * step * one).to(leaf.dtype) for leaf, at, one in zip(leaves, centers, far, strict=True)]
        for sign in (1, -1)
    ]
    try:
        (above, size), (below, _) = [_at(place, leaves, end, upstream) for end in ends]
    except Exception:  # a function may refuse numbers that it was not asked about
        return None
    moved = [one.double() - other.double() for one, other in zip(*ends, strict=True)]
    expected, difference = _dot(slopes, moved), above - below
    noise = _NOISE * eps * (size + _dot([one.abs() for one in centers], [one.abs() for one in slopes]))
    apart = _dot(far, moved)
    return (difference - expected) / apart if _NEAR * abs(apart) > noise else None


def _at(place: Place, leaves: Sequence[Tensor], numbers: Sequence[Tensor], upstream: Upstream) -> tuple[float, float]:
    """The sum of the outputs, weighed by the upstream gradient, and that of the sizes of its terms."""
    with _holding(leaves, numbers):  # a clone of each output, which may be a view of a leaf
        outputs = [output.detach().clone() for output in place.subject(place.inputs())]
    terms = [
        output.cpu().double() * weights.cpu().double()
        for output, weights in zip(outputs, upstream.like(outputs), strict=True)
    ]
    return sum(float(one.sum()) for one in terms), sum(float(one.abs().sum()) for one in terms)


@contextmanager
def _holding(leaves: Sequence[Tensor], numbers: Sequence[Tensor]) -> Iterator[None]:
    """Let the caller's very tensors hold other numbers: a function may know them, as a layer knows its weight."""
    before = [leaf.detach().clone() for leaf in leaves]
    try:
        for leaf, one in zip(leaves, numbers, strict=True):
            leaf.data.copy_(one)
        yield
    finally:
        for leaf, one in zip(leaves, before, strict=True):
            leaf.data.copy_(one)


def _double(gradient: Tensor | None, like: Tensor) -> Tensor:
    return (
        torch.zeros_like(like) if gradient is None else as_pairs(gradient.detach()).cpu().double().reshape(like.shape)
    )


def _norm(tensors: Sequence[Tensor]) -> float:
    return math.sqrt(_dot(tensors, tensors))


def _dot(one: Sequence[Tensor], other: Sequence[Tensor]) -> float:
    return sum(float((a * b).sum()) for a, b in zip(one, other, strict=True))
