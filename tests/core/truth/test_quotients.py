"""Difference quotients of f in ball arithmetic: limits of known sequences, and quotients of known functions."""

from __future__ import annotations

from fractions import Fraction

import pytest
from flint import arb

from derivcheck.balls.ball import Ball, Outside, exact_ball, precision
from derivcheck.model import Enclosure, Side
from derivcheck.readings import readings
from derivcheck.truth.quotients import Step, central, jump, limit, one_sided, one_sided_value, stencil, step_of
from derivcheck.truth.runs import Runs


def number(found: Enclosure | Side) -> str:
    return found.decimal(15) if isinstance(found, Enclosure) else str(found)


def h(size: int) -> arb:
    return exact_ball(step_of(size))


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        (lambda k: 3 + h(k), "3"),
        (h, "0"),
        (lambda k: -(h(k) ** 2), "0"),
        (lambda k: 1 / h(k), "inf"),
        (lambda k: -1 / h(k), "-inf"),
        (lambda k: (1 / h(k)).sqrt(), "inf"),
        (lambda k: h(k).log(), "-inf"),
        (lambda k: 364 + h(k).log(), "-inf"),  # log|gamma| at -100 is that high
        (lambda k: -1000 - 3 * h(k).log(), "inf"),
        (lambda k: -(h(k).log() ** 2), "-inf"),
        (lambda k: h(k) ** arb("0.01"), "0"),
        (lambda k: -1e300 * h(k) ** arb("0.02"), "0"),
        (lambda k: h(k) ** arb("-0.03"), "inf"),
        (lambda k: -(h(k) ** arb("-0.0001")), "-inf"),
        (lambda k: 1 + h(k) ** arb("0.01"), "undecided"),
        (lambda k: arb("1e-8") + h(k) ** arb("0.00001"), "undecided"),
        (lambda k: h(k) ** arb("0.01") * h(k).log(), "undecided"),
        (lambda k: 1 / h(k).log(), "0"),
        (lambda k: 1 / (1e5 * h(k)).log() ** 2, "0"),
        (lambda k: 1 / (-h(k).log()).sqrt(), "0"),
        (lambda k: arb("1e-5") + 1 / h(k).log(), "undecided"),
        (lambda k: arb("1e-7") - 1 / h(k).log() ** 2, "undecided"),
        (lambda _: arb(0), "0"),
        (lambda _: Outside("no"), "domain"),
        (lambda _: None, "undecided"),
        (lambda k: (-1) ** (k // 1500) * arb(1), "undecided"),
    ],
)
def test_limit(term: object, expected: str) -> None:
    """Constants, powers of h, however small, and powers of log h are told apart from three terms."""

    def at(size: int) -> Ball | None:
        with precision(8000):
            return term(size)  # type: ignore[operator]

    assert expected == number(limit(at))


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        (lambda k: arb(int(k in {1500, 3000, 6000})), "undecided"),
        (lambda k: arb(1 if k in {1500, 3000, 6000} else -1) / h(k), "undecided"),
        (lambda k: Outside("no") if k in {1500, 3000, 6000} else arb(1), "undecided"),
        (lambda k: h(k) if k == 1500 else arb(1), "undecided"),
        (lambda k: h(k).log().cos() / h(k).sqrt(), "undecided"),
        (lambda k: (2 + (1 / h(k)).sin()) / h(k), "inf"),
        (lambda k: h(k).log(), "-inf"),
        (lambda k: arb(2 + (k // 100) % 3) * h(k), "0"),
        (lambda k: 1 / h(k).log(), "0"),
        (lambda k: 3 + h(k), "3"),
        (lambda k: -1 / h(k), "-inf"),
        (lambda _: Outside("no"), "domain"),
    ],
)
def test_a_limit_of_what_may_swing_lasts_at_more_steps(term: object, expected: str) -> None:
    """What only three steps show is no limit of what comes and goes."""

    def at(size: int) -> Ball | None:
        with precision(8000):
            return term(size)  # type: ignore[operator]

    assert expected == number(limit(at, swings=True))


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
