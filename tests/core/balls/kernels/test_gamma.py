"""Gamma and its derivatives where their balls are hard to keep narrow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ball_kernels import kernels
from flint import arb, ctx

from derivcheck.errors import UnsupportedError


def test_far_left_of_zero_polygamma_and_zeta_are_narrow() -> None:
    """Arb's own are nan at -10**6."""
    for value in (
        kernels.polygamma(arb(1), arb(-(2.0**40) - 0.5)),
        kernels.polygamma(arb(2), arb(-(2.0**40) - 0.25)),
        kernels.zeta(arb(2), arb(-(2.0**40) - 0.5)),
    ):
        assert value.rel_accuracy_bits() > 60


def test_incomplete_gamma_functions_of_a_large_shape() -> None:
    """Near x = a the step P(a, x) - P(a + 1, x) = x**a*exp(-x)/gamma(a + 1) is narrow, https://dlmf.nist.gov/8.8.E5."""
    with ctx.workprec(128):
        a, x = arb(10**5), arb(10**5 - 100)
        step = kernels.gammainc(a, x) - kernels.gammainc(a + 1, x)
        expected = (a * x.log() - x - (a + 1).lgamma()).exp()
        assert step.overlaps(expected)
        assert step.rel_accuracy_bits() > 80


def test_orders_are_bounded() -> None:
    """An order of a billion is refused, not computed."""
    calls: list[Callable[[], Any]] = [
        lambda: kernels.polygamma(arb(10**9), arb(1)),
        lambda: kernels.polygamma(arb(0.5), arb(1)),
        lambda: kernels.mvlgamma(arb(10**9), arb(10**6)),
        lambda: kernels.besselj(arb(10**9), arb(1)),
        lambda: kernels.zeta(arb(10**9), arb(1)),
        lambda: kernels.zeta(arb(-(10**9)), arb(2.5)),
        lambda: kernels.expint(arb(10**9), arb(1)),
    ]
    for call in calls:
        with pytest.raises(UnsupportedError):
            call()
