"""The item about batches: what the formula keeps apart must not depend on its neighbours in the function either."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction

from torch import Tensor

from derivcheck.autograd.requests import Request
from derivcheck.autograd.tensor_transforms import numbers_in
from derivcheck.balls.compiling import compile_balls
from derivcheck.model import Status, Verdict
from derivcheck.model.shaped_values import ShapedPoint, ShapedValue, addresses, indices
from derivcheck.own_functions.checks.comparison import Comparison, conclude, describe_error
from derivcheck.own_functions.checks.exact_truths import scale
from derivcheck.own_functions.tensors.comparison import compare_array, compare_gradient
from derivcheck.own_functions.tensors.dims import Dim, dims_of, shapes_of, small_shapes
from derivcheck.own_functions.tensors.elsewhere import (
    NO_EXCUSE,
    REFUSED,
    Excused,
    Outcome,
    compare_elsewhere,
    excuse_of_shapes,
    told,
)
from derivcheck.own_functions.tensors.place import Place
from derivcheck.own_functions.tensors.points import given_places, is_smooth, value_of
from derivcheck.own_functions.tensors.resized import is_inside, tried, try_shapes
from derivcheck.own_functions.tensors.subject import TensorSubject
from derivcheck.own_functions.tensors.upstreams import DENSE, UPSTREAMS, Upstream

_MOST_DIMS = 2
"""So many dims that the formula keeps apart are looked at."""

_HUGE = 1024
"""How many times larger the neighbours of a row are made."""

_UPSTREAM = Upstream(DENSE[0])


def check_companions(subject: TensorSubject) -> Iterator[Comparison]:
    """Along each dim that the formula keeps apart: rows alone, in twos, in another order, beside huge ones."""
    place = _base(subject)
    if place is None:
        yield conclude(Status.SKIPPED, "the formula is smooth at no point to make a batch of")
        return
    nothing = "the formula keeps no dim apart: every element of its result depends on all elements along each"
    yield from told(_compare_all(place), nothing)


def _compare_all(place: Place) -> Iterator[Outcome]:
    shapes = shapes_of(place.point)
    found = [Dim(shapes[dim.axes[0][0]][dim.axes[0][1]], dim.axes) for dim in dims_of(place.subject)]
    apart = [dim for dim in found if dim.size > 1 and is_kept_apart(place, dim)]
    for dim in apart[:_MOST_DIMS]:
        last = dim.size - 1
        for rows in dict.fromkeys([(0,), (last,), (last, 0), tuple(range(last, -1, -1))]):
            yield from _compare_rows(place, dim, rows)
        for row in (0, last):
            yield from _compare_beside_huge(place, dim, row)


def _base(subject: TensorSubject) -> Place | None:
    """A place in small shapes where the formula is smooth: the one given, if it is one.

    Where the formula may be written for the shapes given, it is one in these.
    """
    given, small = shapes_of(subject.points[0]), small_shapes(subject)
    if small == given or excuse_of_shapes(subject, small) != NO_EXCUSE:
        small = given
        if is_smooth(given_places(subject)[0]):
            return given_places(subject)[0]
    found = try_shapes(subject, small, "at a further point")
    return None if found is None else found.place


def is_kept_apart(place: Place, dim: Dim) -> bool:
    """Whether each output has an axis for a dim, along which each of its elements depends on its own row alone."""
    if not all(dim.size in shape for shape in place.outputs):
        return False
    rows = _rows_of_addresses(place.point, dim)
    for lowered in {id(one): one for one in (place.value, place.slope)}.values():
        program = compile_balls(lowered.elements)
        of_rows = [0] * dim.size
        for at, name in enumerate(program.variables):
            if name in rows:
                of_rows[rows[name]] |= 1 << at
        root = 0
        for shape in place.outputs:
            axes = {axis for axis, size in enumerate(shape) if size == dim.size}
            for index in indices(shape):
                depends = program.dependence(root)
                found = {row for row, variables in enumerate(of_rows) if depends & variables}
                axes -= {axis for axis in axes if found - {index[axis]}}
                root += 1
            if not axes:
                return False
    return True


def _rows_of_addresses(point: ShapedPoint, dim: Dim) -> dict[str, int]:
    """In which row along a dim each address stands; that of an argument without it is in none."""
    found: dict[str, int] = {}
    for name, axis in dim.axes:
        value = point[name]
        found |= {at: index[axis] for at, index in zip(addresses(name, value.shape), indices(value.shape), strict=True)}
    return found


def _compare_rows(place: Place, dim: Dim, rows: Sequence[int]) -> Iterator[Outcome]:
    """Some rows by themselves, in an order."""
    subject = place.subject
    point = dict(place.point)
    for name, axis in dim.axes:
        point[name] = _chosen(point[name], axis, rows)
    axes = ", ".join(f"dim {axis} of {name}" for name, axis in dim.axes)
    words = f"row {rows[0]} alone" if len(rows) == 1 else f"the rows {', '.join(map(str, rows))}"
    chosen = Place(subject, point, f"{words} along {axes}")
    try:
        if not is_inside(chosen) or not is_smooth(chosen, upstreams=UPSTREAMS):
            return
    except Exception:  # NumPy's errors as well: shapes that nobody gave must not end the list
        return
    yield from compare_elsewhere(tried(chosen), lambda: None, excuse_of_shapes(subject, shapes_of(point)))


def _chosen(value: ShapedValue, axis: int, rows: Sequence[int]) -> ShapedValue:
    """Some of the rows along an axis of a value."""
    shape = (*value.shape[:axis], len(rows), *value.shape[axis + 1 :])
    given = dict(zip(indices(value.shape), value.elements, strict=True))
    numbers = [given[(*index[:axis], rows[index[axis]], *index[axis + 1 :])].exact for index in indices(shape)]
    return value_of(numbers, shape, is_integer=value.is_integer)


def _compare_beside_huge(place: Place, dim: Dim, row: int) -> Iterator[Outcome]:
    """The gradients of one row by itself, while all other rows hold huge numbers."""
    subject = place.subject
    point = dict(place.point)
    for name, axis in dim.axes:
        if name in place.names:
            value = point[name]
            numbers = [
                element.exact * (1 if index[axis] == row else _HUGE)
                for index, element in zip(indices(value.shape), value.elements, strict=True)
            ]
            if any(subject.dtype.nearest(number) != number for number in numbers):
                return
            point[name] = value_of(numbers, value.shape)
    beside = Place(subject, point, f"row {row} beside rows that are {_HUGE} times as large")
    if not is_inside(beside) or not is_smooth(beside, upstreams=[_UPSTREAM]):
        return
    found = tried(beside)
    if found.error is not None:
        yield Excused(REFUSED, beside.how, f"{beside.how}: {REFUSED}: {describe_error(found.error)}")
        return
    try:
        gradients = beside.pull_back(_UPSTREAM)
    except (Exception, SystemExit, GeneratorExit) as error:
        yield Excused(REFUSED, beside.how, f"{beside.how}: {REFUSED}: {describe_error(error)}")
        return
    for name, axis in dim.axes:
        if name in gradients:
            yield _compare_row(beside, name, gradients[name], axis, row)


def _compare_row(place: Place, name: str, gradient: Tensor | None, axis: int, row: int) -> Comparison:
    """Compare the gradient by one row of an argument; what it is by the others does not count here."""
    if gradient is None or tuple(gradient.shape) != place.point[name].shape:
        return compare_gradient(place, name, gradient, _UPSTREAM, lenient=True)
    shape = place.point[name].shape
    truths, numbers = [], []
    for index, truth, number in zip(
        indices(shape), place.gradient_truths(name, _UPSTREAM), numbers_in(gradient.detach()).reshape(-1), strict=True
    ):
        counts = index[axis] == row
        truths.append(truth if counts else scale(truth, Fraction(0)))
        numbers.append(float(number) if counts else 0.0)
    if not all(map(math.isfinite, numbers)):
        text = f"the gradient by {name} is nan or inf in row {row}, which the formula keeps apart from its neighbours"
        return Comparison(Verdict(Status.NONFINITE, text), wrt=(name,), place=place.how, values=place.point)
    weights = tuple(map(float, _UPSTREAM.weights(place.outputs)))
    request = Request((name,), weights)
    return compare_array(place, (name,), request, truths, numbers, shape, how=str(_UPSTREAM), lenient=True)
