"""Rows of texts whose columns stand below one another."""

from __future__ import annotations

from derivcheck_cli.alignment import align


def test_columns_begin_at_the_same_place() -> None:
    """The last one is not padded, and an empty one leaves no space at the end of a line."""
    rows = [("x", "first", "1"), ("long", "", "22"), ("y", "z", "")]
    assert ["x     first  1", "long         22", "y     z"] == list(align(rows))


def test_a_wide_character_takes_two_columns() -> None:
    """As a terminal draws it."""
    assert ["数  a", "xy  b"] == list(align([("数", "a"), ("xy", "b")]))


def test_a_long_last_cell_goes_on_below_itself() -> None:
    """It gets at least 24 columns, however narrow the screen is."""
    text = "one two three four five six seven"
    assert ["x  one two three four five\n   six seven"] == list(align([("x", text)], width=10))
    assert [f"x  {text}"] == list(align([("x", text)], width=80))
