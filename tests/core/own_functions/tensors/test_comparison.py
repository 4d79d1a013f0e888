"""Comparisons on tensors: right numbers pass, and every lie is found, whatever its size."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
import tensor_functions_diagnosis as layers
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from places import place_of

from derivcheck.model import Severity, Status
from derivcheck.own_functions.tensors.comparison import compare_gradient, compare_gradients, compare_values
from derivcheck.own_functions.tensors.upstreams import Upstream

PLACE = place_of("x**2*y", {"x": "[0.5, -2, 0.25]", "y": "3"}, lambda x, y: x**2 * y)
RIGHT = torch.tensor([3.0, -12.0, 1.5], dtype=torch.float64)


@settings(deadline=None, max_examples=40)  # the first comparison sets all up
@given(st.integers(0, 2), st.floats(-1e6, 1e6).filter(lambda lie: abs(lie) > 1e-6))
def test_a_lie_in_one_element_is_found(at: int, lie: float) -> None:
    """It is the element that is told, wherever it stands."""
    told = RIGHT.clone()
    told[at] += lie
    found = compare_gradient(PLACE, "x", told, Upstream())
    assert found.verdict.status is Status.MISMATCH
    assert found.elements is not None
    assert found.elements.worst is not None
    assert found.elements.worst.index == (at,)


def test_the_last_bit_is_rounding() -> None:
    """The next float is as right."""
    for toward in (-torch.inf, torch.inf):
        told = RIGHT.nextafter(torch.tensor(toward, dtype=torch.float64))
        assert compare_gradient(PLACE, "x", told, Upstream()).verdict.status.severity is Severity.PASS


def test_every_upstream_gradient_has_its_own_truth() -> None:
    """What is right for one is wrong for another."""
    for upstream in (Upstream(1), Upstream(2).times(Fraction(-3))):
        found = PLACE.pull_back(upstream)
        assert all(one.verdict.status is Status.MATCH for one in compare_gradients(PLACE, found, upstream))
        assert compare_gradient(PLACE, "x", RIGHT, upstream).verdict.status is Status.MISMATCH


def test_no_gradient_counts_as_zero() -> None:
    """It is right where 0 is right, and else said to be none."""
    zero = place_of("0*x", {"x": "[1, 2]"})
    assert compare_gradient(zero, "x", None, Upstream()).verdict.status is Status.MATCH
    found = compare_gradient(PLACE, "x", None, Upstream())
    assert found.verdict.status is Status.MISMATCH
    assert "no gradient (None)" in (found.verdict.reason or "")


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_what_is_no_number_is_told_as_such(number: float) -> None:
    """Where the truth is one."""
    place = place_of(
        "x**2", {"x": "[0.5, -2]"}, layers.layer(lambda x: x**2, lambda _, __, x: torch.full_like(x, number))
    )
    (found,) = compare_gradients(place, place.pull_back(Upstream()), Upstream())
    assert found.verdict.status is Status.NONFINITE


def test_shapes_come_first() -> None:
    """Numbers in another shape are not compared."""
    found = compare_gradient(PLACE, "x", RIGHT[None], Upstream())
    assert found.verdict.reason == "the gradient by x has the shape (1, 3), x has (3,)"
    (values,) = compare_values(PLACE, [RIGHT, RIGHT])
    assert "2 outputs of the shapes (3,), (3,), its formula has the shape (3,)" in (values.verdict.reason or "")


def test_lost_digits_are_forgiven_at_a_point_of_ours_and_lost_numbers_are_not() -> None:
    """x - (x - tiny) has few digits left; nobody gave that point."""
    ours = replace(PLACE, how="another point")
    near = RIGHT * (1 + 2**-50)
    assert compare_gradient(ours, "x", near, Upstream()).verdict.status is Status.MATCH
    assert compare_gradient(ours, "x", RIGHT * 2, Upstream()).verdict.status is Status.MISMATCH
