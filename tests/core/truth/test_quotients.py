"""Difference quotients of f in ball arithmetic: limits of known sequences, and quotients of known functions."""

from __future__ import annotations

from fractions import Fraction

import pytest
from flint import arb

from derivcheck.balls.ball import precision
from derivcheck.model import Side
from derivcheck.numbers import Enclosure
from derivcheck.readings import readings
from derivcheck.truth.quotients import Step, central, jump, one_sided, one_sided_value, stencil
from derivcheck.truth.runs import Runs
from derivcheck.truth.sequence_limits import step_of


def number(found: Enclosure | Side) -> str:
    """Return what was found as text."""
    return found.decimal(15) if isinstance(found, Enclosure) else str(found)


def test_the_stencil_differentiates_powers() -> None:
    """The n-th quotient of x**n is n! at any step, on either side and in the middle."""
    for order, factorial in ((1, "1"), (2, "2"), (3, "6")):
        runs = Runs(readings(f"x**{order}", frozenset({"x"})).balls, {"x": Fraction(2)})
        for step in (Step.LEFT, Step.RIGHT):
            found = one_sided(runs, ("x",) * order, step)
            assert factorial == number(found)
        with precision(256):
            error = central(runs, ("x",) * order, 300) - arb(int(factorial))
            assert abs(error) < arb((1, -290))


def test_the_stencil_of_a_mixed_partial_takes_the_inner_limit_first() -> None:
    """In the variables before the last the steps are far smaller."""
    assert (step_of(600), step_of(200)) == stencil(("x", "y"), Step.RIGHT, 200).steps


@pytest.mark.parametrize(
    ("expr", "x", "left", "right"),
    [("sign(x)", 0, "-1", "1"), ("floor(x)", 2, "1", "2"), ("1/x", 0, "-inf", "inf"), ("log(x)", 0, "domain", "-inf")],
)
def test_limits_of_f_itself(expr: str, x: int, left: str, right: str) -> None:
    """What f tends to on either side of a jump, a pole, an end of the domain."""
    runs = Runs(readings(expr, frozenset({"x"})).balls, {"x": Fraction(x)})
    assert left == number(one_sided_value(runs, "x", Step.LEFT))
    assert right == number(one_sided_value(runs, "x", Step.RIGHT))


@pytest.mark.parametrize(
    ("expr", "expected"), [("sqrt(x)", "0"), ("1 + 1e-40*sign(x)", "1e-40"), ("abs(x)", "0"), ("heaviside(x, 0)", "1")]
)
def test_jump(expr: str, expected: str) -> None:
    """However small, a jump is a jump; however steep, a root is none."""
    runs = Runs(readings(expr, frozenset({"x"})).balls, {"x": Fraction(0)})
    assert expected == number(jump(runs, ("x",), Step.RIGHT))
