"""What became of the elements of a row, and which of them is the worst."""

from __future__ import annotations

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
