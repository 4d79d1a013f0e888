"""The incomplete gamma functions near the poles of gamma: against Arb's own, and against each other."""

from __future__ import annotations

from fractions import Fraction

import pytest
from flint import arb, ctx

from derivcheck.api import check
from derivcheck.balls.ball import exact_ball, precision
from derivcheck.balls.kernels.incomplete_gamma import lower, upper

SHAPES = [Fraction(n) + offset for n in (0, -1, -2, -50, -150) for offset in (Fraction(1, 2**30), Fraction(-1, 2**30))]


@pytest.mark.parametrize("x", ["0.25", "1", "7.5", "80"])
@pytest.mark.parametrize("shape", [*SHAPES, Fraction(-241, 2)])
def test_agrees_with_arb(shape: Fraction, x: str) -> None:
    """Near a pole and far down the series give what Arb gives where it is quick."""
    with precision(400):
        a, argument = exact_ball(shape), arb(x)
        for mine, theirs in (
            (upper(a, argument), argument.gamma_upper(a)),
            (lower(a, argument), argument.gamma_lower(a)),
        ):
            assert mine.overlaps(theirs)
            assert mine.rel_accuracy_bits() > 300


@pytest.mark.parametrize("x", ["0.25", "1", "600"])
@pytest.mark.parametrize("n", [0, 1, 2, 40])
def test_next_to_a_pole_both_add_up_to_gamma(n: int, x: str) -> None:
    """At 2**-1500 from a pole both are known at 2800 bits, though they cancel half of them."""
    with precision(2800):
        a = exact_ball(Fraction(-n) + Fraction(1, 2**1500))
        above, below = upper(a, arb(x)), lower(a, arb(x))
        assert min(above.rel_accuracy_bits(), below.rel_accuracy_bits()) > 1000
        with precision(6000):
            assert (above + below).overlaps(a.gamma())


@pytest.mark.parametrize("x", ["0.25", "1", "30"])
@pytest.mark.parametrize("n", [0, 1, 5])
def test_a_ball_around_a_pole_holds_its_neighbours(n: int, x: str) -> None:
    """The upper function has no pole there: the image of a ball is narrow, and holds those of the ball's points."""
    with precision(400):
        around = upper(arb(arb(-n), arb((1, -40))), arb(x))
        assert around.rel_accuracy_bits() > 20
        for offset in (-1, -0.5, 0, 0.75, 1):
            assert around.contains(arb(x).gamma_upper(arb(-n) + arb(offset) * arb((1, -40))).mid())


def test_the_value_at_a_pole() -> None:
    """Γ(0, 1) is E1(1), https://oeis.org/A099285."""
    with precision(200):
        found = upper(arb(0), arb(1))
        assert abs(found - arb("0.21938393439552027367716377546012164903104729340690820757797")) < arb(10) ** -55
        assert found.rel_accuracy_bits() > 150


def test_what_would_take_seconds_is_unknown() -> None:
    """At thousands of bits Arb is not asked about a shape of 10**8; at a few it is."""
    shape = arb(10**8)
    with precision(2800):
        assert upper(shape, shape).is_nan()
    with precision(128):
        assert upper(shape, shape).rel_accuracy_bits() > 90
    assert ctx.prec < 2800


def test_the_derivative_by_the_shape_at_a_pole() -> None:
    """d/da Γ(a, 1) at 0 is the integral of log(t)*exp(-t)/t from 1: 0.0978431972166702 (mpmath.quad)."""
    result = check("uppergamma(a, 1)", at={"a": 0})[1]
    assert result.truth is not None
    assert result.truth.value is not None
    assert result.truth.value.decimal(15).startswith("0.097843197216670")
