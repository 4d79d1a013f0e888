"""What became of the elements of a row, and which of them is the worst."""

from __future__ import annotations

import pytest

from derivcheck.model import ElementResult, ElementResults, Kind, Status, Truth, Verdict

NOTHING = Truth(Kind.UNDEFINED)


def element(index: int, status: Status, ulps: float | None = None) -> ElementResult:
    """Return an element of a vector."""
    return ElementResult((index,), Verdict(status, ulps=ulps), NOTHING)


def test_the_worst_element() -> None:
    """It has the worst status, and among those the largest error; the first of equal ones; an empty row has none."""
    elements = (
        element(0, Status.MATCH, 3.0),
        element(1, Status.MISMATCH, 1e3),
        element(2, Status.MISMATCH, 1e9),
        element(3, Status.CONVENTION),
    )
    row = ElementResults((4,), 0, elements)
    assert elements[2] is row.worst
    assert {Status.MATCH: 1, Status.CONVENTION: 1, Status.MISMATCH: 2} == row.counts
    assert [Status.MATCH, Status.CONVENTION, Status.MISMATCH] == list(row.counts)
    assert ElementResults((0,), 0, ()).worst is None
    assert elements[2] is row.farthest
    assert elements[0] is ElementResults((2,), 0, (elements[0], elements[3])).farthest
    assert ElementResults((1,), 0, (elements[3],)).farthest is None


def test_an_element_is_found_by_its_index() -> None:
    """Counted from either end, as in NumPy; a wrong index is an IndexError that says why."""
    elements = tuple(element(at, Status.MATCH) for at in range(6))
    row = ElementResults((2, 3), 0, elements)
    assert (elements[5], elements[4], elements[0]) == (row[1, 2], row[-1, -2], row[-2, 0])
    assert elements[2] is ElementResults((6,), 0, elements)[2]
    assert (list(elements), 6) == (list(row), len(row))
    with pytest.raises(IndexError, match=r"\(2, 0\) is outside of the shape \(2, 3\)"):
        row[2, 0]
    with pytest.raises(IndexError, match="has 2 numbers as its index"):
        row[5]


def test_printed_they_say_what_they_came_to() -> None:
    """How many have which status, the worst first, and where the worst one stands."""
    row = ElementResults(
        (3,), 0, (element(0, Status.MATCH, 1.25), element(1, Status.NONFINITE), element(2, Status.MATCH))
    )
    assert "<elements of the shape (3,): 1 nonfinite, 2 match, worst at [1]>" == repr(row)
    assert "<elements of the shape (1,): 1 match, worst 1.25 ulp at [0]>" == repr(
        ElementResults((1,), 0, row.elements[:1])
    )
    assert "<elements of the shape (0,): none>" == repr(ElementResults((0,), 0, ()))
