"""Places in other shapes: where the formula can be read in them, is smooth, and has a value."""

from __future__ import annotations

import random
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from derivcheck.model.shaped_values import ShapedPoint
from derivcheck.numbers import DType
from derivcheck.own_functions.tensors.dims import Shapes, point_in, shapes_of
from derivcheck.own_functions.tensors.place import Place
from derivcheck.own_functions.tensors.points import is_smooth, value_of
from derivcheck.own_functions.tensors.structures import structure_of
from derivcheck.own_functions.tensors.subject import TensorSubject
from derivcheck.own_functions.tensors.upstreams import UPSTREAMS

Kind = Literal["close by", "of both signs", "between 0 and 1"]
"""Which numbers are drawn."""

Numbers = Callable[[random.Random, Fraction], Fraction]
"""Draws a number, given one that stands in the same argument at the point given."""


_MOST_NODES = 5000
"""How many operations the formula may come to in other shapes: what is wrong shows in a smaller shape as well."""


@dataclass(frozen=True, slots=True)
class Tried:
    """A place in other shapes, where the formula is smooth.

    Attributes:
        place: the place.
        error: what the function raised there; None where it has a value.
    """

    place: Place
    error: BaseException | None = None


def try_shapes(subject: TensorSubject, shapes: Shapes, how: str, *, draw: int = 0) -> Tried | None:
    """A place in some shapes; None where the formula has no such shapes, or is not smooth at any numbers drawn.

    Args:
        subject: the function.
        shapes: the shape of each argument.
        how: the shapes in words.
        draw: 0 for the first numbers that are drawn, 1 for others.
    """
    key = f"tried {sorted(shapes.items())}, {draw}"
    return subject.remember(key, lambda: _try(subject, shapes, how, draw))


def _try(subject: TensorSubject, shapes: Shapes, how: str, draw: int) -> Tried | None:
    plain = point_in(subject, shapes)
    if plain is None or len(Place(subject, plain).slope.elements) > _MOST_NODES:
        return None
    return try_point(subject, plain, how, draw=draw)


def try_point(subject: TensorSubject, plain: ShapedPoint, how: str, *, draw: int = 0) -> Tried | None:
    """A place with the shapes and the integers of a point, and with other numbers; None where nothing is smooth."""
    refused: Tried | None = None
    for kind in _kinds(subject):
        place = Place(subject, drawn(subject, plain, kind, draw), how)
        if not is_inside(place) or not is_smooth(place, upstreams=UPSTREAMS):
            continue
        found = tried(place)
        if found.error is None:
            kinds = _kinds(subject)
            kinds.insert(0, kinds.pop(kinds.index(kind)))
            return found
        refused = refused or found
    return refused


def is_inside(place: Place) -> bool:
    """Whether a place lies in the domain that the user declares, if any."""
    domain = place.subject.domain
    return domain is None or domain.contains(place.point, place.subject.dtype)


def tried(place: Place) -> Tried:
    """A place, and what the function raises there."""
    try:
        with warnings.catch_warnings(action="ignore"):  # of a variance of one number nobody asked for
            place.run()
    except (Exception, SystemExit, GeneratorExit) as error:
        return Tried(place, error)
    return Tried(place)


def _kinds(subject: TensorSubject) -> list[Kind]:
    """Which numbers are drawn, in the order in which they are tried: what was of use once comes first."""
    return subject.remember("kinds of numbers", lambda: list(_DRAWN))


def drawn(subject: TensorSubject, point: ShapedPoint, kind: Kind, draw: int) -> ShapedPoint:
    """A point with other numbers in the place of those that are differentiated by."""
    made = dict(point)
    for name in subject.differentiable(point):
        shape = point[name].shape
        numbers = random.Random(f"{kind}/{draw}/{name}/{shape}")
        given = [element.exact for element in point[name].elements]
        keep = structure_of(subject.points[0][name])
        found = [_held(subject.dtype, _DRAWN[kind](numbers, one), one) for one in given]
        made[name] = value_of(found if keep is None else keep(numbers, found, shape), shape)
    return made


def _held(dtype: DType, number: Fraction, given: Fraction) -> Fraction:
    """The number of a format nearest to one."""
    nearest = dtype.nearest(number)
    return given if nearest is None else nearest


def _of_both_signs(draw: random.Random, _: Fraction) -> Fraction:
    """A number between -3 and 3, not 0."""
    return Fraction(draw.choice([*range(-191, 0, 2), *range(1, 192, 2)]), 64)


def _fraction(draw: random.Random, _: Fraction) -> Fraction:
    """A number between 0 and 1."""
    return Fraction(draw.randrange(1, 128, 2), 128)


def _close_by(draw: random.Random, given: Fraction) -> Fraction:
    """A number that is a 32nd off, at most, from the one given."""
    return given * (1 + Fraction(draw.randrange(-32, 33), 1024))


_DRAWN: dict[Kind, Numbers] = {"close by": _close_by, "of both signs": _of_both_signs, "between 0 and 1": _fraction}
"""The numbers that are drawn, in the order in which they are tried. Those close to the ones given are most likely to be
what the function takes: a lower bound stays below the upper one."""


def describe_shapes(subject: TensorSubject, shapes: Shapes) -> str:
    """The arguments whose shapes are not those given, in words: "x of the shape (1, 3), gamma of (3,)"."""
    given = shapes_of(subject.points[0])
    other = [(name, shape) for name, shape in shapes.items() if shape != given[name]]
    return ", ".join(f"{name} of {'the shape ' if not at else ''}{shape}" for at, (name, shape) in enumerate(other))
