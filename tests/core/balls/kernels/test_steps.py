"""Roundings, steps and remainders of balls."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
from ball_kernels import kernels
from flint import arb

Kernel = Callable[..., Any]


@pytest.mark.parametrize(
    ("x", "rounded"),
    [(0.5, 0), (1.5, 2), (2.5, 2), (-0.5, 0), (-1.5, -2), (-2.5, -2), (0.75, 1), (-0.75, -1), (2.0**200, 2.0**200)],
)
def test_halves_round_to_even(x: float, rounded: float) -> None:
    """As torch.round and Python's round do."""
    assert kernels.nearest(arb(x)) == rounded
    assert round(x) == rounded


def test_steps_on_a_jump_are_wide_and_finite() -> None:
    """A ball around a jump holds both sides."""
    around = arb(2, 1e-20)
    cases: list[tuple[Kernel, int, int]] = [
        (kernels.floor, 1, 2),
        (kernels.ceiling, 2, 3),
        (kernels.truncate, 1, 2),
        (lambda x: kernels.nearest(x + 0.5), 2, 3),
        (lambda x: kernels.sign(x - 2), -1, 1),
        (lambda x: kernels.heaviside(x - 2), 0, 1),
        (lambda x: kernels.remainder(x, arb(2)), 0, 2),
        (lambda x: kernels.fmod(x, arb(2)), 0, 2),
        (lambda x: kernels.atan2(x - 2, arb(-1)), -3, 3),
        (lambda x: kernels.where(kernels.lt(x, arb(2)), arb(-1), arb(1)), -1, 1),
    ]
    for step, low, high in cases:
        image = step(around)
        assert image.contains(arb(low))
        assert image.contains(arb(high))
        assert image.rad() < 5


@pytest.mark.parametrize(("x", "y"), [(7, 3), (-7, 3), (7, -3), (-7, -3), (6, 3), (-6, 3), (0.75, 0.25), (5.5, -2)])
def test_remainders_have_python_s_signs(x: float, y: float) -> None:
    """remainder has the sign of y, as Python's %; fmod that of x, as math.fmod."""
    assert kernels.remainder(arb(x), arb(y)) == x % y
    assert kernels.fmod(arb(x), arb(y)) == math.fmod(x, y)
