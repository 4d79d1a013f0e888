"""Proven intervals."""

from __future__ import annotations

from derivcheck.numbers import Dyadic, Enclosure

POINT = Dyadic(0, 0)
"""The radius of a number that is known exactly."""


def test_an_enclosure_knows_whether_it_contains_zero() -> None:
    """Zero is inside exactly where the radius reaches it."""
    assert Enclosure(Dyadic(1, 0), Dyadic(1, 0)).contains_zero()
    assert not Enclosure(Dyadic(1, 0), Dyadic(1, -1)).contains_zero()
    assert Enclosure(Dyadic(1, -5000), Dyadic(1, 5000)).contains_zero()
    assert not Enclosure(Dyadic(3, 0), Dyadic(5, -1)).contains_zero()
    assert Enclosure(Dyadic(-5, -1), Dyadic(3, 0)).contains_zero()
    assert Enclosure(POINT, POINT).contains_zero()
    assert not Enclosure(Dyadic(1, -(10**20)), POINT).contains_zero()


def test_only_a_radius_of_0_is_exact() -> None:
    """And 0 is proven only where it is exact."""
    assert Enclosure(Dyadic(1, 0), POINT).is_exact
    assert not Enclosure(Dyadic(1, 0), Dyadic(1, -4000)).is_exact
    assert Enclosure(POINT, POINT).is_exact_zero
    assert not Enclosure(POINT, Dyadic(1, -4000)).is_exact_zero
    assert not Enclosure(Dyadic(1, 0), POINT).is_exact_zero


def test_an_exact_number_is_written_in_full() -> None:
    """2**-40 has 28 significant digits, of which an enclosure that is not exact shows 25."""
    number = Dyadic(1, -40)
    assert "9.094947017729282379150390625e-13" == Enclosure(number, POINT).exact_decimal()
    assert "9.094947017729282379150391e-13" == Enclosure(number, Dyadic(1, -99)).exact_decimal()
    assert "9.0949e-13" == Enclosure(number, POINT).decimal(5)


def test_a_radius_is_rounded_up() -> None:
    """2**-3 = 0.125 is shown as 0.13, or what is shown would be no bound."""
    assert "0.13" == Enclosure(POINT, Dyadic(1, -3)).radius()
