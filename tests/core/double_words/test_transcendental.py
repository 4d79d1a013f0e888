"""Functions of double words: Arb's number lies within the bound, for every number that the argument may be."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from flint import arb
from hypothesis import given
from hypothesis import strategies as st

from derivcheck.balls.ball import precision
from derivcheck.double_words import transcendental
from derivcheck.double_words.double_word import DoubleWord

Function = Callable[[DoubleWord], DoubleWord]

FUNCTIONS: dict[str, tuple[Function, Callable[[arb], arb]]] = {
    "exp": (transcendental.exp, arb.exp),
    "log": (transcendental.log, arb.log),
    "sin": (lambda number: transcendental.sine_and_cosine(number)[0], arb.sin),
    "cos": (lambda number: transcendental.sine_and_cosine(number)[1], arb.cos),
    "atan": (transcendental.atan, arb.atan),
}

NUMBERS = (
    st.floats(-8, 8, allow_subnormal=False)
    | st.floats(-1000, 1000, allow_subnormal=False)
    | st.floats(-1e7, 1e7, allow_subnormal=False)
    | st.builds(lambda k, ulps: k * np.pi / 4096 * (1 + ulps * 2.0**-52), st.integers(-3000, 3000), st.integers(-3, 3))
    | st.builds(
        lambda k, ulps: k * np.log(2) / 2048 * (1 + ulps * 2.0**-52), st.integers(-3000, 3000), st.integers(-3, 3)
    )
    | st.sampled_from([1.0, 1 + 2.0**-52, 1 - 2.0**-53, 600.0, -600.0, 2.0**20, 1e-300, 0.0, 1e300])
)
"""Ordinary ones, those in the middle between two steps of the tables, and ends."""

BOUNDS = st.sampled_from([0.0, 2.0**-106, 2.0**-75, 2.0**-40, 2.0**-10])


@given(st.sampled_from(sorted(FUNCTIONS)), NUMBERS, st.floats(-1, 1), BOUNDS)
def test_the_exact_result_is_within_the_bound(name: str, high: float, low: float, bound: float) -> None:
    """Also of what lies as far from the number as its bound allows."""
    mine, exactly = FUNCTIONS[name]
    number = DoubleWord(np.array([high]), np.array([low * np.spacing(abs(high)) / 4]), np.array([bound]))
    with np.errstate(all="ignore"), precision(1000):
        result = mine(number)
        if not result.bound[0] < np.inf:
            return
        mid = arb(high) + arb(float(number.low[0]))
        found = arb(float(result.high[0])) + arb(float(result.low[0]))
        assert float(found) == result.high[0]
        for away in (-bound, 0.0, bound):
            exact = exactly(mid * (1 + arb(away)))
            assert abs(exact - found) <= abs(found) * arb(float(result.bound[0]))


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_ordinary_numbers_are_known_to_seventy_bits(name: str) -> None:
    """But at a zero of the function."""
    numbers = DoubleWord.exact(np.linspace(0.05, 20, 5000))
    result = FUNCTIONS[name][0](numbers)
    assert np.mean(result.bound < 2.0**-72) > 0.98


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("exp", 601.0),
        ("exp", np.nan),
        ("exp", -np.inf),
        ("sin", 0.0),
        ("sin", 1001.0),
        ("cos", np.inf),
        ("log", 0.0),
        ("log", 1.0),
        ("log", -1.0),
        ("log", np.inf),
        ("atan", 1e7),
        ("atan", np.nan),
    ],
)
def test_beyond_the_range_and_at_zeros_nothing_is_known(name: str, number: float) -> None:
    """Arb looks there."""
    with np.errstate(all="ignore"):
        assert not FUNCTIONS[name][0](DoubleWord.exact(np.array([number]))).bound[0] < np.inf


@pytest.mark.parametrize(("name", "guess"), [("log", "log"), ("atan", "arctan")])
@pytest.mark.parametrize("lie", [1e-9, 1.0, np.pi, -np.pi])
def test_a_wrong_guess_of_numpy_is_noticed(name: str, guess: str, lie: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """A guess that is off is not known; one that is off by some ulps gives the same number."""
    numbers = DoubleWord.exact(np.linspace(0.3, 20, 50))
    right = FUNCTIONS[name][0](numbers)
    honest = getattr(np, guess)
    monkeypatch.setattr(np, guess, lambda x: honest(x) + lie)
    assert not (FUNCTIONS[name][0](numbers).bound < np.inf).any()
    monkeypatch.setattr(np, guess, lambda x: honest(x) * (1 + 2.0**-50))
    other = FUNCTIONS[name][0](numbers)
    apart = (other.high - right.high) + (other.low - right.low)
    assert (np.abs(apart) <= other.size * (other.bound + right.bound)).all()
