"""What the numbers of an argument have in common, and what other numbers in their place should keep.

A covariance matrix is symmetric, a row of probabilities adds up to 1, a mask holds zeros and ones, a triangular matrix
has zeros on one side. A function may rely on that, and need not be right elsewhere: the gradient of a cross entropy is
softmax(z) - p only where the p add up to 1. So numbers that derivcheck chooses have it as well.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import prod

from derivcheck.model.shaped_values import Shape, ShapedValue

Numbers = list[Fraction]
"""The elements of a value, the last dimension first as in C."""

_ONE = Fraction(1)

_ALMOST = Fraction(1, 2**18)
"""So close to 1 is the sum of probabilities that were typed with six digits, or are float32's."""


@dataclass(frozen=True, slots=True)
class Structure:
    """What is common to an argument's numbers at all points given.

    Attributes:
        integers: the least and the largest, where they are integers that stay such; None elsewhere.
        is_mask: whether they are zeros and ones that are not differentiated by.
        adds_up: whether each row, along the last dimension, adds up to 1 and has no negative number.
        is_symmetric: whether each matrix of the last two dimensions is symmetric.
        zeros: the numbers of the elements that are 0 since each matrix is triangular, or diagonal.
    """

    integers: tuple[int, int] | None = None
    is_mask: bool = False
    adds_up: bool = False
    is_symmetric: bool = False
    zeros: frozenset[int] = frozenset()

    def keep(self, numbers: Numbers, shape: Shape) -> Numbers:
        """Numbers that are changed so that they have the structure."""
        if self.is_symmetric:
            n = shape[-1]
            for first in range(0, len(numbers), n * n):
                for i in range(n):
                    for j in range(i):
                        numbers[first + i * n + j] = numbers[first + j * n + i]
        numbers = [Fraction(0) if at in self.zeros else number for at, number in enumerate(numbers)]
        return _add_up(numbers, shape) if self.adds_up else numbers

    def symmetrical(self, which: Iterable[int], shape: Shape) -> list[int]:
        """Some elements, by their numbers, with those that a symmetric matrix has in the mirrored places."""
        found = list(which)
        if self.is_symmetric:
            n = shape[-1]
            found += [at - at % (n * n) + at % n * n + at // n % n for at in found]
        return found


def structure_of(values: Sequence[ShapedValue], *, is_held: bool) -> Structure:
    """The structure of what an argument holds at several points.

    Args:
        values: what it holds, in one shape.
        is_held: whether it is not differentiated by.
    """
    rows = [[element.exact for element in value.elements] for value in values]
    shape = values[0].shape
    numbers = [number for row in rows for number in row]
    if not numbers:
        return Structure()
    if values[0].is_integer:
        return Structure(integers=(int(min(numbers)), int(max(numbers))))
    if is_held and set(numbers) <= {0, 1} and shape:
        return Structure(is_mask=True, adds_up=all(_adds_up(row, shape, is_held=True) for row in rows))
    is_square = len(shape) > 1 and shape[-1] == shape[-2] > 1
    zeros = _triangle(rows, shape) if is_square else frozenset()
    return Structure(
        adds_up=all(_adds_up(row, shape, is_held=is_held) for row in rows),
        is_symmetric=is_square and len(set(numbers)) > 1 and all(_is_symmetric(row, shape[-1]) for row in rows),
        zeros=zeros,
    )


def draw_integers(draw: random.Random, value: ShapedValue, structure: Structure) -> Numbers:
    """Integers in the range of those given: these in another order, or others where some occur several times."""
    given = [element.exact for element in value.elements]
    low, high = structure.integers or (0, 0)
    if low < 0 <= high or high < 0:  # such as an index to be left out, -100
        return [draw.choice(given) for _ in given]
    if len(set(given)) == len(given) == high - low + 1 > 1 or draw.random() < 1 / 4:
        return draw.sample(given, len(given))
    return [Fraction(draw.randint(low, high)) for _ in given]


def draw_mask(draw: random.Random, value: ShapedValue, structure: Structure) -> Numbers:
    """Zeros and ones, of both some; those of one-hot rows in another order."""
    given = [element.exact for element in value.elements]
    if structure.adds_up:
        n = value.shape[-1]
        return [number for at in range(0, len(given), n) for number in draw.sample(given[at : at + n], n)]
    drawn = [Fraction(draw.randint(0, 1)) for _ in given]
    if len(drawn) > 1:
        drawn[0], drawn[-1] = Fraction(1), Fraction(0)
        draw.shuffle(drawn)
    return drawn


def _adds_up(row: Numbers, shape: Shape, *, is_held: bool) -> bool:
    n = shape[-1] if shape else 1
    if n < 2 or min(row) < 0 or (not is_held and not min(row) > 0):
        return False
    return all(abs(sum(row[at : at + n], -_ONE)) <= _ALMOST for at in range(0, len(row), n))


def _add_up(numbers: Numbers, shape: Shape) -> Numbers:
    """Rows that add up to 1 exactly, in so few bits that every format holds them."""
    n, bits = shape[-1], 6 + max(shape[-1] - 1, 1).bit_length() // 2
    found: Numbers = []
    for at in range(0, len(numbers), n):
        weights = [Fraction(1, 8) + abs(number) for number in numbers[at : at + n]]
        parts = [max(1, int(2**bits * weight / sum(weights))) for weight in weights]
        parts[parts.index(max(parts))] += 2**bits - sum(parts)
        found += [Fraction(part, 2**bits) for part in parts]
    return found


def _is_symmetric(row: Numbers, n: int) -> bool:
    return all(
        row[first + i * n + j] == row[first + j * n + i]
        for first in range(0, len(row), n * n)
        for i in range(n)
        for j in range(i)
    )


def _triangle(rows: Sequence[Numbers], shape: Shape) -> frozenset[int]:
    """The elements below the diagonals, or above them, or both, where these are 0 in all rows; empty elsewhere."""
    n = shape[-1]
    count = prod(shape)
    below = {at for at in range(count) if at // n % n > at % n}
    above = {at for at in range(count) if at // n % n < at % n}
    zeros = [side for side in (below, above) if all(not row[at] for row in rows for at in side)]
    return frozenset().union(*zeros)
