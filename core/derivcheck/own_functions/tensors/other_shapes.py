"""The items about other shapes than those given: other sizes, dims in front, arguments that are broadcast."""

from __future__ import annotations

from collections.abc import Iterator

from derivcheck.model.shaped_values import Shape
from derivcheck.own_functions.checks.comparison import Comparison
from derivcheck.own_functions.tensors.dims import Shapes, dims_of, point_in, resize, shapes_of, small_shapes
from derivcheck.own_functions.tensors.elsewhere import Outcome, compare_elsewhere, compare_in_shapes, told
from derivcheck.own_functions.tensors.layouts import compare_layouts
from derivcheck.own_functions.tensors.place import Place
from derivcheck.own_functions.tensors.points import is_smooth
from derivcheck.own_functions.tensors.resized import describe_shapes, drawn, is_inside, tried, try_shapes
from derivcheck.own_functions.tensors.structures import structure_of
from derivcheck.own_functions.tensors.subject import TensorSubject

_IN_FRONT: tuple[Shape, ...] = ((2,), (1,), (0,), (2, 3))
"""Dims of a batch that are put before those of all arguments, or of those with the most; before one alone the first."""

_LONG = 17
"""A size that no block of 4, 8 or 16 fits into without a rest."""

_MOST_BROADCAST = 12
"""So many ways of broadcasting are tried for one argument."""


def check_shapes(subject: TensorSubject) -> Iterator[Comparison]:
    """Values and gradients in other shapes of the arguments, and in other layouts in memory."""
    yield from told(_in_all_shapes(subject), "the formula has no other shapes, and no layout was tried")


def _in_all_shapes(subject: TensorSubject) -> Iterator[Outcome]:
    yield from compare_layouts(subject)
    for shapes in other_shapes(subject):
        yield from compare_in_shapes(subject, shapes, describe_shapes(subject, shapes))
    yield from _mixed(subject)


_MIXED: Shape = (6,)
"""The shape in front in which numbers of both signs stand in one batch."""


def _mixed(subject: TensorSubject) -> Iterator[Outcome]:
    """A batch of numbers of both signs, where the points given have one number an argument.

    A mask that asks whether all of a batch lie inside is right wherever they are alike.
    """
    if any(len(value.elements) > 1 for point in subject.points for value in point.values()):
        return
    shapes = {name: (*_MIXED, *shape) for name, shape in shapes_of(subject.points[0]).items()}
    plain = point_in(subject, shapes)
    for draw in range(_DRAWN if plain is not None else 0):
        how = f"{describe_shapes(subject, shapes)} with numbers of both signs"
        place = Place(subject, drawn(subject, plain or {}, "of both signs", draw), how)
        if is_inside(place) and is_smooth(place):
            yield from compare_elsewhere(tried(place), lambda: None)
            return


_DRAWN = 3
"""So often numbers are drawn for such a batch."""


def other_shapes(subject: TensorSubject) -> Iterator[Shapes]:
    """The shapes to try: each dim with the size 1, with none, larger, and long; and with dims of a batch in front."""
    small = small_shapes(subject)
    if small != shapes_of(subject.points[0]):
        yield small
    for dim in dims_of(subject):
        for size in (1, 0, dim.size + 2, _LONG):
            if size != dim.size:
                yield resize(small, dim.axes, size)
    most = max(map(len, small.values()))
    largest = tuple(name for name, shape in small.items() if len(shape) == most)
    whole = next((names for names in (tuple(small), largest) if _has_batches(subject, small, names)), None)
    for front in _IN_FRONT if whole is not None else ():
        yield _with_batch(small, whole or (), front)
    for name in largest if len(largest) > 1 else ():
        yield _with_batch(small, (name,), _IN_FRONT[0])


def _has_batches(subject: TensorSubject, shapes: Shapes, names: tuple[str, ...]) -> bool:
    return point_in(subject, _with_batch(shapes, names, _IN_FRONT[0])) is not None


def _with_batch(shapes: Shapes, names: tuple[str, ...], front: Shape) -> Shapes:
    """Shapes with dims put before those of some arguments."""
    return {name: (*front, *shape) if name in names else shape for name, shape in shapes.items()}


def check_broadcasting(subject: TensorSubject) -> Iterator[Comparison]:
    """Each argument in a shape that the formula broadcasts: its gradient is summed, or the function raises."""
    nothing = "the formula broadcasts none of the arguments"
    yield from told(_broadcast(subject), nothing)


def _broadcast(subject: TensorSubject) -> Iterator[Outcome]:
    small = small_shapes(subject)
    whole = try_shapes(subject, small, describe_shapes(subject, small))
    if len(small) < _TWO or whole is None:
        return
    for name in subject.differentiable(subject.points[0]):
        if structure_of(subject.points[0][name]) is not None:
            continue  # one probability for a whole row is none
        for shape in _smaller(small[name]):
            shapes = {**small, name: shape}
            found = try_shapes(subject, shapes, describe_shapes(subject, shapes))
            if found is not None and found.place.outputs == whole.place.outputs:
                yield from compare_in_shapes(subject, shapes, describe_shapes(subject, shapes), broadcasts=True)


_TWO = 2
"""How many arguments it takes for one to be broadcast beside another."""


def _smaller(shape: Shape) -> Iterator[Shape]:
    """The shapes that are broadcast to one: each size 1, leading dims left out, and both."""
    found: dict[Shape, None] = {}
    for first in range(len(shape) + 1):
        rest = shape[first:]
        found[rest] = None
        for axis in range(len(rest)):
            found[(*rest[:axis], 1, *rest[axis + 1 :])] = None
        found[(1,) * len(rest)] = None
    yield from [one for one in found if one != shape][:_MOST_BROADCAST]
