"""The dims of a function: the axes of its arguments that have one size, and change it together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from math import prod

from derivcheck.model.shaped_values import Shape, ShapedPoint, ShapedValue, indices
from derivcheck.own_functions.tensors.place import Place
from derivcheck.own_functions.tensors.points import value_of
from derivcheck.own_functions.tensors.subject import TensorSubject

Axis = tuple[str, int]
"""An axis of an argument: its name, and which of its axes."""

Shapes = Mapping[str, Shape]
"""The shape of each argument."""

LARGE = 5
"""A size beyond which a dim is made smaller before it is changed: what holds for 3 rows holds for 64, in less time."""

_SMALL = (3, 4, 5, 2)
"""The sizes that large dims get, each another one while they last."""

_MOST_AXES = 4
"""So many axes at most are looked for that change together, unless it is all axes of one size."""

_MOST_TRIES = 60
"""So many groups of axes of one size are tried at most."""

MOST_ELEMENTS = 512
"""How many elements an argument may have, other than at the point given."""


@dataclass(frozen=True, slots=True)
class Dim:
    """A dim: axes that change their size together.

    Attributes:
        size: the size.
        axes: the axes.
    """

    size: int
    axes: tuple[Axis, ...]


def shapes_of(point: ShapedPoint) -> dict[str, Shape]:
    """The shape of each argument at a point."""
    return {name: value.shape for name, value in point.items()}


def resize(shapes: Shapes, axes: tuple[Axis, ...], size: int) -> dict[str, Shape]:
    """Shapes in which some axes have another size.

    Example:
        >>> resize({"x": (2, 3), "gamma": (3,)}, (("x", 1), ("gamma", 0)), 5)
        {'x': (2, 5), 'gamma': (5,)}
    """
    found = {name: list(shape) for name, shape in shapes.items()}
    for name, axis in axes:
        found[name][axis] = size
    return {name: tuple(shape) for name, shape in found.items()}


def point_in(subject: TensorSubject, shapes: Shapes) -> ShapedPoint | None:
    """The first point in other shapes, with its numbers again and again; integers that fit.

    Returns:
        None where the formula cannot be read in these shapes.
    """
    given = subject.points[0]
    if any(prod(shape) > max(MOST_ELEMENTS, len(given[name].elements)) for name, shape in shapes.items()):
        return None
    for integers in _ways(subject, shapes):
        point = {name: _again(value, shapes[name], integers) for name, value in given.items()}
        try:
            Place(subject, point).value  # noqa: B018  # reading it tells whether the shapes go together
        except Exception:  # NumPy's errors as well: shapes that nobody gave must not end the list
            continue
        return point
    return None


def _ways(subject: TensorSubject, shapes: Shapes) -> Iterator[int | None]:
    """What integers are taken modulo, so that labels and indices stay within their dim; None: they stay."""
    yield None
    if any(value.is_integer and value.elements for value in subject.points[0].values()):
        yield from sorted({size for shape in shapes.values() for size in shape if size}, reverse=True)


def _again(value: ShapedValue, shape: Shape, modulus: int | None) -> ShapedValue:
    """A value in another shape: along each axis its elements one after the other, and again."""
    if shape == value.shape and (modulus is None or not value.is_integer):
        return value
    if not value.elements:
        return value_of([Fraction(0)] * prod(shape), shape, is_integer=value.is_integer)
    sizes = (1,) * (len(shape) - len(value.shape)) + value.shape[max(len(value.shape) - len(shape), 0) :]
    numbers = [value.elements[_place(index, sizes)].exact for index in indices(shape)]
    if value.is_integer and modulus is not None:
        numbers = [number % modulus for number in numbers]
    return value_of(numbers, shape, is_integer=value.is_integer)


def _place(index: Sequence[int], sizes: Shape) -> int:
    """Where the element of an index stands among those of a value whose sizes are smaller, or larger."""
    place = 0
    for at, size in zip(index, sizes, strict=True):
        place = place * size + at % size
    return place


# --- the dims ---------------------------------------------------------------------------------------------------------


def small_shapes(subject: TensorSubject) -> dict[str, Shape]:
    """The shapes of the first point, with its large dims made smaller where the formula allows that."""
    return subject.remember("small shapes", lambda: _make_small(subject))


def _make_small(subject: TensorSubject) -> dict[str, Shape]:
    shapes = shapes_of(subject.points[0])
    for size in sorted({size for shape in shapes.values() for size in shape if size > LARGE}, reverse=True):
        used = {other for shape in shapes.values() for other in shape}
        new = next((small for small in _SMALL if small not in used), _SMALL[0])
        smaller = resize(shapes, _axes_of(shapes, size), new)
        if point_in(subject, smaller) is not None:
            shapes = smaller
    return shapes


def dims_of(subject: TensorSubject) -> tuple[Dim, ...]:
    """The dims of a function, as its formula has them: the smallest groups of axes that it lets change their size.

    Of x @ A with x of the shape (3,) and A of (3, 3) they are the axis of x with the first one of A, and the other one.
    """
    return subject.remember("dims", lambda: tuple(_find(subject)))


def _find(subject: TensorSubject) -> Iterator[Dim]:
    shapes = small_shapes(subject)
    sizes = {size for shape in shapes.values() for size in shape}
    for size in sorted(sizes, reverse=True):
        other = next(number for number in range(size + 2, size + len(sizes) + 3) if number not in sizes)
        axes = _axes_of(shapes, size)
        found: list[tuple[Axis, ...]] = []
        groups = [some for many in range(1, min(len(axes), _MOST_AXES) + 1) for some in combinations(axes, many)]
        for some in groups[:_MOST_TRIES]:
            is_new = not any(set(known) <= set(some) for known in found)
            if is_new and point_in(subject, resize(shapes, some, other)) is not None:
                found.append(some)
        if not found and len(axes) > 1 and point_in(subject, resize(shapes, axes, other)) is not None:
            found.append(axes)
        for some in found:
            yield Dim(size, some)


def _axes_of(shapes: Shapes, size: int) -> tuple[Axis, ...]:
    return tuple((name, axis) for name, shape in shapes.items() for axis, there in enumerate(shape) if there == size)
