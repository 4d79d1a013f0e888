"""Distances in ulps are those that a verdict measures."""

from __future__ import annotations

from fractions import Fraction

import pytest
from flint import arb

from derivcheck.balls.ball import enclosure, precision
from derivcheck.explaining.ulps_apart import Enclosing, ulps_of_enclosures, ulps_of_floats
from derivcheck.numbers import DType
from derivcheck.verdict.distance import error_of


@pytest.mark.parametrize("dtype", [DType.FLOAT64, DType.BFLOAT16])
@pytest.mark.parametrize("number", [0.1, -3.0, 1e300, 5e-324, 0.0, 1 / 3])
def test_it_is_the_distance_of_the_verdict(number: float, dtype: DType) -> None:
    """Of numbers that are exact and of enclosures, of any size."""
    with precision(200):
        balls = [arb(number) + arb(1).exp(), arb(number), arb(0), arb(1) / 3]
    exact = [enclosure(ball) for ball in balls]
    expected = [error_of(Fraction(number), one, dtype).ulps for one in exact]
    assert ulps_of_floats([number] * len(exact), exact, dtype) == expected


def test_a_ball_is_enclosed_once() -> None:
    """The same object comes back for the same ball."""
    ball, enclosing = arb(2).sqrt(), Enclosing()
    assert enclosing([ball])[0] is enclosing([ball])[0]


def test_the_middles_are_compared() -> None:
    """An inherited error is that of one exact number from another."""
    one, two = Enclosing()([arb(1), arb(2)])
    assert ulps_of_enclosures([one, None], [two, two], DType.FLOAT64) == [2.0**51, None]
