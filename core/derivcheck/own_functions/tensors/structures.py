"""What the numbers of an argument have in common, and other numbers drawn for it should have as well.

A backward pass may rely on it without a word: that the probabilities of a row add up to 1, that a matrix is symmetric,
that knots are sorted.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from fractions import Fraction
from math import prod

from derivcheck.model.shaped_values import Shape, ShapedValue, indices

Keeping = Callable[[random.Random, Sequence[Fraction], Shape], list[Fraction]]
"""Gives numbers in a shape what those of an argument have in common."""

_ALMOST = Fraction(1, 2**10)
"""How far the sum of a row may be from 1: probabilities are typed as 0.33, or rounded to bfloat16."""

_PARTS = 64
"""Probabilities are multiples of one part in 64, which every format holds."""

_ENOUGH = 3
"""So many numbers in order are no chance."""


def structure_of(value: ShapedValue) -> Keeping | None:
    """What the numbers of a value have in common; None where that is nothing.

    Example:
        >>> from derivcheck.model import Coordinate
        >>> def row(*numbers):
        ...     found = tuple(Coordinate(str(number), None, Fraction(number)) for number in numbers)
        ...     return ShapedValue("", (len(found),), found)
        >>> keep = structure_of(row(0.25, 0.75))
        >>> sum(keep(random.Random(0), [Fraction(1)] * 3, (3,)))
        Fraction(1, 1)
        >>> structure_of(row(0.25, 0.5)) is None
        True
    """
    numbers = [element.exact for element in value.elements]
    return next((keep for found, keep in _STRUCTURES if numbers and found(numbers, value.shape)), None)


def _rows(numbers: Sequence[Fraction], shape: Shape) -> list[Sequence[Fraction]]:
    """The numbers along the last axis, row by row."""
    return [numbers[at : at + shape[-1]] for at in range(0, len(numbers), shape[-1])] if prod(shape) else []


def _is_of_one_hot_rows(numbers: Sequence[Fraction], shape: Shape) -> bool:
    has_rows = bool(shape) and shape[-1] > 1 and set(numbers) == {Fraction(0), Fraction(1)}
    return has_rows and all(sum(row) == 1 for row in _rows(numbers, shape))


def _is_both(numbers: Sequence[Fraction], shape: Shape) -> bool:
    return _is_of_one_hot_rows(numbers, shape) and _is_symmetric(numbers, shape)


def _is_of_probabilities(numbers: Sequence[Fraction], shape: Shape) -> bool:
    if not shape or shape[-1] <= 1 or min(numbers) < 0:
        return False
    return all(abs(sum(row, Fraction(0)) - 1) <= _ALMOST for row in _rows(numbers, shape))


def _is_symmetric(numbers: Sequence[Fraction], shape: Shape) -> bool:
    if len(shape) <= 1 or shape[-1] != shape[-2] or shape[-1] <= 1:
        return False
    found = dict(zip(indices(shape), numbers, strict=True))
    return all(number == found[(*index[:-2], index[-1], index[-2])] for index, number in found.items())


def _is_rising(numbers: Sequence[Fraction], shape: Shape) -> bool:
    return len(shape) == 1 and len(numbers) >= _ENOUGH and list(numbers) == sorted(set(numbers))


def _draw_identity(_: random.Random, numbers: Sequence[Fraction], shape: Shape) -> list[Fraction]:
    if len(shape) <= 1:
        return list(numbers)
    return [Fraction(index[-1] == index[-2] % shape[-1]) for index in indices(shape)]


def _draw_one_hot_rows(draw: random.Random, numbers: Sequence[Fraction], shape: Shape) -> list[Fraction]:
    if not shape:
        return list(numbers)
    chosen = [draw.randrange(shape[-1]) for _ in _rows(numbers, shape)]
    return [Fraction(at == one) for one in chosen for at in range(shape[-1])]


def _draw_probabilities(draw: random.Random, numbers: Sequence[Fraction], shape: Shape) -> list[Fraction]:
    if not shape:
        return list(numbers)
    found: list[Fraction] = []
    for row in _rows(numbers, shape):
        parts = [1] * len(row)
        for _ in range(_PARTS - len(row)):
            parts[draw.randrange(len(row))] += 1
        found += [Fraction(part, max(sum(parts), 1)) for part in parts]
    return found


def _mirror(_: random.Random, numbers: Sequence[Fraction], shape: Shape) -> list[Fraction]:
    if len(shape) <= 1 or shape[-1] != shape[-2]:
        return list(numbers)
    found = dict(zip(indices(shape), numbers, strict=True))
    return [found[(*index[:-2], *sorted(index[-2:]))] for index in indices(shape)]


def _sort(_: random.Random, numbers: Sequence[Fraction], __: Shape) -> list[Fraction]:
    return sorted(numbers)


_STRUCTURES: tuple[tuple[Callable[[Sequence[Fraction], Shape], bool], Keeping], ...] = (
    (_is_both, _draw_identity),
    (_is_of_one_hot_rows, _draw_one_hot_rows),
    (_is_of_probabilities, _draw_probabilities),
    (_is_symmetric, _mirror),
    (_is_rising, _sort),
)
"""What numbers may have in common, and how others get it; the first that holds counts."""
