"""Case files in CSV."""

from __future__ import annotations

import pytest
from case_reading import Write, cases, outline

from derivcheck.case_files import Unreadable, read_cases
from derivcheck.model import Tolerance


def test_csv_has_a_column_for_each_claim(write: Write) -> None:
    """`derivative.x,y` is the claim about the mixed partial; an empty cell is no claim."""
    text = 'expr,at,wrt,order,rtol,derivative.x,"derivative.x,y"\nx*y,"x=1,y=2","x;x,y",1,0.5,y,1\nx,x=1,,,,,\n'
    first, second = cases(write("claims.csv", text))
    assert {("x",): "y", ("x", "y"): "1"} == first.derivative
    assert ((("x",), ("x", "y")), Tolerance(rtol=0.5)) == (first.wrt, first.tolerance)
    assert ({}, ()) == (second.derivative, second.wrt)


def test_csv_lines_are_read_one_by_one(write: Write) -> None:
    """A stray quote, a missing cell and an unquoted comma cost one line each."""
    lines = ["expr,at", "x,x=1", '"x,x=1', "x", "x,x=1,y=2", "y,y=1"]
    assert [
        "x",
        (3, None, "this is not CSV: unexpected end of data"),
        (4, None, "the line has 1 cells, the header 2"),
        (5, None, "the line has 3 cells, the header 2"),
        "y",
    ] == outline(write("broken.csv", "\n".join(lines)))


@pytest.mark.parametrize(
    "header", ["expr,ad", "expr,derivative", "expr,derivative.", "expr,at.x", "at,wrt", "expr,expr"]
)
def test_a_wrong_header_ends_a_csv_file(write: Write, header: str) -> None:
    """Without a sound header nobody knows what the cells are."""
    (item,) = read_cases(write("header.csv", f"{header}\nx,1\n"))
    assert isinstance(item, Unreadable)
    assert 1 == item.location.line


def test_a_header_that_names_no_key_is_a_missing_header(write: Write) -> None:
    """A wrong name among right ones is a wrong name, with every right one in the order of the documentation."""
    assert outline(write("bare.csv", "x**2,x=2\n")) == [(1, "x**2", "the first line must name the columns")]
    (item,) = read_cases(write("wrong.csv", "name,formula\nx,x\n"))
    assert isinstance(item, Unreadable)
    assert (item.error.hint or "").startswith("there are name, expr, at, wrt")
