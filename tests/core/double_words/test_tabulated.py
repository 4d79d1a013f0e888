"""Tables and constants hold what Arb gives, to 105 bits."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from flint import arb

from derivcheck.balls.ball import precision
from derivcheck.double_words.tabulated import (
    ANGLES,
    POWERS,
    TABULATED,
    Step,
    angle_step,
    constant,
    exponential_step,
    power_of_pi,
    powers_of_two,
    sines,
)


def test_every_entry_of_the_tables() -> None:
    """Against Arb's functions of the very argument, computed otherwise than the tables are."""
    with precision(300):
        for index, (high, low) in enumerate(zip(*powers_of_two(), strict=True)):
            exact = arb(2) ** (arb(index) / POWERS)
            assert abs(arb(float(high)) + arb(float(low)) - exact) <= exact * TABULATED
        for index, (high, low) in enumerate(zip(*sines(), strict=True)):
            exact = (arb.pi() * 2 * index / ANGLES).sin()
            assert abs(arb(float(high)) + arb(float(low)) - exact) <= abs(exact) * TABULATED + arb((1, -280))


@pytest.mark.parametrize(("step", "divided"), [(exponential_step(), POWERS), (angle_step(), ANGLES)])
def test_steps_are_sums_of_three_parts(step: Step, divided: int) -> None:
    """Whole numbers of 20 bits times the first two parts are float64, and little is left."""
    with precision(300):
        exact = (arb.const_log2() if divided == POWERS else arb.pi() * 2) / divided
        rest = exact - arb(step.first) - arb(step.second)
        assert abs(rest - arb(step.third)) < arb((1, -115)) * exact
        assert abs(arb(step.third)) < arb((1, -63)) * exact
    for part in (step.first, step.second):
        assert Fraction(part * 1_048_575) == Fraction(part) * 1_048_575


@pytest.mark.parametrize("number", [Fraction(1, 3), Fraction(-7, 10), Fraction(3), Fraction(2**60 + 1), Fraction(0)])
def test_a_rational_number_is_within_the_bound(number: Fraction) -> None:
    """What two float64 hold is exact."""
    word = constant(number)
    off = abs(Fraction(float(word.high[0])) + Fraction(float(word.low[0])) - number)
    assert off <= abs(number) * Fraction(float(word.bound[0]))
    assert (word.bound[0] == 0) == (number.denominator == 1)


@pytest.mark.parametrize("exponent", [300, -300, 320, 400, -400])
def test_a_number_far_out_is_not_known(exponent: int) -> None:
    """It would lose its low word, or be taken for 0, of which every bound says that it is exact."""
    assert not (constant(1 / Fraction(10) ** exponent).bound < np.inf).any()
    assert not (constant(Fraction(10**400)).bound < np.inf).any()


def test_powers_of_pi() -> None:
    """As Arb has them."""
    with precision(200):
        for exponent in (1, -1, 2):
            word = constant(power_of_pi(exponent))
            exact = arb.pi() ** exponent
            assert abs(arb(float(word.high[0])) + arb(float(word.low[0])) - exact) <= exact * TABULATED
