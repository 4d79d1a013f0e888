"""Tells forward passes that search, as a bisection does: their steps have another derivative than what they compute.

The last steps of a bisection compare numbers that differ by rounding alone, or by less than its tolerance. The exact
derivative of its steps is that of one tiny piece, on which most of the result is a constant; a backward pass by the
implicit function theorem is right, and has another one. Difference quotients of the function, as it runs, tell the two
apart, and their few digits suffice. A pass is refused in two cases, and in both a quotient agrees with the gradient:
each quotient that sees anything, down to small steps, contradicts the derivative of the steps; or the function jumps
all over: the quotients of two sizes agree with the gradient, and the derivatives of the steps, here and at points in
between, are not the slope between the ends, as the mean value theorem demands of a function without jumps.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction

import torch
from torch import Tensor

from derivcheck.errors import UnsupportedError
from derivcheck.language import table
from derivcheck.model import Kind
from derivcheck.model.point import Coordinate
from derivcheck.model.shaped_values import ShapedValue
from derivcheck.own_functions.checks.exact_truths import as_float
from derivcheck.own_functions.tensors.explanations import as_pairs
from derivcheck.own_functions.tensors.place import Place
from derivcheck.own_functions.tensors.upstreams import Upstream

SEARCHES = "it searches, as a bisection does, and its steps have another derivative"
"""Why a forward pass is not read."""

_ENOUGH = 1e-6
"""A gradient that is off by less than this part is not looked at: no quotient tells it from the truth."""

_NEAR = 0.2
"""How near to what the slopes say, or the gradient, a difference lies that agrees, in parts of what is between them."""

_POWERS = (1 / 3, 0.4, 0.5, 0.6)
"""The steps, as powers of the format's eps: the first suits a smooth function, the last stays before a near kink."""

_LARGE = (1 / 6, 1 / 5, 1 / 4)
"""Larger steps, across which a search with a tolerance jumps often enough."""

_BETWEEN = (-1.0, -0.618, -0.271, 0.353, 0.731, 1.0)
"""Where the derivatives of the steps are looked at, in parts of a step."""

_NOISE = 100
"""How many times eps a sum of outputs may be off."""


def refuse_a_search(
    place: Place, gradients: Sequence[Tensor | None], steps: Sequence[float], upstream: Upstream
) -> None:
    """Raise where the function, as it runs, contradicts the derivative of its own steps.

    Args:
        place: the function at some inputs.
        gradients: what its backward pass returned, for each argument that is differentiated by.
        steps: the derivatives of its steps by each element of these, one after the other; nan is not known.
        upstream: the upstream gradient of both.

    Raises:
        UnsupportedError: where it does so.
    """
    leaves = place.inputs()
    if any(leaf.layout is not torch.strided for leaf in leaves):
        return  # it has no elements that could be moved one by one
    by_name = dict(zip(place.subject.args, leaves, strict=True))
    centers = [as_pairs(by_name[name].detach()) for name in place.names]
    slopes = _like(steps, centers)
    found = [_double(gradient, slope) - slope for gradient, slope in zip(gradients, slopes, strict=True)]
    far = [torch.where(one.isfinite(), one, 0.0) for one in found]  # what is not known is not moved
    slopes = [torch.where(one.isfinite(), one, 0.0) for one in slopes]
    distance, size = _norm(far), _norm(slopes)
    if not math.isfinite(distance) or distance <= _ENOUGH * size:
        return
    line = _Line(place, centers, slopes, far, upstream)
    looks = {power: line.look(power) for power in (*_LARGE, *_POWERS)}
    small = [look for power in _POWERS if (look := looks[power]) is not None]
    agree = [power for power, look in looks.items() if look is not None and abs(look - 1) < _NEAR]
    contradicts = any(abs(look - 1) < _NEAR for look in small) and all(abs(look) > _NEAR for look in small)
    if contradicts or (len(agree) > 1 and line.jumps(agree[-1])):
        raise UnsupportedError(
            f"the forward pass cannot be read: {SEARCHES}",
            hint="difference quotients of the function contradict the derivative of the steps that it takes",
        )


@dataclass(frozen=True, slots=True)
class _Line:
    """The line through a place along which a gradient and the derivative of the steps differ most.

    Attributes:
        place: the function at some inputs.
        centers: the numbers there, of each argument that is differentiated by.
        slopes: the derivatives of the steps.
        far: how far the gradient is from them: the direction of the line.
        upstream: the upstream gradient.
    """

    place: Place
    centers: Sequence[Tensor]
    slopes: Sequence[Tensor]
    far: Sequence[Tensor]
    upstream: Upstream

    def look(self, power: float) -> float | None:
        """Where the difference across one step lies: at 0 it is what the slopes say, at 1 what the gradient says.

        None where it cannot be seen.
        """
        step, eps = self._step(power), self._eps
        ends = [self._numbers(sign * step) for sign in (1, -1)]
        try:
            (above, size), (below, _) = [self._sum(end) for end in ends]
        except Exception:  # a function may refuse numbers that it was not asked about
            return None
        moved = [one.double() - other.double() for one, other in zip(*ends, strict=True)]
        expected, difference = _dot(self.slopes, moved), above - below
        sizes = [one.detach().cpu().double().abs() for one in self.centers]
        noise = _NOISE * eps * (size + _dot(sizes, [one.abs() for one in self.slopes]))
        apart = _dot(self.far, moved)
        return (difference - expected) / apart if _NEAR * abs(apart) > noise else None

    def jumps(self, power: float) -> bool:
        """Whether a difference that agrees with the gradient is one of jumps: no slope across the step explains it."""
        if any(map(_is_staircase, {node.name for node in self.place.value.elements.nodes})):
            return False  # it jumps on purpose
        length = _dot(self.far, self.far)
        step, sides = self._step(power), set()
        for part in _BETWEEN:
            try:
                with self._moved(self._numbers(part * step)) as there:
                    slopes = _like(steps_of(there, self.upstream), self.centers)
            except Exception:  # as in `look`
                return False
            rise = [  # where nothing is known of the place itself, nothing moves
                torch.where(far == 0, 0.0, one - here)
                for far, one, here in zip(self.far, slopes, self.slopes, strict=True)
            ]
            at = _dot(self.far, rise) / length
            if not abs(at - 1) > _NEAR:  # nan explains everything
                return False
            sides.add(at > 1)
        return sides == {False}  # that of the place itself is at 0

    @property
    def _eps(self) -> float:
        return max(torch.finfo(leaf.dtype).eps for leaf in self.centers)

    def _step(self, power: float) -> float:
        largest = max(float(leaf.abs().max()) for leaf in self.centers if leaf.numel()) or 1.0
        size: float = self._eps**power
        return largest * size / max(float(one.abs().max()) for one in self.far if one.numel())

    def _numbers(self, step: float) -> list[Tensor]:
        """The numbers so far along the line, in their formats."""
        return [
            (center.cpu().double() + step * one).to(center.dtype)
            for center, one in zip(self.centers, self.far, strict=True)
        ]

    def _sum(self, numbers: Sequence[Tensor]) -> tuple[float, float]:
        """The sum of the outputs, weighed by the upstream gradient, and that of the sizes of its terms."""
        with self._moved(numbers) as there:  # a clone of each output, which may be a view of a leaf
            outputs = [output.detach().clone() for output in there.subject(there.inputs())]
        terms = [
            output.cpu().double() * weights.cpu().double()
            for output, weights in zip(outputs, self.upstream.like(outputs), strict=True)
        ]
        return sum(float(one.sum()) for one in terms), sum(float(one.abs().sum()) for one in terms)

    @contextmanager
    def _moved(self, numbers: Sequence[Tensor]) -> Iterator[Place]:
        """The function at other numbers; tensors of the caller's own hold these meanwhile."""
        place = self.place
        moved = {name: _value(one) for name, one in zip(place.names, numbers, strict=True)}
        there = Place(replace(place.subject, known={}), {**place.point, **moved})
        if place.subject.leaves is None:
            yield there
            return
        with _holding(self.centers, numbers):
            yield there


def _is_staircase(name: str) -> bool:
    """Whether a function has infinitely many jumps, as `round` and `remainder` have."""
    row = table.function(name)
    return row is not None and row.jumps and bool(row.swings)


def steps_of(place: Place, upstream: Upstream) -> list[float]:
    """The derivatives of the steps by each element that is differentiated by; nan where there is none, or unknown."""
    truths = [truth for name in place.names for truth in place.gradient_truths(name, upstream)]
    return [
        as_float(truth.value.mid) if truth.kind is Kind.VALUE and truth.value is not None else math.nan
        for truth in truths
    ]


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


def _value(numbers: Tensor) -> ShapedValue:
    elements = [Coordinate(repr(one), Fraction(one), Fraction(one)) for one in numbers.double().reshape(-1).tolist()]
    return ShapedValue(f"tensor of {tuple(numbers.shape)}", tuple(numbers.shape), tuple(elements))


def _like(numbers: Sequence[float], tensors: Sequence[Tensor]) -> list[Tensor]:
    """Numbers that stand one after the other, as tensors of some shapes."""
    parts = torch.tensor(numbers, dtype=torch.float64).split([one.numel() for one in tensors])
    return [part.reshape(one.shape) for part, one in zip(parts, tensors, strict=True)]


def _double(gradient: Tensor | None, like: Tensor) -> Tensor:
    return (
        torch.zeros_like(like) if gradient is None else as_pairs(gradient.detach()).cpu().double().reshape(like.shape)
    )


def _norm(tensors: Sequence[Tensor]) -> float:
    return math.sqrt(_dot(tensors, tensors))


def _dot(one: Sequence[Tensor], other: Sequence[Tensor]) -> float:
    return sum(float((a * b).sum()) for a, b in zip(one, other, strict=True))
