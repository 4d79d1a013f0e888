"""The gradient of one function as Elements."""

from __future__ import annotations

from scalar_graphs import elements_of

from derivcheck.language.printing import to_text
from derivcheck.symbolic.gradient_elements import gradient_of


def test_a_gradient_has_a_root_for_each_address_that_matters() -> None:
    """Of the second root x**2*y; z does not occur in it."""
    found = gradient_of(elements_of(["x", "y", "z"], "z", "x**2*y"), 1)
    texts = {name: to_text(found.elements.expression(place)) for name, place in found.places.items()}
    assert {"x": "2*y*x", "y": "x**2"} == texts
    assert "x**2*y" == to_text(found.elements.expression(0))


def test_what_sympy_cannot_differentiate_is_named() -> None:
    """The lower incomplete gamma function has no derivative by its first argument."""
    found = gradient_of(elements_of(["a", "x"], "lowergamma(a, x)"), 0)
    assert ({"x"}, {"a"}) == (set(found.places), set(found.refused))
