"""Two mistakes told apart: a forward pass that is not the formula, and a backward pass that is not its derivative."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from torch import Tensor

from derivcheck.balls.estimates import Estimates
from derivcheck.errors import DerivcheckError
from derivcheck.model import Kind, Result, Severity, Truth
from derivcheck.model.shaped_values import ShapedPoint
from derivcheck.own_functions.checks.exact_truths import as_float
from derivcheck.own_functions.checks.subject import Subject
from derivcheck.own_functions.on_tensors import at_failure, on_tensors
from derivcheck.own_functions.tensors.comparison import compare_gradients
from derivcheck.own_functions.tensors.place import Place
from derivcheck.own_functions.tensors.subject import Formulas, TensorSubject
from derivcheck.own_functions.tensors.upstreams import DENSE, Upstream
from derivcheck.tracing.wording.reading import write_out

_CLOSE = 1e-9
"""Two formulas whose values differ by less, in proportion, are one."""

_MOST_SHOWN = 300
"""A formula with more characters is not shown."""


def tell_apart(subject: Subject | TensorSubject, result: Result) -> str | None:
    """Whether the forward pass computes something else than the formula, and whose derivative the backward pass is.

    Args:
        subject: the function beside the formula that the user states.
        result: an item that has failed.

    Returns:
        A sentence; None where the forward pass is the formula at the points at hand, or cannot be read.
    """
    stated = on_tensors(subject, result) if isinstance(subject, Subject) else at_failure(subject, result)
    if stated.formulas.value is None or stated.formulas.is_read:
        return None
    read = replace(stated, formulas=Formulas(None, None, is_read=True), known={})
    try:
        if not any(_differ(Place(stated, point), Place(read, point)) for point in stated.points):
            return None
        text = _text(read)
        told = f"the forward pass is not the formula{f', it computes {text}' if text else ''}"
        if stated.formulas.slope is not stated.formulas.value or stated.formulas.gradients:
            return told
        for which, whose in ((read, "of what the forward pass computes"), (stated, "of the formula")):
            if _is_derivative(which):
                return f"{told}; the backward pass is the derivative {whose}"
    except (Exception, SystemExit, GeneratorExit):  # the user's code raises, or cannot be read
        return None
    return f"{told}; the backward pass is the derivative of neither"


def _differ(stated: Place, read: Place) -> bool:
    """Whether the two formulas have other values, or other shapes, at a point."""
    if stated.outputs != read.outputs:
        return True
    pairs = zip(stated.value_truths, read.value_truths, strict=True)
    return any(_are_apart(one, other) for one, other in pairs)


def _are_apart(one: Truth, other: Truth) -> bool:
    if one.kind is not Kind.VALUE or other.kind is not Kind.VALUE:
        return False
    assert one.value is not None and other.value is not None  # noqa: PT018
    first, second = as_float(one.value.mid), as_float(other.value.mid)
    return abs(first - second) > _CLOSE * max(abs(first), abs(second))


def _is_derivative(subject: TensorSubject) -> bool:
    """Whether the gradients at all points are those of the formula."""
    return all(one.verdict.status.severity is Severity.PASS for one in _compared(subject))


def _compared(subject: TensorSubject) -> Iterator[Any]:
    for point in subject.points:
        place = Place(subject, point)
        upstreams: Sequence[Upstream] = [Upstream(number) for number in DENSE]
        place.look_at(upstreams)
        for upstream in upstreams:
            yield from compare_gradients(place, place.pull_back(upstream), upstream)


def _text(read: TensorSubject) -> str | None:
    """What the forward pass computes at the first point, where it has a text that is short enough."""
    place = Place(read, read.points[0])
    inputs: dict[str, Tensor] = dict(zip(read.args, place.inputs(_numbers(read.points[0])), strict=True))
    try:
        written = write_out(lambda *tensors: read(tensors), inputs, Estimates(place.exact))
    except DerivcheckError:
        return None
    return written.text if written.text is not None and len(written.text) <= _MOST_SHOWN else None


def _numbers(point: ShapedPoint) -> list[str]:
    return [name for name, value in point.items() if not value.is_integer]
