"""Whether a declared gradient is linear in the upstream gradient."""

from __future__ import annotations

from fractions import Fraction

import pytest

from derivcheck.balls.linearity import is_linear, is_refuted
from derivcheck.elements.elements import Elements
from derivcheck.language.parse import parse

POINTS = [{"x": Fraction(1, 2)}, {"x": Fraction(-3, 4)}, {"x": Fraction(3)}]


def elements(text: str) -> Elements:
    """The elements of an expression of g and x."""
    return Elements.of(parse(text, ["g", "x"]))


@pytest.mark.parametrize(
    "text",
    [
        "2.5*g",
        "-g",
        "g*x + g/(1 + abs(x))**2",
        "where(abs(x) <= 1, g, 0)",
        "where(x > 0, g, where(x < -1, 0*g, -g/x))",
        "exp(x)*(g - x*g)",
        "lerp(g, 2*g, 0.25)",
        "0",
        "g - g",
    ],
)
def test_linear_by_its_steps(text: str) -> None:
    """Each step keeps it, wherever the point lies; and no enclosure speaks against it."""
    assert is_linear(elements(text), ["g"])
    assert not is_refuted(elements(text), ["g"], POINTS)


@pytest.mark.parametrize(
    "text",
    [
        "clamp(g, -1, 1)",
        "clamp(g, -1e6, 1e6)",
        "clamp(g, -1e-9, 1e-9)",
        "g*abs(g)",
        "abs(g)",
        "sign(g)",
        "g + 1",
        "g + x",
        "g**2",
        "1/g",
        "x",
        "where(g > 0, g, 0)",
        "where(x > 0, g, min(g, 1))",
        "g*min(1, 1/abs(g))",
        "sin(g)",
        "g*(1 + 1e-9*tanh(g))",
    ],
)
def test_not_linear(text: str) -> None:
    """Some upstream gradients, small ones or large ones, show it."""
    assert not is_linear(elements(text), ["g"])
    assert is_refuted(elements(text), ["g"], POINTS)


@pytest.mark.parametrize("text", ["max(g, 0) - max(-g, 0)", "abs(g)*sign(g)", "where(g == 0, 0, g)", "log(exp(g))"])
def test_linear_in_other_words_is_not_refuted(text: str) -> None:
    """The steps do not show it, and nothing speaks against it."""
    assert not is_linear(elements(text), ["g"])
    assert not is_refuted(elements(text), ["g"], POINTS)
