"""A function as one of tensors, at the points given and at the one where an item has failed."""

from __future__ import annotations

from dataclasses import replace

from derivcheck.model import Result
from derivcheck.model.shaped_values import ShapedValue
from derivcheck.own_functions.checks.subject import Subject
from derivcheck.own_functions.tensors.subject import Formulas, TensorSubject


def at_failure(subject: TensorSubject, result: Result) -> TensorSubject:
    """The function at the point where an item failed, too."""
    point = result.values
    if point is None or set(point) != set(subject.args) or point in subject.points:
        return subject
    return subject.at_points((*subject.points, point))


def on_tensors(subject: Subject, result: Result) -> TensorSubject:
    """A function of numbers as one of tensors; those that it takes in the shape (1,) have it."""
    shape = (1,) if subject.function.lifts else ()
    points = tuple(
        {name: ShapedValue(one.text, shape, (one,)) for name, one in point.items()}
        for point in (*subject.points, *([result.point] if result.point else []))
    )
    function = replace(subject.function, lifts=False)
    formulas = Formulas(subject.value.expression, subject.slope.expression)
    if subject.slope is subject.value:
        formulas = replace(formulas, slope=formulas.value)
    return TensorSubject(function, subject.args, formulas, subject.case, subject.device, subject.dtype, points)
