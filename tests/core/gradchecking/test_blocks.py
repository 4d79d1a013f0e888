"""Blocks of numbers that are told right at once: only those that the verdict calls right too.

Covers also: exact_derivatives.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from derivcheck.gradchecking.blocks import Block, are_close, compare_blocks
from derivcheck.gradchecking.exact_derivatives import ExactDerivatives
from derivcheck.gradchecking.lately_seen import Seen
from derivcheck.gradchecking.posing import pose
from derivcheck.model import Status, Truth
from derivcheck.numbers import DType, Dyadic, Enclosure
from derivcheck.own_functions.tensors.place import Place
from derivcheck.verdict.criterion import CRITERION
from derivcheck.verdict.distance import error_of


@given(
    dtype=st.sampled_from(list(DType)),
    man=st.integers(-(2**120), 2**120),
    exp=st.integers(-160, -90),
    ulps=st.floats(-8, 8),
)
def test_what_is_close_is_within_the_criterion(dtype: DType, man: int, exp: int, ulps: float) -> None:
    """The true number has more digits than a float; the other one is some ulps of the format away."""
    exact = Enclosure(Dyadic(man, exp), Dyadic(0, 0))
    number = float(exact.mid.fraction() + Fraction(ulps) * Fraction(2) ** dtype.ulp_exponent(exact.mid.magnitude))
    if are_close(np.array([number]), np.array([float(exact.mid.fraction())]), dtype):
        assert error_of(Fraction(number), exact, dtype).ulps <= CRITERION.ulps


@pytest.mark.parametrize(
    ("number", "exact", "expected"),
    [
        (1.0, 1.0, True),
        (1.0 + 2**-52, 1.0, True),
        (1.0 + 2**-48, 1.0, False),
        (0.0, 0.0, True),
        (5e-324, 0.0, False),
        (0.0, 1e-310, False),
        (float("nan"), 1.0, False),
        (1.0, float("nan"), False),
        (float("inf"), float("inf"), False),
    ],
)
def test_what_is_no_ordinary_number_goes_the_long_way(number: float, exact: float, expected: bool) -> None:
    """Subnormal numbers, infinities, and whatever is not proven."""
    assert expected == are_close(np.array([number]), np.array([exact]), DType.FLOAT64)


def exact_at(function: object, *tensors: torch.Tensor) -> ExactDerivatives:
    """What is true of a function at some tensors, with one weighed sum of its outputs."""
    subject = pose(function, tensors)  # type: ignore[arg-type]
    place = Place(subject, subject.points[0])
    return ExactDerivatives(place, [[Fraction(2), Fraction(-1)]])


def test_floats_are_the_truths_rounded() -> None:
    """Values, rows, derivatives along directions, second derivatives."""
    x = torch.tensor([3.0, -2.0], dtype=torch.float64, requires_grad=True)
    exact = exact_at(lambda x: torch.stack([x[0] * x[1], x[0] ** 2]), x)
    assert [-6.0, 9.0] == exact.value_floats().tolist()
    assert [[-2.0, 3.0], [6.0, 0.0]] == exact.jacobian.tolist()
    along = exact.along([Fraction(1), Fraction(2)])
    assert [4.0, 6.0] == along.floats.tolist()
    assert [4.0, 6.0] == [float(truth.value.mid.fraction()) for truth in along.truths(range(2)) if truth.value]
    assert [6.0] == [float(truth.value.mid.fraction()) for truth in along.truths([1]) if truth.value]
    root = exact.weighed(0)
    assert [-4.0 - 6.0, 6.0] == exact.row_floats(root).tolist()
    assert [[-2.0, 2.0], [2.0, 0.0]] == exact.second_floats(root, [[Fraction(1), Fraction(0)], [0, 1]]).tolist()  # type: ignore[list-item]


def test_at_a_kink_nothing_is_known_as_a_float() -> None:
    """And beside it everything is."""
    x = torch.tensor([0.0, -2.0], dtype=torch.float64, requires_grad=True)
    exact = exact_at(torch.relu, x)
    assert np.isnan(exact.jacobian).tolist() == [[True, False], [False, False]]


@pytest.mark.parametrize(
    ("off", "status", "asked"),
    [
        (3, Status.MATCH, [[1]]),  # within 4 ulps, which the floats cannot tell
        (2**35, Status.MISMATCH, [[1], [0, 1, 2], [1], [0, 1, 2]]),  # once among all passes, once by itself
    ],
)
def test_only_those_that_are_far_go_the_long_way(off: int, status: Status, asked: list[list[int]]) -> None:
    """All of a block do where one of them is wrong: then the whole block is shown."""
    x = torch.tensor([1.5, 2.5, 3.5], dtype=torch.float64, requires_grad=True)
    subject = pose(lambda x: x * x, (x,))
    place = Place(subject, subject.points[0])
    exact = ExactDerivatives(place)
    seen: list[list[int]] = []

    def truths(places: Sequence[int]) -> list[Truth]:
        seen.append(list(places))
        return [exact._truths.value(root) for root in places]

    floats = exact.value_floats()
    numbers = floats.copy()
    numbers[1] += off * np.spacing(numbers[1])
    block = Block((), "values", (3,), numbers, floats, truths, 0)
    (found,) = compare_blocks(place, [block], 3, lambda _: place.explained, Seen(), "values")
    assert (status, asked) == (found.verdict.status, seen)
    assert found.verdict.ulps == pytest.approx(off)
