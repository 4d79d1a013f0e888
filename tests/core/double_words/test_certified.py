"""Certified floats are those nearest to the exact numbers, and a formula that is wrong is proven nowhere."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from flint import arb
from hypothesis import given
from hypothesis import strategies as st

from derivcheck.balls.ball import precision
from derivcheck.balls.compiling import compile_balls
from derivcheck.double_words.certified import CertifiedFloats
from derivcheck.double_words.double_word import Floats
from derivcheck.language.parse import parse

NAMES = frozenset("xy")
TEXT = "exp(-x**2/2)*sin(3*x + y) + y*tanh(x*y - 1/4)"
BY_X = "3*exp(-x**2/2)*cos(3*x + y) - x*exp(-x**2/2)*sin(3*x + y) + y**2*(1 - tanh(x*y - 1/4)**2)"
BY_Y = "exp(-x**2/2)*cos(3*x + y) + tanh(x*y - 1/4) + x*y*(1 - tanh(x*y - 1/4)**2)"


def certified(*formulas: str) -> CertifiedFloats:
    """Those of the expression with some formulas for its derivatives by x and y."""
    return CertifiedFloats(parse(TEXT, NAMES), [parse(formula, NAMES) for formula in formulas], ["x", "y"])


def grid(count: int = 400) -> Sequence[Floats]:
    """Points in the plane."""
    return [np.linspace(0.11, 2.03, count), np.linspace(1.87, 0.23, count)]


@given(st.floats(-3, 3), st.floats(-3, 3))
def test_floats_are_the_nearest(x: float, y: float) -> None:
    """Those of Arb's balls."""
    (found,) = certified(BY_X, BY_Y).at([np.array([x]), np.array([y])])
    if not np.isnan(found).any():
        with precision(400):
            exact = [compile_balls(parse(text, NAMES)).run({"x": arb(x), "y": arb(y)}) for text in (TEXT, BY_X, BY_Y)]
            assert found.tolist() == list(map(float, exact))


def test_most_points_are_proven() -> None:
    """But where the nearest float is not certain, or a number is near 0."""
    assert np.isnan(certified(BY_X, BY_Y).at(grid())[:, 0]).mean() < 0.02


@pytest.mark.parametrize(
    "lie", [f"({BY_X})*1.001", f"-({BY_X})", f"({BY_X})*(1 + 1e-12)", f"{BY_X} + 1e-20", BY_Y, "3*x"]
)
def test_a_wrong_formula_is_proven_nowhere(lie: str) -> None:
    """Off by 0.1 %, by the sign, in the twelfth digit, by less than any float64 shows, or another derivative."""
    assert np.isnan(certified(lie, BY_Y).at(grid())).all()
    assert np.isnan(certified(BY_X, f"{BY_Y} + ({lie}) - ({BY_X})").at(grid())).all()


def test_two_wrong_formulas_do_not_make_up_for_one_another() -> None:
    """Each one is held against its own derivative."""
    assert np.isnan(certified(f"{BY_X} + 1", f"{BY_Y} - 1").at(grid())).all()


def test_a_float_that_is_not_certain_is_left_open() -> None:
    """In the middle of two floats, 1 + 2**-53, which double words hold exactly."""
    floats = CertifiedFloats(parse("x + y", NAMES), [parse("1", NAMES), parse("1", NAMES)], ["x", "y"])
    assert np.isnan(floats.at([np.array([1.0]), np.array([2.0**-53])])).all()
    assert floats.at([np.array([1.0]), np.array([2.0**-53 * 1.001])])[0, 0] == 1 + 2.0**-52
