"""The chain rule on a sheet gives the derivatives: those that difference quotients of Arb's balls show."""

from __future__ import annotations

import numpy as np
import pytest
from flint import arb

from derivcheck.balls.ball import precision
from derivcheck.balls.compiling import compile_balls
from derivcheck.double_words.chain_rule import derivatives
from derivcheck.double_words.word_sheet import WordSheet
from derivcheck.errors import UnsupportedError
from derivcheck.language.parse import parse

NAMES = ("x", "y")


@pytest.mark.parametrize(
    "text",
    [
        "x + y",
        "x - y*3",
        "-x*y",
        "x*x*y",
        "x/y",
        "sqrt(x)*y",
        "exp(x*y)",
        "log(x)*log(y)",
        "atan(x*y)",
        "sin(x)*cos(y)",
        "sin(x*y)*cos(x*y)",
        "tan(x)/y",
        "tanh(x - y)",
        "sinh(x)*cosh(y)",
        "x**y",
        "x**(-3/2) + y**7",
        "exp(-x**2/2)*sin(3*x + y) + y*tanh(x*y - 1/4) - log(1 + x**2 + y**2)/(2 + cos(x - y))",
        "sqrt(2 + x*y)*atan(x/3) - exp(x)/(1 + exp(-y))",
    ],
)
def test_derivatives_are_what_quotients_show(text: str) -> None:
    """A central quotient with a step of 2**-100 is within 2**-180 of the derivative."""
    expression = parse(text, frozenset(NAMES))
    sheet = WordSheet(expression.variables)
    places = derivatives(sheet, sheet.read(expression), range(2))
    place = {"x": 0.7, "y": 1.3}
    found = sheet.run([np.array([place[name]]) for name in expression.variables], places)
    program = compile_balls(expression)
    with precision(600):
        step = arb((1, -100))
        for name, mine in zip(expression.variables, found, strict=True):
            balls = {other: arb(number) for other, number in place.items()}
            ahead, behind = (program.run({**balls, name: balls[name] + sign * step}) for sign in (1, -1))
            quotient = (ahead - behind) / (2 * step)
            mid = arb(float(mine.high[0])) + arb(float(mine.low[0]))
            assert mine.bound[0] < 2.0**-74
            assert abs(mid - quotient) <= abs(mid) * arb(float(mine.bound[0])) + arb((1, -180))


def test_a_variable_that_does_not_matter_is_refused() -> None:
    """Its derivative is 0, of which no relative bound is known."""
    sheet = WordSheet(NAMES)
    root = sheet.read(parse("sin(x)", frozenset(NAMES)))
    with pytest.raises(UnsupportedError):
        derivatives(sheet, root, [0, 1])
