"""Numbers for an argument, drawn in several ways: freely, positive, of many magnitudes, or made of those given."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from fractions import Fraction

from derivcheck.model import Coordinate
from derivcheck.model.shaped_values import Shape, ShapedValue
from derivcheck.numbers.formats import magnitude
from derivcheck.own_functions.tensors.argument_structures import Numbers, Structure, draw_integers, draw_mask

_BITS = 8
"""Every format holds a number of so many bits."""

Way = Callable[[random.Random, ShapedValue], Numbers]
"""Draws numbers to stand in the place of those given."""


def draw(way: Way, value: ShapedValue, structure: Structure, seed: str) -> ShapedValue:
    """A value of the same shape and structure; the same for the same seed."""
    numbers = random.Random(seed)
    if structure.integers is not None:
        return value_of(draw_integers(numbers, value, structure), value.shape, is_integer=True)
    if structure.is_mask:
        return value_of(draw_mask(numbers, value, structure), value.shape)
    return value_of(structure.keep(way(numbers, value), value.shape), value.shape)


# --- ways ------------------------------------------------------------------------------------------------------------


def of_both_signs(draw: random.Random, value: ShapedValue) -> Numbers:
    """Numbers between -3 and 3, none of them 0."""
    return [Fraction(draw.choice([*range(-47, 0, 2), *range(1, 48, 2)]), 16) for _ in value.elements]


def of_many_sizes(draw: random.Random, value: ShapedValue) -> Numbers:
    """Numbers of both signs between 1/64 and 16."""
    return [
        Fraction(draw.choice((-1, 1)) * draw.randrange(17, 32, 2) * 2 ** draw.randrange(0, 10), 2**11)
        for _ in value.elements
    ]


def of_fractions(draw: random.Random, value: ShapedValue) -> Numbers:
    """Numbers between 0 and 1."""
    return [Fraction(draw.randrange(1, 64, 2), 64) for _ in value.elements]


def scaled(draw: random.Random, value: ShapedValue) -> Numbers:
    """Those given, each times a number between 1/2 and 2."""
    return [short(element.exact * Fraction(draw.randrange(9, 33), 16)) for element in value.elements]


def scaled_rows(draw: random.Random, value: ShapedValue) -> Numbers:
    """Those given with rows and columns multiplied by powers of 2: a positive definite matrix stays one."""
    n = value.shape[-1] if value.shape else 1
    powers = [Fraction(draw.choice((1, 2, 4)), 2) for _ in range(n)]
    is_square = len(value.shape) > 1 and value.shape[-2] == n
    return [
        element.exact * powers[at % n] * (powers[at // n % n] if is_square else 1)
        for at, element in enumerate(value.elements)
    ]


def permuted(draw: random.Random, value: ShapedValue) -> Numbers:
    """Those given, rows and columns in another order; of a square matrix both in the same."""
    shape = value.shape
    orders = [draw.sample(range(size), size) for size in shape]
    if len(shape) > 1 and shape[-1] == shape[-2]:
        orders[-2] = orders[-1]
    return _reordered([element.exact for element in value.elements], shape, orders)


def close_by(draw: random.Random, value: ShapedValue) -> Numbers:
    """Those given, each a sixteenth off, at most."""
    return [short(element.exact * (1 + Fraction(draw.randrange(-8, 9), 128))) for element in value.elements]


def increasing(draw: random.Random, value: ShapedValue) -> Numbers:
    """Numbers of both signs, each row in ascending order."""
    drawn, n = of_both_signs(draw, value), value.shape[-1] if value.shape else 1
    rows = [sorted(drawn[at : at + n]) for at in range(0, len(drawn), n)] if drawn else []
    return [number + Fraction(at, 64) for row in rows for at, number in enumerate(row)]


def as_given(_: random.Random, value: ShapedValue) -> Numbers:
    """Those given."""
    return [element.exact for element in value.elements]


# --- numbers and values ----------------------------------------------------------------------------------------------


def short(number: Fraction) -> Fraction:
    """A number in so few bits that every format holds it."""
    if not number:
        return number
    unit = Fraction(2) ** (magnitude(number) - _BITS)
    return round(number / unit) * unit


def value_of(numbers: Sequence[Fraction], shape: Shape, *, is_integer: bool = False) -> ShapedValue:
    """A value with a shape from its numbers, which the format holds; its text is a nested list."""
    elements = tuple(Coordinate(_text(number), number, number) for number in numbers)
    return ShapedValue(_nested([element.text for element in elements], shape), shape, elements, is_integer)


def _reordered(numbers: Numbers, shape: Shape, orders: Sequence[Sequence[int]]) -> Numbers:
    if not shape:
        return numbers
    each = len(numbers) // shape[0] if shape[0] else 0
    parts = [_reordered(numbers[at * each : (at + 1) * each], shape[1:], orders[1:]) for at in range(shape[0])]
    return [number for at in orders[0] for number in parts[at]]


def _text(number: Fraction) -> str:
    return repr(float(number)) if number.denominator != 1 else str(number.numerator)


def _nested(texts: Sequence[str], shape: Shape) -> str:
    if not shape:
        return texts[0]
    each = len(texts) // shape[0] if shape[0] else 0
    return f"[{', '.join(_nested(texts[at * each : (at + 1) * each], shape[1:]) for at in range(shape[0]))}]"
