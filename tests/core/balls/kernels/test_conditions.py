"""Comparisons and logic of balls: certain, or undecided."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ball_kernels import kernels
from flint import arb

from derivcheck.balls.ball import Outside


def test_comparisons_are_certain_or_undecided() -> None:
    """True and False are claims about every pair of points."""
    low, high, around = arb(0, 1), arb(3, 1), arb(1, 1)
    assert kernels.lt(low, high) is True
    assert kernels.gt(low, high) is False
    assert kernels.lt(low, around) is None
    assert kernels.ge(low, around) is None
    assert kernels.le(arb(1), arb(1)) is True
    assert kernels.lt(arb(1), arb(1)) is False
    assert kernels.eq(arb(1), arb(1)) is True
    assert kernels.eq(low, high) is False
    assert kernels.eq(low, low) is None
    assert kernels.ne(arb(1), arb(1)) is False


@pytest.mark.parametrize("compare", [kernels.lt, kernels.le, kernels.gt, kernels.ge, kernels.eq, kernels.ne])
def test_a_comparison_of_what_may_be_outside_of_a_domain_is_nan(compare: Callable[..., Any]) -> None:
    """sqrt(x) < 1 on a ball around 0 is neither true nor false nor open: half of the ball has no square root."""
    assert compare(arb.nan(), arb(1)).is_nan()
    assert compare(arb(1), arb.nan()).is_nan()
    assert isinstance(kernels.logical_not(arb.nan()), arb)


def test_logic_is_kleene_s() -> None:
    """What one operand decides alone is decided."""
    assert kernels.logical_and(False, None) is False
    assert kernels.logical_and(True, None) is None
    assert kernels.logical_and(True, True) is True
    assert kernels.logical_or(True, None) is True
    assert kernels.logical_or(False, None) is None
    assert kernels.logical_or(False, False) is False
    assert kernels.logical_not(None) is None
    assert kernels.logical_and(None, False, Outside("no number")) is False
    assert kernels.logical_or(None, Outside("no number")) == Outside("no number")
