"""Tangents: the derivative of the outputs along a direction, element by element or in weighted sums.

Covers also: computed_numbers, explanations.
"""

from __future__ import annotations

from fractions import Fraction

import pytest
import torch
from places import place_of
from torch import Tensor

from derivcheck.checking.tensors.shaped_requests import dense_weights
from derivcheck.model import Status
from derivcheck.own_functions.tensors.computed_numbers import Computed
from derivcheck.own_functions.tensors.tangents import along, direction_of, numbered, pushed_truths
from derivcheck.own_functions.tensors.upstreams import DENSE, ONES, Upstream


def bilinear(x: Tensor, y: Tensor) -> Tensor:
    """A function of two arguments."""
    return x**2 * y


PLACE = place_of("x**2*y", {"x": "[0.5, -2]", "y": "3"}, bilinear)


def numbers(found: object) -> list[Fraction]:
    """What is true of the tangents."""
    return [truth.value.mid.fraction() for truth in getattr(found, "truths")]  # noqa: B009 (None has none)


def test_of_each_element() -> None:
    """f = x**2*y along (t, s) has the derivative 2*x*y*t + x**2*s."""
    t, (s,) = direction_of(PLACE, "x"), direction_of(PLACE, "y")
    found = pushed_truths(PLACE, numbered(PLACE.names))
    assert found is not None
    assert ((2,), (0, 1)) == (found.shape, found.kept)
    assert [3 * t[0] + Fraction(1, 4) * s, -12 * t[1] + 4 * s] == numbers(found)
    assert pushed_truths(PLACE, {}) is None


def test_of_many_elements_in_sums() -> None:
    """x**2 of 80 elements: g·(J t) for each of the fixed upstream gradients."""
    place = place_of("x**2", {"x": "randn(80)"}, lambda x: x**2)
    found = pushed_truths(place, numbered(place.names))
    assert found is not None
    assert (found.kept, len(found.truths)) == (None, 3)
    (x,) = place.tensors
    tangent = 2 * x * along(x, numbered(["x"])["x"])
    torch.testing.assert_close(found.weigh(tangent), torch.tensor([float(one) for one in numbers(found)]).double())


def test_the_direction_is_that_of_no_upstream_gradient() -> None:
    """A function that takes the one for the other is found."""
    taken = {Upstream(number).number for number in (*DENSE, ONES)}
    assert not taken & set(numbered("xyz").values())
    x = torch.zeros(2, 3)
    assert along(x, 3).tolist() == torch.tensor(dense_weights(6, 3)).reshape(2, 3).tolist()


@pytest.mark.parametrize(("factor", "status"), [(1, Status.MATCH), (2, Status.MISMATCH), (-1, Status.MISMATCH)])
def test_numbers_that_are_computed_in_a_way_of_ones_own(factor: int, status: Status) -> None:
    """A tangent by finite algebra, right and wrong, held against what is true; rounding is seen on its own tape."""
    found = pushed_truths(PLACE, numbered(PLACE.names))
    assert found is not None

    def compute(tensors: tuple[Tensor, ...]) -> Tensor:
        moved = [along(tensor, number) for tensor, number in zip(tensors, numbered("xy").values(), strict=True)]
        tangent: Tensor = torch.func.jvp(bilinear, tensors, tuple(moved))[1]
        return factor * tangent

    computed = Computed.at(PLACE, ("tangent", factor), compute)
    made = computed.compare(("x", "y"), found.truths, found.shape, first=0, how="jvp")
    assert made.verdict.status is status
