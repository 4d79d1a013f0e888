"""The screen by torch alone."""

from __future__ import annotations

import random

from searched_ranges import request_of, searched_for

from derivcheck.hunting.bit_patterns import number_at, place_of
from derivcheck.hunting.screening import Jump, screen, stripes
from derivcheck.hunting.watch import Watch
from derivcheck.model.hunt import HuntRequest
from derivcheck.numbers import DType


def jumps_of(request: HuntRequest, points: int) -> list[Jump]:
    """All that a screen proposes, the largest first."""
    searched, batched = searched_for(request)
    watch = Watch(request.budget, 0, searched.numbers)
    lines = stripes(searched, points, random.Random(0))
    found = [jump for _, jumps in screen(lines, 0, batched, searched, watch) for jump in jumps]
    assert watch.screened >= points / 2
    return sorted(found, key=lambda jump: -jump.size)


def test_a_jump_is_seen() -> None:
    """The slope of |x - 0.3| jumps at 0.3, and nowhere else."""
    first, *others = jumps_of(request_of("abs(x - 0.3)", "x=0.25..0.5"), 20_000)
    assert number_at(first.before, DType.FLOAT64) < 0.3 < number_at(first.after, DType.FLOAT64)
    assert all(abs(number_at(other.before, DType.FLOAT64) - 0.3) < 1e-3 for other in others)


def test_a_smooth_function_has_no_jump() -> None:
    """Nor does its rounding, where it cancels."""
    assert [] == jumps_of(request_of("x*sin(x)", "x=0.1..7"), 40_000)
    assert [] == jumps_of(request_of("sqrt(1 + x*x) - x", "x=1..100"), 40_000)


def test_a_change_of_formula_in_a_kernel_is_seen() -> None:
    """softplus' second derivative is 0 beyond 20."""
    (found, *_) = jumps_of(request_of("softplus(x)", "x=16..31", wrt=(("x", "x"),)), 20_000)
    assert number_at(found.before, DType.FLOAT64) <= 20 <= number_at(found.after, DType.FLOAT64)


def test_stripes_stay_in_the_range_and_in_a_binade() -> None:
    """And those nearest to 1 come first."""
    searched, _ = searched_for(request_of("x", "x=-3..1e300"))
    lines = stripes(searched, 30_000_000, random.Random(0))
    for line in lines:
        last = line.first + (line.count - 1) * line.step
        assert searched.lows[0] <= line.first <= last <= searched.highs[0]
        assert (line.first > 0) == (last > 0)
    assert abs(number_at(lines[0].first, DType.FLOAT64)) < 2
    assert any(line.first > place_of(1e250, DType.FLOAT64) for line in lines)
