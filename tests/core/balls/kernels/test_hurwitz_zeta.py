"""The Hurwitz zeta function next to whole numbers, against Arb's own."""

from __future__ import annotations

from fractions import Fraction

import pytest
from flint import arb, ctx

from derivcheck.api import check
from derivcheck.balls.ball import exact_ball, precision
from derivcheck.balls.kernels.gamma import polygamma
from derivcheck.balls.kernels.hurwitz_zeta import hurwitz_zeta, plus_smaller

STEPS = [Fraction(1, 2**1500), Fraction(-2, 2**1500), Fraction(-3, 2**1200)]


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize(("s", "m"), [(2, 1), (4, 4), (9, 20), (3, 64)])
def test_next_to_a_whole_number_the_series_gives_what_arb_gives(s: int, m: int, step: Fraction) -> None:
    """It encloses the value, nearly as narrowly."""
    a = exact_ball(m + step)
    with precision(2800):
        mine = hurwitz_zeta(s, a)
        assert mine.rel_accuracy_bits() > 2750
    with precision(3200):
        assert mine.contains(arb(s).zeta(a))


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize(("order", "pole"), [(1, 0), (2, -3), (3, -3), (7, -20)])
def test_next_to_a_pole_polygamma_obeys_its_recurrence(order: int, pole: int, step: Fraction) -> None:
    """polygamma(n, x) = polygamma(n, x + 1) - (-1)**n*n!/x**(n+1), https://dlmf.nist.gov/5.15.E5, up to x > 1."""
    with precision(4000):
        x, n = exact_ball(pole + step), arb(order)
        poles = sum((arb(order).fac() * (-1) ** order / (x + k) ** (order + 1) for k in range(2 - pole)), arb(0))
        found = polygamma(n, x)
        assert found.rel_accuracy_bits() > 3900
        assert (found + poles).overlaps(polygamma(n, x + 2 - pole))


def test_the_smaller_term_is_computed_to_no_more_bits_than_count() -> None:
    """To 2**1000 a number of size 1 adds 24 bits at 1024, and some guard."""
    asked: list[int] = []

    def small() -> arb:
        asked.append(ctx.prec)
        return arb(2).sqrt()

    with precision(1024):
        total = plus_smaller(arb((1, 1000)), small)
        assert total.contains(arb((1, 1000)) + arb(2).sqrt())
    assert max(asked) < 100


def test_a_function_of_a_pole_is_known_on_both_sides() -> None:
    """sech of something that large is next to nothing, and its ceiling 1: that is the limit where there is no value."""
    _, derivative = check("ceil(sech(polygamma(3, x)))", at={"x": -3})
    assert derivative.truth is not None
    assert derivative.truth.limit is not None
    assert "1" == derivative.truth.limit.decimal(20)
