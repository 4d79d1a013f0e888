"""The numbers of a point that were rounded."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from results import row, tensor

from derivcheck.model import Coordinate, ShapedValue
from derivcheck.reporting.presentation.moved_points import rounded_texts

TENTH = Coordinate("0.1", Fraction(1, 10), Fraction(0.1))
HALF = Coordinate("0.5", Fraction(1, 2), Fraction(1, 2))


def test_the_numbers_of_a_tensor_are_told_by_their_addresses() -> None:
    """A tenth is no float64, a half is one; of many only four are shown."""
    few = ShapedValue("[0.1, 0.5]", (2,), (TENTH, HALF))
    many = ShapedValue("full(10, 0.1)", (10,), (TENTH,) * 10)
    shown = list(rounded_texts(replace(tensor(), values={"x": few, "y": many}), str.upper))
    assert "X[0] = 0.1 → 0.10000000000000001" == shown[0]
    assert [f"Y[{at}] = 0.1 → 0.10000000000000001" for at in range(4)] == shown[1:5]
    assert ["and 6 more of Y"] == shown[5:]


def test_a_number_is_told_by_its_name() -> None:
    """As it always was."""
    assert ["x = 0.1 → 0.10000000000000001"] == list(rounded_texts(replace(row(), point={"x": TENTH})))
    assert [] == list(rounded_texts(row()))
