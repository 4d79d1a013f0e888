"""Values with shapes and the addresses of their elements."""

from __future__ import annotations

from fractions import Fraction

import pytest

from derivcheck.model import Coordinate, ShapedValue
from derivcheck.model.shaped_values import addresses, exact_elements


def test_addresses_are_in_the_order_of_the_elements() -> None:
    """The last dimension first, as in C; a number has its name for an address, and an empty value has none."""
    assert ("W[0, 0]", "W[0, 1]", "W[1, 0]", "W[1, 1]") == addresses("W", (2, 2))
    assert ("x",) == addresses("x", ())
    assert () == addresses("x", (0, 3))
    assert () == addresses("x", (10**12, 0))


def test_a_value_has_as_many_elements_as_its_shape_says() -> None:
    """Or none, where a record left them out; anything else is a slip of ours."""
    one = Coordinate("1", Fraction(1), Fraction(1))
    assert () == ShapedValue("randn(2)", (2,), ()).elements
    with pytest.raises(ValueError, match=r"1 elements do not have the shape \(2,\)"):
        ShapedValue("[1, 2]", (2,), (one,))


def test_integers_have_no_exact_elements() -> None:
    """Nothing is differentiated by them."""
    half, two = Coordinate("0.5", Fraction(1, 2), Fraction(1, 2)), Coordinate("2", Fraction(2), Fraction(2))
    point = {"x": ShapedValue("[0.5, 2]", (2,), (half, two)), "t": ShapedValue("2", (), (two,), is_integer=True)}
    assert {"x[0]": Fraction(1, 2), "x[1]": Fraction(2)} == exact_elements(point)
