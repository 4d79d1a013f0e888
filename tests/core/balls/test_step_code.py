"""The code of steps gives the very balls of the program, and refuses what is no number on the whole ball."""

from __future__ import annotations

from fractions import Fraction

import pytest
from flint import arb

from derivcheck.balls.ball import enclosure, precision
from derivcheck.balls.kernels.domain import OutOfDomain
from derivcheck.errors import UnsupportedError
from derivcheck.readings import readings
from derivcheck.truth.finder import TruthFinder
from derivcheck.truth.runs import BALL_EXPONENT

NAMES = ("x", "y")
WRTS = (("x",), ("y",))
EXPRESSIONS = (
    "exp(-x**2/2)*sin(3*x + y) + y*tanh(x*y - 1/4) - log(1 + x**2 + y**2)/(2 + cos(x - y)) + sqrt(2 + x*y)*atan(x/3)",
    "x**7 - 7*x**6*y + cosh(x)/y - pi*x**y + gamma(x)*erf(y)",
    "gelu(x)*softplus(y) - x/y/x + x**-3 + y**(1/2)",
)


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_it_gives_the_truth_to_the_last_bit(text: str) -> None:
    """Value and derivatives, with their radii, as the finder finds them one by one."""
    made = readings(text, frozenset(NAMES))
    run = made.step_code(WRTS, 128).run
    for x, y in ((0.7, 1.3), (2.5, 0.25), (-1.75, 0.1), (3.0, 1.1)):
        point = dict(zip(NAMES, (Fraction(x), Fraction(y)), strict=True))
        finder = TruthFinder(made.balls, made.formula_program, point)
        with precision(128):
            numbers = [arb(x), arb(y)]
            balls = [
                arb(number, arb((1, -BALL_EXPONENT)) * max(1, -int(-abs(float(number)) // 1))) for number in numbers
            ]
            try:
                value, _, by_x, _, by_y = run(*numbers, *balls)
            except OutOfDomain:
                continue
        if all(ball.rel_accuracy_bits() > 90 for ball in (value, by_x, by_y)):
            found = [finder.find(wrt).truth.value for wrt in ((), *WRTS)]
            assert found == list(map(enclosure, (value, by_x, by_y)))


@pytest.mark.parametrize("text", ["floor(x)*y", "where(x > y, x, y)", "sign(x) + y"])
def test_a_jump_is_refused(text: str) -> None:
    """The truth looks at these at another precision."""
    with pytest.raises(UnsupportedError):
        readings(text, frozenset(NAMES)).step_code(WRTS, 128)
