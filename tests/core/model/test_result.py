"""What a Result says of its place, its formula and its order."""

from __future__ import annotations

from dataclasses import replace

from results import SQUARE, TWO, row, stopped

from derivcheck.model import Case, Result, Status, Verdict, What
from derivcheck.model.deferred import Deferred


def test_the_formula_of_a_result_is_made_when_it_is_asked_for() -> None:
    """A text is shown as it is; what is deferred is made then."""
    asked: list[str] = []

    def make(text: str) -> str:
        asked.append(text)
        return text

    deferred = replace(row(), formula=Deferred(make, "2*x"))
    assert [] == asked
    assert ("2*x", ["2*x"]) == (deferred.formula_text, asked)
    assert ("2*x + 2", None) == (row().formula_text, row(wrt=()).formula_text)


def test_the_point_as_typed_is_known_where_it_could_not_be_read() -> None:
    """A point at infinity is no Point; the only point of its case tells it, unless the case itself was stopped."""
    assert {"x": "2"} == row().typed
    skipped = Result(Case("x", at=({"x": "inf"},)), What.VALUE, (), Verdict(Status.SKIPPED))
    assert {"x": "inf"} == skipped.typed
    assert {} == replace(skipped, case=Case("x", at=({"x": "inf"}, {"x": "1"}))).typed
    assert {} == stopped().typed


def test_results_of_one_point_have_one_place() -> None:
    """The place is the point's object, or the case's where no point was read."""
    assert TWO is row().place is row(Status.MISMATCH).place
    assert SQUARE is stopped().place


def test_the_order_is_how_often_was_differentiated() -> None:
    """0 for the value."""
    assert [0, 1, 2] == [row(wrt=wrt).order for wrt in ((), ("x",), ("x", "x"))]
