"""What the numbers of an argument have in common, and that other numbers in their place have it as well."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest

from derivcheck.model.shaped_values import ShapedValue
from derivcheck.own_functions.tensors.argument_structures import structure_of
from derivcheck.own_functions.tensors.drawn_numbers import draw, of_both_signs, permuted, scaled_rows, value_of


def value(numbers: list[float], *shape: int, is_integer: bool = False) -> ShapedValue:
    """A value of a shape."""
    return value_of([Fraction(number) for number in numbers], shape, is_integer=is_integer)


def drawn(given: ShapedValue, *, is_held: bool = False) -> list[list[Fraction]]:
    """Numbers drawn in the place of those given, a few times."""
    structure = structure_of([given], is_held=is_held)
    return [[one.exact for one in draw(of_both_signs, given, structure, str(seed)).elements] for seed in range(8)]


def test_probabilities_add_up_to_one() -> None:
    """Exactly, although 0.2 + 0.3 + 0.5 is something else in binary; and no format rounds them."""
    for numbers in drawn(value([0.2, 0.3, 0.5, 0.125, 0.125, 0.75], 2, 3)):
        assert [1, 1] == [sum(numbers[:3]), sum(numbers[3:])]
        assert min(numbers) > 0
        assert all(number.denominator <= 2**8 for number in numbers)


def test_numbers_that_are_no_probabilities_are_drawn_freely() -> None:
    """A point such as (1, 0) is hardly meant as probabilities where it is differentiated by."""
    assert any(sum(numbers) != 1 for numbers in drawn(value([1, 0], 2)))


def test_a_symmetric_matrix_stays_one() -> None:
    """The function may read its lower triangle alone."""
    for numbers in drawn(value([2, 0.5, 0.5, 3], 2, 2)):
        assert numbers[1] == numbers[2]


def test_a_triangular_matrix_keeps_its_zeros() -> None:
    """And has other numbers elsewhere."""
    for numbers in drawn(value([2, 0, 0.5, 3], 2, 2)):
        assert numbers[1] == 0
        assert 0 not in (numbers[0], numbers[2], numbers[3])


def test_a_mask_stays_one() -> None:
    """Held zeros and ones; rows with a single one each keep that."""
    assert {0, 1} == {number for numbers in drawn(value([1, 1, 0, 1], 4), is_held=True) for number in numbers}
    for numbers in drawn(value([1, 0, 0, 0, 0, 1], 2, 3), is_held=True):
        assert [1, 1] == [sum(numbers[:3]), sum(numbers[3:])]


@pytest.mark.parametrize(
    ("given", "allowed"), [([2, 0, 1], {0, 1, 2}), ([4, 0], {0, 1, 2, 3, 4}), ([-100, 3], {-100, 3})]
)
def test_integers_stay_in_their_range(given: list[float], allowed: set[int]) -> None:
    """Labels and indices: beyond the largest given one there may be no class."""
    assert {number for numbers in drawn(value(given, len(given), is_integer=True)) for number in numbers} <= allowed


def test_a_positive_definite_matrix_stays_one() -> None:
    """Rows and columns in another order, or both times powers of 2: no free symmetric matrix would do."""
    given = value([2, 0.5, 0.5, 1], 2, 2)
    for way in (permuted, scaled_rows):
        for seed in range(8):
            a, b, c, d = way(random.Random(seed), given)
            assert b == c
            assert a > 0
            assert a * d - b * c > 0
