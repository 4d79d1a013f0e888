"""A coordinate as typed and as held."""

from __future__ import annotations

from fractions import Fraction

from derivcheck.model import Coordinate


def test_a_coordinate_knows_whether_the_format_changed_it() -> None:
    """0.5 is a float, 0.1 is none, and pi cannot be typed exactly at all."""
    assert not Coordinate("0.5", Fraction(1, 2), Fraction(1, 2)).is_rounded
    assert Coordinate("0.1", Fraction(1, 10), Fraction(0.1)).is_rounded
    assert Coordinate("pi", None, Fraction(3)).is_rounded
