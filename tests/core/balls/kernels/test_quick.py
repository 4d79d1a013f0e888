"""Quick kernels: they give what the careful ones give, or nan; and which kernels hand a nan on, or make no infinity."""

from __future__ import annotations

import itertools
import random
from collections.abc import Set
from fractions import Fraction
from typing import Any

import pytest
from ball_kernels import kernels
from flint import arb, ctx

from derivcheck.balls.ball import Kernel, is_infinite
from derivcheck.balls.kernels.arithmetic import power_to
from derivcheck.balls.kernels.domain import OutOfDomain
from derivcheck.balls.kernels.quick import KEEPS_NAN, STAYS_FINITE, careful, quick

ARITHMETIC = ("add", "mul", "div", "neg")
OF_TWO = ("add", "sub", "mul", "div", "power")
EXPONENTS = [Fraction(number) for number in (2, 3, -1, -2, 10**6, -(10**6))] + [Fraction(1, 2), Fraction(-4, 3)]

INF = float("inf")
ODD = [arb.nan(), arb.pos_inf(), arb.neg_inf(), arb(0, INF), arb(1, INF), arb(0)]
"""What no point is made of, and what a step may get all the same."""

HUGE = arb((1, 2**70))


def named(some: Set[Kernel]) -> list[str]:
    """The names of some kernels."""
    return sorted(kernel.__name__ for kernel in some)


def make_balls(count: int) -> list[arb]:
    """Balls of all kinds: exact, narrow, wide, touching or holding 0 or 1, tiny, huge."""
    draw = random.Random(20)
    middles = [0, 1, -1, 2, 0.5, -0.5, 1e-300, -1e300, *[draw.gauss(0, 2) for _ in range(12)]]
    balls = [*ODD, HUGE, -HUGE, 1 / HUGE]
    while len(balls) < count:
        middle = draw.choice(middles)
        size = abs(middle)
        radius = draw.choice([0, 0, arb((1, -4000)), 1e-30, size, 2 * size, size * draw.random(), abs(size - 1), 1])
        ball = arb(middle, radius)
        balls.append(ball / 3 if draw.random() < 0.3 else ball)
    return balls


def exactly(ball: arb) -> Any:
    """All that there is to know of a ball."""
    return (ball.mid().man_exp(), ball.rad().man_exp()) if ball.is_finite() else ball.str()


def result(kernel: Any, *args: arb) -> arb | None:
    """What a kernel gives, None where it says that there is no value."""
    try:
        found: arb = kernel(*args)
    except OutOfDomain:
        return None
    return found


@pytest.mark.parametrize("bits", [53, 128, 457])
@pytest.mark.parametrize("name", ARITHMETIC)
def test_a_quick_kernel_gives_the_same_ball_or_nan(name: str, bits: int) -> None:
    """Of any balls, infinities among them; where the kernel has no value, the quick one gives nan."""
    kernel = getattr(kernels, name)
    operation = quick(kernel)
    assert operation is not kernel
    assert careful(operation) is kernel
    balls = make_balls(70)
    with ctx.workprec(bits):
        for args in itertools.product(balls, repeat=2 if name in OF_TWO else 1):
            found = operation(*args)
            if not found.is_nan():
                expected = result(kernel, *args)
                assert expected is not None, args
                assert exactly(expected) == exactly(found), args


@pytest.mark.parametrize("name", named(KEEPS_NAN))
def test_nan_is_handed_on(name: str) -> None:
    """By the kernel, unless it says that there is no value, and by its quick form, whatever the other argument is."""
    kernel, nan = getattr(kernels, name), arb.nan()
    for other in make_balls(40):
        for args in [(nan, other), (other, nan)] if name in OF_TWO else [(nan,)]:
            found = result(kernel, *args)
            assert found is None or found.is_nan(), other
            if quick(kernel) is not kernel:
                assert quick(kernel)(*args).is_nan(), other


@pytest.mark.parametrize("exponent", EXPONENTS)
def test_a_power_to_a_known_exponent_hands_a_nan_on(exponent: Fraction) -> None:
    """Only its base can be nan."""
    assert power_to(exponent)(arb.nan(), arb(exponent.numerator) / exponent.denominator).is_nan()


@pytest.mark.parametrize("name", named(STAYS_FINITE))
def test_a_finite_argument_gives_no_infinity(name: str) -> None:
    """Not even a huge one, or one at a pole."""
    kernel = getattr(kernels, name)
    made = [kernel, *([power_to(exponent) for exponent in EXPONENTS] if name == "power" else [])]
    balls = [ball for ball in make_balls(60) if ball.is_finite()]
    for one in made:
        for args in itertools.product(balls, repeat=2 if name in OF_TWO else 1):
            assert not is_infinite(result(one, *args)), args


def test_what_gives_an_infinity_is_known() -> None:
    """The limits log(0) and atanh(1)."""
    assert KEEPS_NAN - STAYS_FINITE == {kernels.log, kernels.atanh}
    assert is_infinite(kernels.log(arb(0)))
    assert is_infinite(kernels.atanh(arb(1)))


@pytest.mark.parametrize("exponent", EXPONENTS)
def test_a_power_to_a_known_exponent_is_the_power(exponent: Fraction) -> None:
    """Of any ball, what it has to say of infinities and of 0 as well; a negative base and the exponent 10**6 too."""
    known, balls = power_to(exponent), make_balls(120)
    y = arb(exponent.numerator) / exponent.denominator
    for x in balls:
        expected, found = result(kernels.power, x, y), result(known, x, y)
        if expected is None or found is None:
            assert expected is found, x
        else:
            assert exactly(expected) == exactly(found), x
