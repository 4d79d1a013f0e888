"""Comparisons on tensors: what torch returned beside what it should be, element by element."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from torch import Tensor

from derivcheck.autograd.requests import Request
from derivcheck.autograd.tensor_transforms import numbers_in
from derivcheck.model import Gradient, Status, Truth, Verdict, Wrt
from derivcheck.model.element_results import ElementResult, ElementResults
from derivcheck.model.shaped_values import Shape, indices
from derivcheck.own_functions.checks.comparison import Comparison, conclude
from derivcheck.own_functions.tensors.jumps import is_on_edge
from derivcheck.own_functions.tensors.place import Place
from derivcheck.own_functions.tensors.upstreams import Upstream
from derivcheck.rounding.explanation_of_tensors import judge_elements


def compare_values(place: Place, outputs: Sequence[Tensor], *, how: str = "") -> Iterator[Comparison]:
    """Compare the outputs with the formula's values; their shapes first."""
    found = [tuple(output.shape) for output in outputs]
    wanted = list(place.outputs)
    if found != wanted:
        yield conclude(
            Status.MISMATCH,
            f"{describe_shapes('the function returned', found)}, {describe_shapes('its formula has', wanted)}",
        )
        return
    numbers = [number for output in outputs for number in numbers_in(output.detach().reshape(-1)).tolist()]
    shape = wanted[0] if len(wanted) == 1 else (place.count,)
    yield compare_array(place, (), Request(), place.value_truths, numbers, shape, how=how)


def describe_shapes(what: str, shapes: Sequence[Shape]) -> str:
    """The shape of an output, or how many there are and of which shapes, in words that begin with `what`."""
    if len(shapes) == 1:
        return f"{what} the shape {shapes[0]}"
    return f"{what} {len(shapes)} outputs of the shapes {', '.join(map(str, shapes))}"


def compare_gradients(
    place: Place, found: Mapping[str, Tensor | None], upstream: Upstream, *, how: str = ""
) -> Iterator[Comparison]:
    """Compare the gradients by some arguments with the true ones; one that is None counts as 0.

    Args:
        place: where.
        found: what torch returned, by argument.
        upstream: the upstream gradient that it returned it for.
        how: how it was asked for, in words.
    """
    for name, gradient in found.items():
        yield compare_gradient(place, name, gradient, upstream, how=how)


def compare_gradient(
    place: Place, name: str, gradient: Tensor | None, upstream: Upstream, *, how: str = ""
) -> Comparison:
    """Compare the gradient by one argument."""
    shape = place.point[name].shape
    if gradient is not None and tuple(gradient.shape) != shape:
        text = f"the gradient by {name} has the shape {tuple(gradient.shape)}, {name} has {shape}"
        return conclude(Status.MISMATCH, text)
    numbers = [0.0] * math.prod(shape) if gradient is None else numbers_in(gradient.detach().reshape(-1)).tolist()
    weights = tuple(map(float, upstream.weights(place.outputs)))
    truths = place.gradient_truths(name, upstream)
    where = ", ".join(filter(None, [how, str(upstream)]))
    made = compare_array(place, (name,), Request((name,), weights), truths, numbers, shape, how=where)
    if gradient is None and made.verdict.status is Status.MISMATCH:
        reason = (made.verdict.reason or "").replace("torch returned 0.0", "torch returned no gradient (None)")
        return replace(made, verdict=replace(made.verdict, reason=reason))
    if made.verdict.status is Status.MISMATCH and is_on_edge(place, name):
        reason = f"{made.verdict.reason}; a condition of the declared gradient changes at this point, on which it holds"
        return replace(made, verdict=replace(made.verdict, reason=reason))
    return made


def compare_array(
    place: Place,
    wrt: Wrt,
    request: Request,
    truths: Sequence[Truth],
    numbers: Sequence[float],
    shape: Shape,
    *,
    how: str = "",
) -> Comparison:
    """Compare numbers with what is true of each; the worst of them speaks for all.

    Args:
        place: where.
        wrt: what they are derivatives by; () of values.
        request: how torch is asked for such numbers the usual way: what rounding explains is measured on that.
        truths: what is true of each.
        numbers: what torch returned.
        shape: their shape.
        how: how they were asked for, in words.
    """
    subject = place.subject
    verdicts = judge_elements(place.explained, request, truths, numbers, tolerance=subject.case.tolerance)
    elements = tuple(
        ElementResult(index, verdict, truth, number)
        for index, verdict, truth, number in zip(indices(shape), verdicts, truths, numbers, strict=True)
    )
    whole = ElementResults(shape, 0 if wrt else len(shape), elements)
    words = ", ".join(filter(None, [place.how, how]))
    worst = whole.worst
    if worst is None:
        return Comparison(Verdict(Status.MATCH), wrt=wrt, place=words, values=place.point, elements=whole)
    gradient = Gradient(subject.setting.mode, subject.device.name, subject.dtype, value=worst.gradient)
    return Comparison(
        worst.verdict,
        wrt=wrt,
        truth=worst.truth,
        gradient=gradient,
        place=words,
        values=place.point,
        elements=whole,
    )
