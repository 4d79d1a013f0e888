"""What is true of second derivatives at a place: of a formula, and of a declared gradient."""

from __future__ import annotations

from fractions import Fraction

from places import place_of

from derivcheck.model import Truth
from derivcheck.own_functions.tensors.upstreams import DENSE, Upstream

AT = {"x": "[0.5, -2]", "y": "3"}


def numbers(truths: list[Truth]) -> list[float]:
    """The numbers that are true, which are short ones here."""
    return [float(truth.value.mid.fraction()) for truth in truths if truth.value is not None]


def test_of_one_element_of_the_result() -> None:
    """f = x**3*y: the gradient by x is 3*x**2*y*g; along v it has the slope 6*x*y*v by x, and 3*x**2 . v by y."""
    place = place_of("x**3*y", AT)
    row = Upstream(row=1)
    assert numbers(place.second_truths("x", "x", row, [5, 7])) == [0.0, 6 * -2 * 3 * 7.0]
    assert numbers(place.second_truths("x", "y", row, [5, 7])) == [3 * 4 * 7.0]
    assert numbers(place.second_truths("y", "x", row, [Fraction(1, 2)])) == [0.0, 3 * 4 / 2]


def test_of_all_elements_weighed() -> None:
    """An upstream gradient weighs each element; its factor multiplies the second derivative."""
    place = place_of("x**3*y", AT)
    upstream = Upstream(DENSE[0]).times(Fraction(4))
    g = [float(weight) for weight in upstream.weights(place.outputs)]
    found = numbers(place.second_truths("x", "x", upstream, [1, -1]))
    assert found == [6 * 0.5 * 3 * g[0], -6 * -2 * 3 * g[1]]
