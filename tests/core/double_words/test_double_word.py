"""Arithmetic on double words: the exact result lies within the bound, and what is not known never seems known."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from flint import arb
from hypothesis import given
from hypothesis import strategies as st

from derivcheck.balls.ball import precision
from derivcheck.double_words.double_word import DoubleWord

WORDS = st.tuples(
    st.floats(0.5, 2) | st.sampled_from([1.0, 2.0**-0.5, 1 + 2.0**-52, 2 - 2.0**-52]),
    st.integers(-250, 250),
    st.sampled_from([1, -1]),
    st.floats(-1, 1),
    st.sampled_from([0.0, 2.0**-106, 2.0**-90, 2.0**-60, 2.0**-3]),
)
"""A significand, an exponent, a sign, the low word in units of half an ulp, and a bound."""


Parts = tuple[float, int, int, float, float]


def word(parts: Parts) -> DoubleWord:
    """The double word of some parts, at one point."""
    significand, exponent, sign, low, bound = parts
    high = np.ldexp(np.array([sign * significand]), exponent)
    rest = low * np.spacing(np.abs(high)) / 4
    return DoubleWord(high, rest, np.array([bound]))


def middle(number: DoubleWord) -> arb:
    """high + low."""
    return arb(float(number.high[0])) + arb(float(number.low[0]))


def farthest(number: DoubleWord) -> list[arb]:
    """The middle, and the numbers that lie as far from it as the bound allows."""
    mid = middle(number)
    away = abs(mid) * arb(float(number.bound[0]))
    return [mid, mid + away, mid - away]


def holds(number: DoubleWord, exact: arb) -> bool:
    """Whether the bound allows an exact number, or nothing is claimed; and `high` is the nearest float."""
    if not number.bound[0] < np.inf:
        return True
    mid = middle(number)
    assert float(mid) == number.high[0]
    return bool(abs(exact - mid) <= abs(mid) * arb(float(number.bound[0])))


OPERATIONS: tuple[Callable[..., DoubleWord], ...] = (
    DoubleWord.__add__,
    DoubleWord.__sub__,
    DoubleWord.__mul__,
    DoubleWord.__truediv__,
)
EXACTLY = (arb.__add__, arb.__sub__, arb.__mul__, arb.__truediv__)


@given(st.sampled_from(range(4)), WORDS, WORDS)
def test_the_exact_result_is_within_the_bound(which: int, one: Parts, other: Parts) -> None:
    """For the middles, and for all that lies as far from them as their bounds allow."""
    first, second = word(one), word(other)
    with np.errstate(all="ignore"), precision(2000):
        result = OPERATIONS[which](first, second)
        for x in farthest(first):
            for y in farthest(second):
                assert holds(result, EXACTLY[which](x, y))


@given(WORDS, st.integers(-60, 60), st.floats(-1, 1))
def test_a_difference_that_cancels_is_within_the_bound(
    one: tuple[float, int, int, float, float], ulps: int, low: float
) -> None:
    """The two numbers are some ulps apart, or less."""
    first = word((*one[:4], 0.0))
    high = first.high + ulps * np.spacing(first.high)
    second = DoubleWord(high, low * np.spacing(np.abs(high)) / 4, np.array([0.0]))
    with np.errstate(all="ignore"), precision(2000):
        result = first - second
        assert holds(result, middle(first) - middle(second))
        assert result.bound[0] < 2.0**-102 or result.high[0] == 0


@given(WORDS)
def test_a_root_is_within_the_bound(parts: tuple[float, int, int, float, float]) -> None:
    """Of a negative number nothing is known."""
    number = word(parts)
    with np.errstate(all="ignore"), precision(2000):
        result = number.sqrt()
        assert (result.bound[0] < np.inf) == (parts[2] > 0)
        for x in farthest(number) if parts[2] > 0 else ():
            assert holds(result, x.sqrt())


def test_bounds_of_exact_numbers_are_those_of_the_roundings() -> None:
    """Each operation adds less than 2**-101."""
    one, other = DoubleWord.exact(np.array([0.1, 3.0])), DoubleWord.exact(np.array([0.7, 1 / 3]))
    for result in (one + other, one - other, one * other, one / other, one.sqrt()):
        assert (result.bound < 2.0**-101).all()


@pytest.mark.parametrize(
    ("one", "other"), [(1e200, 1e200), (1e-200, 1e-200), (np.inf, 1.0), (np.nan, 1.0), (5e-324, 1.0), (0.0, 1.0)]
)
def test_what_leaves_the_range_is_not_known(one: float, other: float) -> None:
    """Products whose rests float64 does not hold, and what is computed from them."""
    x, y = DoubleWord.exact(np.array([one])), DoubleWord.exact(np.array([other]))
    with np.errstate(all="ignore"):
        product = x * y
        for result in (product, product * y, product + y, y - product, y / product, product / y, product.sqrt()):
            assert not (result.bound[0] < np.inf and np.isfinite(result.high[0] + result.low[0]))


def test_nothing_is_known_of_a_quotient_by_what_may_be_zero() -> None:
    """A divisor that is known to half its size only, or less."""
    one = DoubleWord.exact(np.array([1.0, 1.0, 1.0]))
    divisor = DoubleWord(np.array([1.0, 1.0, 0.0]), np.zeros(3), np.array([0.6, 2.0, 0.0]))
    with np.errstate(all="ignore"):
        result = one / divisor
    assert not (result.bound < np.inf).any()
