"""Whether a forward pass that is its own formula computes with numbers that it takes out of its tensors."""

from __future__ import annotations

from fractions import Fraction

from derivcheck.errors import UnsupportedError
from derivcheck.graph.inlining import at_point
from derivcheck.model import Kind, Truth
from derivcheck.model.shaped_values import ShapedPoint, exact_elements
from derivcheck.own_functions.checks.exact_truths import as_fraction
from derivcheck.own_functions.tensors.drawn_numbers import value_of
from derivcheck.own_functions.tensors.place import Place
from derivcheck.own_functions.tensors.subject import TensorSubject
from derivcheck.truth.partials_of_elements import ElementTruths

_STEP = Fraction(1, 2**20)
"""How far the numbers are moved, in proportion: so little that a branch is seldom another one."""

_CLOSE = Fraction(1, 10**12)
"""Two values that differ by less, in proportion, are the same."""


def refuse_numbers(subject: TensorSubject) -> None:
    """Fail where what was recorded of a function is not its formula.

    `.item()`, `.tolist()` and NumPy take numbers out of tensors, and what is computed from them is a constant of the
    run: nothing is known of how it depends on the arguments. That does no harm where they choose a branch, or cancel,
    as the largest element does that exponents are moved by. Here what was recorded at a point is held against what is
    recorded close by.

    Raises:
        UnsupportedError: where that is so.
    """
    for point in subject.points:
        here, beside = Place(subject, point), Place(subject, _moved(subject, point))
        if here.outputs != beside.outputs or here.recorded.lowered.elements.nodes == beside.value.elements.nodes:
            continue
        truths = ElementTruths(here.value.elements, at_point(exact_elements(beside.point)))
        pairs = zip([truths.value(root) for root in range(here.count)], beside.value_truths, strict=True)
        if any(_are_apart(one, other) for one, other in pairs):
            raise UnsupportedError(
                "the forward pass computes with numbers that it takes out of its tensors (.item(), .tolist(), NumPy), "
                "so that it cannot be read as a formula",
                hint="say what it computes: --formula EXPR",
            )


def _moved(subject: TensorSubject, point: ShapedPoint) -> ShapedPoint:
    """The point with each number that is differentiated by a little larger or smaller; 0 stays 0."""
    made = dict(point)
    for name in subject.differentiable(point):
        value = point[name]
        steps = [1 + _STEP * (1 + at % 3) * (-1) ** at for at in range(len(value.elements))]
        numbers = [one.exact * step for one, step in zip(value.elements, steps, strict=True)]
        held = [subject.dtype.nearest(number) for number in numbers]
        exact = [one.exact if new is None else new for one, new in zip(value.elements, held, strict=True)]
        made[name] = value_of(exact, value.shape)
    return made


def _are_apart(one: Truth, other: Truth) -> bool:
    if one.kind is not Kind.VALUE or other.kind is not Kind.VALUE or one.value is None or other.value is None:
        return False
    first, second = as_fraction(one.value.mid), as_fraction(other.value.mid)
    return abs(first - second) > _CLOSE * max(abs(first), abs(second))
