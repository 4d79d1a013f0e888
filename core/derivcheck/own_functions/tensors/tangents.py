"""Tangents: what is true of the derivative of the outputs along a direction of the arguments.

Of a few outputs the derivative of each is known from the rows of the Jacobian, which other items ask for as well. Of
many the sums of all of them with fixed weights are: the weights g send the tangent J t to g·(J t), which is the sum of
t times the gradient for the upstream gradient g.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import torch
from torch import Tensor

from derivcheck.checking.tensors.shaped_requests import dense_weights
from derivcheck.model import Truth
from derivcheck.model.shaped_values import Shape
from derivcheck.own_functions.checks.exact_truths import add_up, scale
from derivcheck.own_functions.tensors.place import Place
from derivcheck.own_functions.tensors.upstreams import DENSE, ONES, Upstream

MOST_ROWS = 64
"""Outputs up to which each is looked at."""

_MOST_PARTIALS = 4096
"""Elements of the Jacobian up to which each output is looked at."""

Directions = Mapping[str, int]
"""The arguments that move, and for each the number of the direction in which it does."""


def numbered(names: Sequence[str]) -> dict[str, int]:
    """The number of each argument's direction: none is that of an upstream gradient."""
    return {name: _FIRST_DIRECTION + place for place, name in enumerate(names)}


_FIRST_DIRECTION = max(DENSE) + 1


def direction_of(place: Place, name: str) -> list[Fraction]:
    """The weights of an argument's direction."""
    return [Fraction(x) for x in dense_weights(len(place.point[name].elements), numbered(place.names)[name])]


def along(tensor: Tensor, number: int) -> Tensor:
    """A direction of a tensor: weights of many sizes and both signs, none of them 0 or 1."""
    weights = torch.tensor(dense_weights(tensor.numel(), number), dtype=tensor.dtype, device=tensor.device)
    return weights.reshape(tensor.shape)


@dataclass(frozen=True, slots=True)
class Pushed:
    """What is true of the derivative of the outputs along a direction.

    Attributes:
        truths: of each of the numbers that are compared.
        shape: their shape.
        kept: the elements of the outputs, joined, that have such a derivative; None where they are weighed.
        sums: the weights of the sums that are compared; empty where elements are.
    """

    truths: tuple[Truth, ...]
    shape: Shape
    kept: tuple[int, ...] | None
    sums: tuple[tuple[float, ...], ...] = ()

    def weigh(self, found: Tensor) -> Tensor:
        """The numbers that are compared, from a number for each element of the outputs."""
        if self.kept is not None:
            return found if len(self.kept) == len(found) else found[list(self.kept)]
        return torch.stack([(found * found.new_tensor(weights)).sum() for weights in self.sums])


def pushed_truths(place: Place, directions: Directions) -> Pushed | None:
    """What is true of the derivative of the outputs along a direction; None where they have none."""
    moving = {
        name: [Fraction(weight) for weight in dense_weights(len(place.point[name].elements), number)]
        for name, number in directions.items()
    }
    partials = place.count * sum(map(len, moving.values()))
    if not partials:
        return None
    if not place.how and place.count <= MOST_ROWS and partials <= _MOST_PARTIALS:
        return _of_elements(place, moving)
    upstreams = [Upstream(number) for number in (*DENSE, ONES)]
    found = [(upstream, _sum_along(place, moving, upstream)) for upstream in upstreams]
    known = [(upstream, truth) for upstream, truth in found if truth is not None]
    if not known:
        return None
    sums = tuple([tuple(map(float, upstream.weights(place.outputs))) for upstream, _ in known])
    return Pushed(tuple([truth for _, truth in known]), (len(known),), None, sums)


def _of_elements(place: Place, moving: Mapping[str, list[Fraction]]) -> Pushed | None:
    found = {row: _sum_along(place, moving, Upstream(row=row)) for row in range(place.count)}
    known = {row: truth for row, truth in found.items() if truth is not None}
    if not known:
        return None
    is_whole = len(known) == place.count and len(place.outputs) == 1
    shape = place.outputs[0] if is_whole else (len(known),)
    return Pushed(tuple(known.values()), shape, tuple(known))


def _sum_along(place: Place, moving: Mapping[str, list[Fraction]], upstream: Upstream) -> Truth | None:
    """The derivative of the weighed outputs along a direction: the sum of all partial ones; None where one is none."""
    return add_up(
        scale(truth, weight)
        for name, weights in moving.items()
        for truth, weight in zip(place.gradient_truths(name, upstream), weights, strict=True)
    )
