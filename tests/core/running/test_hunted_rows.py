"""The rows of a hunt."""

from __future__ import annotations

from dataclasses import replace

import made_hunts
import pytest

from derivcheck.errors import CaseError
from derivcheck.model import Case, Search, SearchRange, Status
from derivcheck.model.hunt import Hunt, HuntRequest
from derivcheck.model.hunt_map import Ended, ErrorCurve
from derivcheck.running.chunk_checking import check_safely
from derivcheck.running.hunted_rows import hunted_rows, thinned


def test_the_first_row_carries_the_map() -> None:
    """All rows are those of the case, and no point has its rows twice."""
    case = made_hunts.softplus_case()
    found = made_hunts.softplus_hunt()
    rows = hunted_rows(replace(found, finds=(*found.finds, *found.finds)), case)
    assert [True, False, False, False] == [row.hunt_map is not None for row in rows]
    assert {id(case)} == {id(row.case) for row in rows}
    assert [{"x": "20.5"}, {"x": "20.000000000000004"}] == [rows[0].typed, rows[2].typed]


def test_a_hunt_without_a_point() -> None:
    """An interruption is no error of the case; a budget that is too short is one."""
    case = made_hunts.softplus_case()
    assert () == hunted_rows(replace(made_hunts.softplus_hunt(ended=Ended.INTERRUPTED), finds=()), case)
    with pytest.raises(CaseError, match="before it had looked at a point"):
        hunted_rows(replace(made_hunts.softplus_hunt(), finds=()), case)


def test_what_is_infinite_stays_in_a_curve_that_gets_thinner() -> None:
    """And what is not known gives way first."""
    errors = [0.5] * 1000
    errors[501], errors[703] = float("inf"), float("nan")
    curve = thinned(ErrorCurve((), None, tuple(map(float, range(1000))), tuple(errors)), 50)
    assert len(curve.inputs) == 50
    assert float("inf") in curve.ulps
    assert (0.0, 999.0) == (curve.inputs[0], curve.inputs[-1])


def test_a_case_of_a_file_is_hunted(monkeypatch: pytest.MonkeyPatch) -> None:
    """With its seed and its budget; what goes wrong is a Result."""
    asked: list[HuntRequest] = []

    def hunt(request: HuntRequest, **_: object) -> Hunt:
        asked.append(request)
        return made_hunts.softplus_hunt()

    monkeypatch.setattr("derivcheck.hunting.search.hunt", hunt)
    case = replace(made_hunts.softplus_case(), seed=3, search=Search((SearchRange("x", "-100", "100"),), 2.5))
    assert Status.MISMATCH in {row.status for row in check_safely(case)}
    assert (3, 2.5) == (asked[0].seed, asked[0].budget)
    monkeypatch.undo()
    broken = Case("sin(", search=Search((SearchRange("x", "0", "1"),)))
    assert [Status.ERROR] == [row.status for row in check_safely(broken)]
