"""Nested lists as they are typed."""

from __future__ import annotations

import pytest

from derivcheck.errors import NoNumberError, PointError
from derivcheck.inputs.arrays import MOST_DIMENSIONS, MOST_ELEMENTS, Piece
from derivcheck.inputs.written_lists import read_list
from derivcheck.model.shaped_values import Shape


def read(text: str) -> tuple[Shape, list[str]]:
    """The shape and the elements' texts."""
    shape, places = read_list(Piece("x", text, 0, len(text)))
    return shape, [text[start:end].strip() for start, end in places]


@pytest.mark.parametrize(
    ("text", "shape", "elements"),
    [
        ("[1]", (1,), ["1"]),
        ("[ 1 , -2.5,pi/4 ]", (3,), ["1", "-2.5", "pi/4"]),
        ("[[1, 2], [3, 4], [5, 6]]", (3, 2), ["1", "2", "3", "4", "5", "6"]),
        ("[[[1], [2]]]", (1, 2, 1), ["1", "2"]),
        ("[Max(1, (2)), 3,]", (2,), ["Max(1, (2))", "3"]),
        ("[\n[1,\n2],\n]", (1, 2), ["1", "2"]),
    ],
)
def test_the_shape_is_how_the_lists_are_nested(text: str, shape: Shape, elements: list[str]) -> None:
    """A comma within round brackets belongs to an element, and one before a closing bracket is a habit."""
    assert (shape, elements) == read(text)


@pytest.mark.parametrize(
    ("text", "message", "marked"),
    [
        ("[[1, 2], [3]]", "`x[1]` has 1 element, and `x[0]` has 2 elements", "[3]"),
        ("[[[1], [2]], [[3], [4, 5]]]", "`x[1, 1]` has 2 elements, and `x[0, 0]` has 1 element", "[4, 5]"),
        ("[[[1], [2]], [[3]]]", "`x[1]` has 1 element, and `x[0]` has 2 elements", "[[3]]"),
        ("[1, [2]]", "`x[1]` is a list, and `x[0]` is a number", "["),
        ("[[1], 2]", "`x[1]` is a number, and `x[0]` is a list", "2"),
        ("[[[1]], [2]]", "`x[1, 0]` is a number, and `x[0, 0]` is a list", "2"),
        ("[]", "`x` is an empty list", "[]"),
        ("[[1], []]", "`x[1]` is an empty list", "[]"),
        ("[1, 2", "the bracket is not closed", "["),
        ("[1, (2]", "the bracket is not closed", "("),
        ("[1, 2]]", "this bracket closes nothing", "]"),
        ("[1], 2", "the list ends before this comma", ","),
        ("[1,, 2]", "there is nothing before this comma", ","),
        ("[[1] [2]]", "there is no comma before this list", "["),
        ("[[1] 2]", "there is no comma before this", "2"),
        ("[([1])]", "there is a list within round brackets", "["),
    ],
)
def test_what_is_no_array_is_an_error_that_shows_the_place(text: str, message: str, marked: str) -> None:
    """Which lists differ, by their addresses, and in what."""
    with pytest.raises(NoNumberError) as caught:
        read(text)
    assert (message, marked) == (caught.value.message, text[caught.value.span.start : caught.value.span.end])


@pytest.mark.parametrize("text", ["[" * 50 + "1" + "]" * 50, "[" * 1_000_000])
def test_lists_are_nested_so_deep_at_most(text: str) -> None:
    """What is nested deeper is told at the bracket that is too much, whatever follows."""
    with pytest.raises(NoNumberError, match=f"more than {MOST_DIMENSIONS} deep") as caught:
        read(text)
    assert caught.value.span.start == MOST_DIMENSIONS


def test_a_list_has_so_many_elements_at_most() -> None:
    """The reader stops at the first one that is too many."""
    read("[" + "1," * MOST_ELEMENTS + "]")
    with pytest.raises(PointError, match="`x` has more than 200,000 elements"):
        read("[" + "1," * (MOST_ELEMENTS + 1))
