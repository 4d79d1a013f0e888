"""Kinks that no partial derivative at the point sees."""

from __future__ import annotations

from fractions import Fraction

import pytest
from flint import arb

from derivcheck.balls.ball import enclosure
from derivcheck.checking.tensors.gradients_beside import at_a_kink, points_beside


def test_the_points_lie_beside_and_in_every_order() -> None:
    """Each element comes to each place in some of them; none moves two elements by the same."""
    exact = {"x[0]": Fraction(1), "x[1]": Fraction(1), "x[2]": Fraction(-3)}
    points = list(points_beside(exact))
    assert all(0 < abs(point[name] - exact[name]) <= 3 * Fraction(2) ** -600 for point in points for name in exact)
    orders = {tuple(sorted(exact, key=lambda name: point[name] - exact[name])) for point in points}
    assert all({order[place] for order in orders} == set(exact) for place in range(3))


@pytest.mark.parametrize(
    ("returned", "beside", "is_choice"),
    [
        (1.0, (0, 1, 0), True),
        (0.5, (0, 1), True),
        (1.5, (0, 1), False),
        (1.0, (1, 1), False),
        (float("nan"), (0, 1), False),
        (1.0, (0,), False),
    ],
)
def test_a_choice_lies_between_gradients_that_differ(returned: float, beside: tuple[int, ...], is_choice: bool) -> None:
    """Where all gradients beside the point are the same there is no kink, and nothing to choose."""
    found = at_a_kink(returned, [enclosure(arb(value)) for value in beside])
    assert is_choice == (found is not None)
