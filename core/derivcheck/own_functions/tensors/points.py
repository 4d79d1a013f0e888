"""Points that nobody gave: other numbers in the shapes of those that were given."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from math import prod

from derivcheck.errors import DerivcheckError
from derivcheck.model import Coordinate, Kind
from derivcheck.model.shaped_values import Shape, ShapedPoint, ShapedValue
from derivcheck.own_functions.tensors.jumps import is_near_jump
from derivcheck.own_functions.tensors.place import Place
from derivcheck.own_functions.tensors.subject import TensorSubject

_FURTHER = 3
"""How many further points are looked at."""

Numbers = Callable[[random.Random, Fraction], Fraction]
"""Draws a number, given the one that stands in its place at the point given."""


def given_places(subject: TensorSubject) -> tuple[Place, ...]:
    """The places at the points given."""
    return subject.remember("given places", lambda: tuple(Place(subject, point) for point in subject.points))


def further_places(subject: TensorSubject) -> tuple[Place, ...]:
    """Places besides the given ones, in their shapes, where the formula is smooth and the function has a value."""
    return subject.remember("further places", lambda: _find_further(subject))


def _find_further(subject: TensorSubject) -> tuple[Place, ...]:
    found: list[Place] = []
    for kind, draw in enumerate((_of_both_signs, _positive, _close_by)):
        for number in range(2):
            place = Place(subject, _drawn(subject.points[0], draw, f"{kind}/{number}"), "at a further point")
            if len(found) < _FURTHER and is_smooth(place) and takes(place):
                found.append(place)
    return tuple(found)


def value_of(numbers: Sequence[Fraction], shape: Shape, *, is_integer: bool = False) -> ShapedValue:
    """A value with a shape from its numbers, which the format holds; its text is a nested list."""
    elements = tuple(Coordinate(_text(number), number, number) for number in numbers)
    return ShapedValue(_nested([element.text for element in elements], shape), shape, elements, is_integer)


def is_smooth(place: Place) -> bool:
    """Whether the formula can be read here, has a value and all first derivatives, and jumps nowhere near."""
    try:
        if is_near_jump(place):
            return False
        truths = list(place.value_truths)
        for name in place.names:
            for upstream in place.fixed:
                truths += place.gradient_truths(name, upstream)
    except DerivcheckError:
        return False
    return all(truth.kind is Kind.VALUE for truth in truths)


def takes(place: Place) -> bool:
    """Whether the function has a value at a point that nobody gave; it may refuse some, as distributions do."""
    try:
        place.run()
    except (Exception, SystemExit, GeneratorExit):
        return False
    return True


def _drawn(point: ShapedPoint, draw: Numbers, seed: str) -> ShapedPoint:
    """A point with other numbers in the place of those that are no integers."""
    made: ShapedPoint = {}
    for name, value in point.items():
        if value.is_integer:
            made[name] = value
            continue
        random_numbers = random.Random(f"{seed}/{name}")
        made[name] = value_of([draw(random_numbers, element.exact) for element in value.elements], value.shape)
    return made


def _of_both_signs(draw: random.Random, _: Fraction) -> Fraction:
    """A number between -3 and 3, not 0, that every format holds."""
    return Fraction(draw.choice([*range(-47, 0, 2), *range(1, 48, 2)]), 16)


def _positive(draw: random.Random, _: Fraction) -> Fraction:
    """A number between 0 and 1."""
    return Fraction(draw.randrange(1, 64, 2), 64)


def _close_by(draw: random.Random, given: Fraction) -> Fraction:
    """A number that is a sixteenth off, at most, from the one given."""
    near = given * (1 + Fraction(draw.randrange(-8, 9), 128))
    return Fraction(round(near * 2**20), 2**20) if abs(near) < 2**20 else given


def _text(number: Fraction) -> str:
    return str(float(number)) if number.denominator != 1 else str(number.numerator)


def _nested(texts: Sequence[str], shape: Shape) -> str:
    if not shape:
        return texts[0]
    each = prod(shape[1:])
    return f"[{', '.join(_nested(part, shape[1:]) for part in _parts(texts, each, shape[0]))}]"


def _parts(texts: Sequence[str], each: int, count: int) -> Iterator[Sequence[str]]:
    for at in range(count):
        yield texts[at * each : (at + 1) * each]
