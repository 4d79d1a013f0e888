"""Comparisons on tensors: what torch returned beside what it should be, element by element."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from torch import Tensor

from derivcheck.autograd.requests import Request
from derivcheck.autograd.tensor_transforms import numbers_in
from derivcheck.model import Gradient, Kind, Mode, Severity, Status, Truth, Verdict, Wrt
from derivcheck.model.element_results import ElementResult, ElementResults
from derivcheck.model.shaped_values import Shape, indices
from derivcheck.own_functions.checks.comparison import Comparison, conclude, forgive_lost_digits
from derivcheck.own_functions.tensors.explanations import explain_gradient, explain_row
from derivcheck.own_functions.tensors.jumps import is_on_edge
from derivcheck.own_functions.tensors.last_bits import are_off_in_last_bits
from derivcheck.own_functions.tensors.place import Place
from derivcheck.own_functions.tensors.upstreams import Upstream
from derivcheck.rounding.explanation_of_tensors import Explained, judge_elements


def compare_values(
    place: Place,
    outputs: Sequence[Tensor],
    *,
    how: str = "",
    lenient: bool | None = None,
    truths: Callable[[], Sequence[Truth]] | None = None,
    explained: Explained | None = None,
) -> Iterator[Comparison]:
    """Compare the outputs with the formula's values; their shapes first.

    Args:
        place: where.
        outputs: what the function returned.
        how: how they were asked for, in words.
        lenient: as in `compare_array`.
        truths: finds what is true of each element; None: the place does.
        explained: as in `compare_array`.
    """
    found = [tuple(output.shape) for output in outputs]
    wanted = list(place.outputs)
    if found != wanted:
        words = ", ".join(filter(None, [place.how, how]))
        text = f"{describe_shapes('the function returned', found)}, {describe_shapes('its formula has', wanted)}"
        yield conclude(Status.MISMATCH, text, place=words)
        return
    numbers = [number for output in outputs for number in numbers_in(output.detach().reshape(-1)).tolist()]
    shape = wanted[0] if len(wanted) == 1 else (place.count,)
    known = place.value_truths if truths is None else truths()
    yield compare_array(place, (), Request(), known, numbers, shape, how=how, lenient=lenient, explained=explained)


def describe_shapes(what: str, shapes: Sequence[Shape]) -> str:
    """The shape of an output, or how many there are and of which shapes, in words that begin with `what`."""
    if len(shapes) == 1:
        return f"{what} the shape {shapes[0]}"
    return f"{what} {len(shapes)} outputs of the shapes {', '.join(map(str, shapes))}"


def compare_gradients(
    place: Place, found: Mapping[str, Tensor | None], upstream: Upstream, *, how: str = "", lenient: bool | None = None
) -> Iterator[Comparison]:
    """Compare the gradients by some arguments with the true ones; one that is None counts as 0.

    Args:
        place: where.
        found: what torch returned, by argument.
        upstream: the upstream gradient that it returned it for.
        how: how it was asked for, in words.
        lenient: as in `compare_array`.
    """
    for name, gradient in found.items():
        yield compare_gradient(place, name, gradient, upstream, how=how, lenient=lenient)


def compare_gradient(
    place: Place, name: str, gradient: Tensor | None, upstream: Upstream, *, how: str = "", lenient: bool | None = None
) -> Comparison:
    """Compare the gradient by one argument; `lenient` is as in `compare_array`."""
    shape = place.point[name].shape
    if gradient is not None and tuple(gradient.shape) != shape:
        text = f"the gradient by {name} has the shape {tuple(gradient.shape)}, {name} has {shape}"
        return conclude(Status.MISMATCH, text, place=", ".join(filter(None, [place.how, how])))
    numbers = [0.0] * math.prod(shape) if gradient is None else numbers_in(gradient.detach().reshape(-1)).tolist()
    truths = place.gradient_truths(name, upstream)
    where = ", ".join(filter(None, [how, str(upstream)]))
    plain, factor = replace(upstream, factor=Fraction(1)), float(upstream.factor)
    ways = [explain_gradient(place, name, plain, factor=factor)] if factor == 1 or (factor and place.is_linear) else []
    if upstream.row is not None and factor == 1:
        ways.insert(0, explain_row(place, name, upstream.row))
    if factor != 1:
        ways.append(explain_gradient(place, name, upstream))
    for explained in ways:  # how far rounding moves the gradient for 1 is known already, mostly
        made = compare_array(
            place,
            (name,),
            Request(),
            truths,
            numbers,
            shape,
            how=where,
            explained=explained,
            values=place.sizes(upstream.factor),
            lenient=lenient,
        )
        if made.verdict.status.severity is Severity.PASS or made.verdict.status is Status.UNSTABLE:
            break
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
    lenient: bool | None = None,
    explained: Explained | None = None,
    values: Sequence[float] = (),
    mode: Mode = Mode.REVERSE,
    of_outputs: bool | None = None,
    only_numbers: bool = False,
) -> Comparison:
    """Compare numbers with what is true of each; the worst of them speaks for all.

    At a point of derivcheck's own, digits that rounding takes are forgiven: a right function may cancel there. Numbers
    that are off by a few ulps of the largest of them are not looked at there.

    Args:
        place: where.
        wrt: what they are derivatives by; () of values.
        request: how torch is asked for such numbers the usual way: what rounding explains is measured on that.
        truths: what is true of each.
        numbers: what torch returned.
        shape: their shape.
        how: how they were asked for, in words.
        explained: what rounding explains of them; None: of the function as it is.
        values: the sizes of the outputs, where a true number that is 0 is to be held against more than 1.
        mode: the mode in which torch computed them.
        of_outputs: whether they are numbers of the outputs; None: where they are values.
        lenient: whether lost digits are forgiven, as at a point that nobody gave; a lost number is not. Then what is
            off in its last bits alone is not judged: measuring what rounding explains takes longer than all else.
            None: where nobody gave the point.
        only_numbers: whether those that have no true number are left out, as second derivatives at a kink are.
    """
    subject = place.subject
    is_lenient = bool(place.how) if lenient is None else lenient
    if is_lenient and are_off_in_last_bits(place, truths, numbers, _LAST_BITS, values):
        words = ", ".join(filter(None, [place.how, how]))
        return Comparison(Verdict(Status.MATCH), wrt=wrt, place=words, values=place.point)
    around = place.explained if explained is None else explained
    judged = [truth if truth.kind is Kind.VALUE else _LEFT_OUT for truth in truths] if only_numbers else truths
    verdicts = judge_elements(around, request, judged, numbers, values=values, tolerance=subject.case.tolerance)
    if only_numbers:
        verdicts = [_left_out(verdict, truth) for verdict, truth in zip(verdicts, truths, strict=True)]
    elements = tuple(
        ElementResult(index, verdict, truth, number)
        for index, verdict, truth, number in zip(indices(shape), verdicts, truths, numbers, strict=True)
    )
    whole = ElementResults(shape, len(shape) if (not wrt if of_outputs is None else of_outputs) else 0, elements)
    words = ", ".join(filter(None, [place.how, how]))
    worst = whole.worst
    if worst is None:
        return Comparison(Verdict(Status.MATCH), wrt=wrt, place=words, values=place.point, elements=whole)
    gradient = Gradient(mode, subject.device.name, subject.dtype, value=worst.gradient)
    made = Comparison(
        worst.verdict,
        wrt=wrt,
        truth=worst.truth,
        gradient=gradient,
        place=words,
        values=place.point,
        elements=whole,
    )
    return replace(made, verdict=forgive_lost_digits(made)) if is_lenient else made


_LEFT_OUT = Truth(Kind.UNDECIDED, reason="not compared")
"""What stands for what is left out: nobody looks at what rounding explains of it."""


def _left_out(verdict: Verdict, truth: Truth) -> Verdict:
    return verdict if truth.kind is Kind.VALUE else Verdict(Status.SKIPPED, f"not compared: {truth.reason}")


_LAST_BITS = 16
"""How many ulps a number may be off in its last bits: ulps of the largest of 1, arguments, sizes and truths."""
