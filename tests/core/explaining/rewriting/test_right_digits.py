"""Right digits: what a number has lost beside the exact one, and whether a way of writing is better than another."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest

from derivcheck.explaining.rewriting.right_digits import Loss, goal, honest_loss, loss_of, lost_digits
from derivcheck.model import Kind, Side, Truth, Wrt
from derivcheck.numbers import DType, Dyadic, Enclosure

F64, F32 = DType.FLOAT64, DType.FLOAT32


def exactly(value: float | Fraction) -> Enclosure:
    """A number with a denominator that is a power of 2."""
    number = Fraction(value)
    return Enclosure(Dyadic(number.numerator, 1 - number.denominator.bit_length()), Dyadic(0, 0))


ALL = F64.digits


@pytest.mark.parametrize(
    ("number", "exact", "low", "high"),
    [
        (1.0, 1.0, 0, 0),
        (1.0 + 2**-52, 1.0, 0, 0),  # one ulp
        (1.0001, 1.0, 11, 13),
        (2.0, 1.0, ALL, ALL),
        (math.nan, 1.0, ALL + 1, ALL + 3),
        (math.inf, 1.0, ALL + 1, ALL + 3),
        (None, 1.0, ALL + 1, ALL + 3),
        (0.0, Fraction(1, 2**1100), 0, 0),  # below the smallest number
        (math.inf, Fraction(2) ** 1030, 0, 0),  # beyond the largest
        (math.nan, Fraction(2) ** 1030, ALL + 1, ALL + 3),
        (math.inf, Enclosure(Dyadic(1, 10**6), Dyadic(0, 0)), 0, 0),  # no fraction is made of that
        (-math.inf, Enclosure(Dyadic(1, 10**6), Dyadic(0, 0)), ALL + 1, ALL + 3),
        (0.0, Enclosure(Dyadic(1, -(10**6)), Dyadic(0, 0)), 0, 0),
        (1.0, Enclosure(Dyadic(1, -(10**6)), Dyadic(0, 0)), ALL + 1, ALL + 3),
        (0.0, 0.0, 0, 0),
        (1e-16, 0.0, 0, 1),
        (0.5, 0.0, 15, ALL),
    ],
)
def test_lost_digits(number: float | None, exact: float | Fraction | Enclosure, low: float, high: float) -> None:
    """None of a right number, all of a wrong one, and more than all where there is no number."""
    enclosed = exact if isinstance(exact, Enclosure) else exactly(exact)
    assert low <= lost_digits(number, enclosed, F64) <= high


def test_honest_rounding_loses_more_of_a_long_expression() -> None:
    """A few ulps of a short one."""
    assert 0.5 < honest_loss(3) < 1 < honest_loss(60) < 1.5 < honest_loss(200)


def test_the_goal_at_the_end_of_a_domain_is_the_one_side_that_there_is() -> None:
    """And there is none at a kink."""
    one = exactly(1)
    assert one == goal(Truth(Kind.ENDPOINT, left=Side.DOMAIN, right=one))
    assert goal(Truth(Kind.ONE_SIDED, left=exactly(-1), right=one)) is None
    assert one == goal(Truth(Kind.VALUE, value=one))


def loss(*lost: float, unknown: tuple[bool, ...] = ()) -> Loss:
    """What the value and the derivatives lose."""
    return Loss(tuple(((), row) for row in lost), unknown, 0.75)


def test_what_helps() -> None:
    """Digits won in one row, and lost in none; what honest rounding does counts for nothing."""
    assert loss(0, 0.2).helps(loss(8, 0))
    assert not loss(0, 3).helps(loss(8, 0))
    assert not loss(0.1).helps(loss(0.7))
    assert not loss(15).helps(loss(16))
    assert not loss(0, unknown=(True,)).helps(loss(8, unknown=(False,)))
    assert loss(0.2, 0.7).is_right
    assert 1.25 == loss(0.2, 2).total


def test_the_loss_of_rows() -> None:
    """The worst element of each; what has no exact number is known as nan or not."""
    one, two = Truth(Kind.VALUE, exactly(1)), Truth(Kind.VALUE, exactly(2))
    exact: list[tuple[Wrt, list[Truth]]] = [((), [one, Truth(Kind.UNDEFINED)]), (("x",), [two])]
    found = loss_of(exact, [[1.0, math.nan], [4.0]], F32, 0.75)
    assert (((), 0.0), (("x",), F32.digits)) == found.rows
    assert (True,) == found.unknown


@pytest.mark.parametrize(
    ("number", "is_slope"), [(-1.0, True), (0.25, True), (1.0, True), (1.5, False), (math.nan, False), (None, False)]
)
def test_at_a_kink_a_number_loses_nothing_that_the_verdicts_accept(number: float | None, is_slope: bool) -> None:
    """One between the slopes on both sides; of another one more than all digits are lost, as of nan."""
    kink = Truth(Kind.ONE_SIDED, left=exactly(-1), right=exactly(1))
    found = loss_of([((), [Truth(Kind.VALUE, exactly(0))]), (("x",), [kink])], [[0.0], [number]], F64, 0.75)
    assert found.is_right == is_slope
    assert (found.rows[1][1] > ALL) != is_slope
