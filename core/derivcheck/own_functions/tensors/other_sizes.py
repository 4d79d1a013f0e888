"""The point given in other sizes: for names that tell a factor 2 from a division by the batch size."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from math import prod

from derivcheck.model.shaped_values import Shape, ShapedPoint
from derivcheck.own_functions.tensors.points import value_of


def shapes_of_other_sizes(point: ShapedPoint) -> Iterator[dict[str, Shape]]:
    """Shapes that the arguments could have as well: a first dim of another size, all dims of one size of another."""
    shapes = {name: value.shape for name, value in point.items()}
    sizes = [size for shape in shapes.values() for size in shape]
    firsts = [shape[0] for shape in shapes.values() if shape and shape[0] > 1]
    for first in dict.fromkeys(firsts):
        other = _unused(first, sizes)
        yield {name: (other, *shape[1:]) if shape and shape[0] == first else shape for name, shape in shapes.items()}
    for size in dict.fromkeys(one for one in sizes if one > 1):
        other = _unused(size, sizes)
        yield {name: tuple(other if one == size else one for one in shape) for name, shape in shapes.items()}


def shapes_of_one_size(point: ShapedPoint) -> Iterator[dict[str, Shape]]:
    """Shapes in which one dim of one argument has another size."""
    shapes = {name: value.shape for name, value in point.items()}
    sizes = [size for shape in shapes.values() for size in shape]
    for name, shape in shapes.items():
        for at, size in enumerate(shape):
            if size > 1:
                yield {**shapes, name: (*shape[:at], _unused(size, sizes), *shape[at + 1 :])}


def _unused(size: int, sizes: Sequence[int]) -> int:
    """The next larger size that no dim has."""
    return next(other for other in range(size + 1, size + len(sizes) + 2) if other not in sizes)


def resized(point: ShapedPoint, shapes: Mapping[str, Shape]) -> ShapedPoint:
    """A point whose values have other shapes: numbers close to those given, one after another."""
    made: ShapedPoint = {}
    for name, value in point.items():
        draw = random.Random(name)
        given = [element.exact for element in value.elements]
        count = prod(shapes[name])
        numbers = [given[at % len(given)] for at in range(count)] if given else []
        if not value.is_integer:
            numbers = [
                number
                if abs(number) >= 2**20
                else Fraction(round(number * (1 + Fraction(draw.randrange(-24, 25), 128)) * 2**20), 2**20)
                for number in numbers
            ]
        made[name] = value_of(numbers, shapes[name], is_integer=value.is_integer)
    return made
