"""Points as they are typed."""

from __future__ import annotations

import pytest

from derivcheck.errors import PointError
from derivcheck.inputs.assignments import merge_assignments, split_assignments, split_points


def test_each_variable_keeps_its_text() -> None:
    """Values stay as they were typed."""
    assert {"x": "2", "y": "1/3", "θ": "0x1.8p+1"} == split_assignments(" x=2, y = 1/3 ,θ=0x1.8p+1")


def test_a_comma_within_brackets_does_not_split() -> None:
    """A value may be a call with several arguments."""
    assert {"x": "Max(1, (2, 3))", "y": "1"} == split_assignments("x=Max(1, (2, 3)), y=1")


def test_several_texts_make_one_point() -> None:
    """`--at x=2 --at y=3` is one point."""
    assert {"x": "2", "y": "3"} == merge_assignments(["x=2", "y=3"])


def test_a_semicolon_separates_points() -> None:
    """CSV and text files give several points in one text."""
    assert ({"x": "2", "y": "3"}, {"x": "4", "y": "5"}) == split_points("x=2,y=3; x=4,y=5;")


@pytest.mark.parametrize(
    "text",
    [
        "x=[1, 2], A=[[2, 1], [0, 3]]",
        "x=[1, 2]; A=[[2, 1], [0, 3]];",
        "x=[1, 2]\nA=[[2, 1], [0, 3]]",
        "x=[1, 2],\n\nA=[[2, 1], [0, 3]]\n",
    ],
)
def test_arrays_stand_apart_by_commas_semicolons_or_lines(text: str) -> None:
    """Where no variable comes twice, a semicolon separates values of one point, and no points."""
    assert {"x": "[1, 2]", "A": "[[2, 1], [0, 3]]"} == split_assignments(text)
    assert ({"x": "[1, 2]", "A": "[[2, 1], [0, 3]]"},) == split_points(text)


def test_several_points_have_arrays_too() -> None:
    """A variable that comes again begins no new value, but a new point."""
    assert ({"x": "[1, 2]", "t": "0"}, {"x": "[3, 4]", "t": "1"}) == split_points("x=[1, 2], t=0; x=[3, 4], t=1")


@pytest.mark.parametrize(
    ("text", "point"),
    [
        ("x=1 +\n 2", {"x": "1 +\n 2"}),
        ("A=[[1, 2],\n   [3, 4]]", {"A": "[[1, 2],\n   [3, 4]]"}),
        ("x=1,\n\n y=2", {"x": "1", "y": "2"}),
    ],
)
def test_an_end_of_a_line_within_a_value_is_a_blank(text: str, point: dict[str, str]) -> None:
    """It separates only where an assignment begins behind it, as it did before there were arrays."""
    assert point == split_assignments(text)


def test_no_text_is_the_empty_point() -> None:
    """A constant expression needs no variable."""
    assert ({},) == split_points("  ")


@pytest.mark.parametrize("text", ["x", "x=", "=2", "2=x", "x=1,,y=2", "x=1,", "x y=1", "x=1,x=2", "ﬁ=1,fi=2"])
def test_what_is_no_assignment_is_an_error(text: str) -> None:
    """A missing sign, name or value, and a variable given twice (two spellings of one name included)."""
    with pytest.raises(PointError):
        split_assignments(text)


def test_an_empty_point_is_an_error() -> None:
    """Nothing between two semicolons is a slip."""
    with pytest.raises(PointError, match="empty point"):
        split_points("x=1;;x=2")


@pytest.mark.parametrize("text", ["xᵃ=2", "xᵢ=1", "x²=4", "x₁=1"])
def test_a_name_is_written_on_the_line(text: str) -> None:
    """`xᵃ=2` would give the variable `xa` a value, which is another name than one reads."""
    with pytest.raises(PointError, match="is not a variable's name") as caught:
        split_assignments(text)
    assert str(caught.value.hint).startswith("names are written on the line: x")


def test_values_with_commas_between_them_are_written_as_a_list() -> None:
    """`x=1,2,3` is a value for x and two numbers for nothing."""
    with pytest.raises(PointError, match="gives no variable a value") as caught:
        split_assignments("x=1,2,3")
    assert "x=[1, 2]" in (caught.value.hint or "")
