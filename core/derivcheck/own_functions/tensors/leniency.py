"""Comparisons at points that derivcheck chose: lost digits do not count there, a lost number does."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

from torch import Tensor

from derivcheck.autograd.tensor_transforms import numbers_in
from derivcheck.model import Gradient, Status, Verdict
from derivcheck.model.element_results import ElementResult, ElementResults
from derivcheck.own_functions.checks.comparison import Comparison
from derivcheck.own_functions.tensors.comparison import compare_gradient, compare_values
from derivcheck.own_functions.tensors.last_bits import are_off_in_last_bits
from derivcheck.own_functions.tensors.place import Place
from derivcheck.own_functions.tensors.upstreams import Upstream

FAR_ULPS = 64
"""An error of so many ulps of the largest of 1, the point's numbers and the true one counts for nothing.

An element of a gradient is a sum over many elements of the result, each of which rounds.
"""

_FARTHEST_ORDINARY = 50
"""A number beyond which a formula may leave the range of its format, as exp does at 89 in float32."""


def compare_leniently(place: Place, upstreams: Sequence[Upstream]) -> Iterator[Comparison]:
    """Compare the value and the gradients for some upstream gradients at a point that nobody gave."""
    _, outputs = place.run()
    if [tuple(output.shape) for output in outputs] != list(place.outputs):
        yield from compare_values(place, outputs)
        return
    numbers = [number for output in outputs for number in _numbers(output)]
    if not are_off_in_last_bits(place, place.value_truths, numbers, FAR_ULPS):
        yield from (forgive(place, comparison, numbers) for comparison in compare_values(place, outputs))
    else:
        yield Comparison(Verdict(Status.MATCH), place=place.how, values=place.point)
    for upstream in upstreams:
        for name, gradient in place.pull_back(upstream).items():
            yield _compare_gradient(place, name, gradient, upstream, numbers)


def _compare_gradient(
    place: Place, name: str, gradient: Tensor | None, upstream: Upstream, values: Sequence[float]
) -> Comparison:
    if (
        gradient is not None
        and tuple(gradient.shape) == place.point[name].shape
        and are_off_in_last_bits(place, place.gradient_truths(name, upstream), _numbers(gradient), FAR_ULPS)
    ):
        return Comparison(Verdict(Status.MATCH), wrt=(name,), place=place.how, values=place.point)
    return forgive(place, compare_gradient(place, name, gradient, upstream), values)


def forgive(place: Place, comparison: Comparison, values: Sequence[float]) -> Comparison:
    """A comparison without the elements that lost digits alone, and with those that lost a number as such.

    Args:
        place: where.
        comparison: what was compared there.
        values: what the function returned. A gradient that is nan beside finite values is the backward pass's fault:
            another one would not have had it.
    """
    if comparison.elements is None:
        return comparison
    is_lost = bool(comparison.wrt) and not is_farther(place) and all(map(math.isfinite, values))
    elements = tuple(_forgiven(element, is_lost=is_lost) for element in comparison.elements)
    if all(new is old for new, old in zip(elements, comparison.elements, strict=True)):
        return comparison
    whole = ElementResults(comparison.elements.shape, comparison.elements.output, elements)
    worst = whole.worst
    if worst is None:
        return replace(comparison, verdict=Verdict(Status.MATCH), elements=whole)
    gradient = comparison.gradient
    if gradient is not None:
        gradient = Gradient(gradient.mode, gradient.device, gradient.dtype, value=worst.gradient)
    return replace(comparison, verdict=worst.verdict, truth=worst.truth, gradient=gradient, elements=whole)


def _forgiven(element: ElementResult, *, is_lost: bool) -> ElementResult:
    verdict, number, truth = element.verdict, element.gradient, element.truth.value
    if verdict.status is not Status.UNSTABLE or number is None:
        return element
    if math.isfinite(number):
        return replace(element, verdict=Verdict(Status.MATCH))
    if is_lost and truth is not None:
        reason = f"torch returned {number!r} although the true number is {truth.decimal(20)}"
        return replace(element, verdict=replace(verdict, status=Status.NONFINITE, reason=reason))
    return element


def is_farther(place: Place) -> bool:
    """Whether a number is so far out that a formula may leave the range of a format there."""
    return place.largest > _FARTHEST_ORDINARY


def _numbers(tensor: Tensor) -> list[float]:
    found: list[float] = numbers_in(tensor.detach().reshape(-1)).tolist()
    return found
