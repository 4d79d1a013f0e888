"""The item about another format: values and first derivatives are right in float32 as well, from float32 in float64."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from derivcheck.autograd.devices import TORCH_DTYPES
from derivcheck.model import Coordinate, Status
from derivcheck.model.shaped_values import ShapedPoint, ShapedValue, exact_elements
from derivcheck.numbers import DType
from derivcheck.own_functions.checks.comparison import Comparison, conclude
from derivcheck.own_functions.checks.formats import lacks_format, other_format
from derivcheck.own_functions.tensors.comparison import compare_gradients, compare_values
from derivcheck.own_functions.tensors.place import Place
from derivcheck.own_functions.tensors.points import takes
from derivcheck.own_functions.tensors.subject import TensorSubject
from derivcheck.own_functions.tensors.upstreams import DENSE, ONES, Upstream
from derivcheck.own_functions.tensors.ways_of_asking import asked_places


def check_other_format(subject: TensorSubject) -> Iterator[Comparison]:
    """Values and first derivatives in float32, or in float64 where float32 is the format asked for."""
    other = other_format(subject.dtype)
    reason = lacks_format(subject.function, subject.device, subject.dtype)
    if reason is not None:
        yield conclude(Status.SKIPPED, reason)
        return
    points = [_in_format(point, other) for point in subject.points]
    there = replace(
        subject, dtype=other, points=tuple([point for point in points if point is not None]), known={}, placed={}
    )
    for place in asked_places(subject):
        found = _there(place, there)
        if found is None:
            yield conclude(Status.SKIPPED, f"{other} does not hold numbers as large as those of the point")
        elif not place.how or takes(found):
            yield from _compare(found)


def _compare(place: Place) -> Iterator[Comparison]:
    dtype = place.subject.dtype
    _, outputs = place.run()
    yield from compare_values(place, outputs, how=str(dtype))
    for output in outputs:
        if output.is_floating_point() and output.dtype is not TORCH_DTYPES[dtype]:
            yield conclude(Status.MISMATCH, f"the function returned {output.dtype} for {dtype}", place=place.how)
    for number in (DENSE[0], ONES):
        upstream = Upstream(number)
        yield from compare_gradients(place, place.pull_back(upstream), upstream, how=str(dtype))


def _there(place: Place, subject: TensorSubject) -> Place | None:
    """A place in another format; what is true at the very same numbers is not looked for again."""
    point = _in_format(place.point, subject.dtype)
    if point is None:
        return None
    found = Place(subject, point, place.how)
    if exact_elements(point) == exact_elements(place.point):
        known = ("value", "slope", "truths", "value_truths")
        vars(found).update({name: getattr(place, name) for name in known})
    return found


def _in_format(point: ShapedPoint, dtype: DType) -> ShapedPoint | None:
    """A point as a format holds it; None where a number is beyond its largest one."""
    rounded = {name: _rounded(value, dtype) for name, value in point.items()}
    known = {name: value for name, value in rounded.items() if value is not None}
    return known if len(known) == len(rounded) else None


def _rounded(value: ShapedValue, dtype: DType) -> ShapedValue | None:
    """What was typed, as a format holds it; None where that is beyond its largest number."""
    if value.is_integer:
        return value
    elements: list[Coordinate] = []
    for element in value.elements:
        nearest = dtype.nearest(element.exact if element.typed is None else element.typed)
        if nearest is None:
            return None
        elements.append(Coordinate(element.text, element.typed, nearest))
    return ShapedValue(value.text, value.shape, tuple(elements))
