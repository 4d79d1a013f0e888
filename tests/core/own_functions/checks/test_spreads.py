"""How far rounding can move a number, measured once for several items."""

from __future__ import annotations

from fractions import Fraction

import pytest
import torch

from derivcheck.autograd.user_functions import as_user_function
from derivcheck.model import Case, OwnFunction
from derivcheck.own_functions.checks.spreads import measure_spread, measure_spread_at_one
from derivcheck.own_functions.checks.subject import Subject
from derivcheck.own_functions.preparing import prepare


def subject() -> Subject:
    """sin(x)*exp(y) at a point."""
    code, formula = as_user_function(lambda x, y: torch.sin(x) * torch.exp(y)), "sin(x)*exp(y)"
    own = OwnFunction("mine", (), formula, code)
    made = prepare(Case(formula, ({"x": "0.7", "y": "1.3"},), functions=(own,)), code)
    assert isinstance(made, Subject)
    return made


@pytest.mark.parametrize("upstream", ["2", "-4", "0.25"])
def test_a_power_of_2_scales_a_spread_exactly(upstream: str) -> None:
    """It rounds nothing: what is measured for the gradient 1 holds for it, and the same as its own measurement."""
    one, point = subject(), subject().points[0]
    around = measure_spread(one, point, ("x",), Fraction(upstream))
    at_one = measure_spread(one, point, ("x",), Fraction(1))
    assert around is not None
    assert at_one is not None
    assert abs(float(Fraction(upstream))) * at_one.absolute == around.absolute > 0
    assert at_one.relative == around.relative


def test_any_other_gradient_moves_a_number_more() -> None:
    """A product with 4/3 rounds, one with 1 does not: the spread of 1, times 4/3, is a lower bound."""
    one, point, upstream = subject(), subject().points[0], Fraction(4 / 3)
    around, least = (measure(one, point, ("x",), upstream) for measure in (measure_spread, measure_spread_at_one))
    assert around is not None
    assert least is not None
    assert 0 < least.absolute <= 1.5 * around.absolute


def test_the_derivatives_of_an_order_are_measured_together() -> None:
    """One run of the function gives all of them."""
    one = subject()
    measure_spread(one, one.points[0], ("x", "y"), Fraction(1))
    wrts = {key[1] for key in one.known.spreads if isinstance(key, tuple)}
    assert {("x", "x"), ("x", "y"), ("y", "x"), ("y", "y")} == wrts
