"""A user's own function explained from outside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from time import monotonic
from unittest.mock import patch

import own_functions
import pytest
from explanations import wrong_function
from results import row

from derivcheck.errors import CaseError
from derivcheck.explaining import explained_in_child
from derivcheck.explaining.explained_in_child import FIRST_ITEMS, ITEMS, check_and_explain, explain_in_child
from derivcheck.model import Case, Checklist, OwnFunction, Result, Status
from derivcheck.own_functions.checks.table import BY_NAME

FILE = str(Path(own_functions.__file__))
SQ = Case("i**2", ({"i": "2"},), "SQ", functions=(OwnFunction("SQ", (), "i**2", f"{FILE}:SQ"),), checklist=Checklist())
HANGS = "the function hangs while it is explained: killed after 3 s"


def item(name: str, status: Status) -> Result:
    """A row of a check list."""
    return replace(row(status, (), case=SQ), item=name)


def explained(results: Sequence[Result]) -> list[bool]:
    """Which of the rows have an explanation."""
    return [result.explanation is not None for result in results]


def test_in_a_child_of_its_own() -> None:
    """The first items are run, and the one that fails carries the explanation."""
    results = list(explain_in_child(SQ))
    assert ["forward", "backward", "upstream", "arguments"] == [each.item for each in results]
    assert [False, False, True, False] == explained(results)


def test_the_first_items_are_items_of_the_list() -> None:
    """The others are left out, and so say nothing of being skipped."""
    assert set(ITEMS) <= BY_NAME.keys()
    assert set(BY_NAME) - set(ITEMS) == set(FIRST_ITEMS.skip)


def test_a_list_that_passes_is_not_explained() -> None:
    """And no second child is started."""
    right = [item("forward", Status.MATCH), item("kinks", Status.SKIPPED)]
    with (
        patch.object(explained_in_child, "check_in_child", return_value=iter(right)),
        patch.object(explained_in_child, "_ask", side_effect=AssertionError),
    ):
        assert right == list(check_and_explain(SQ))


def test_a_list_that_fails_is_explained_by_a_second_child() -> None:
    """It gets the Results."""
    wrong = [item("forward", Status.MATCH), item("backward", Status.MISMATCH)]
    told = [wrong[0], replace(wrong[1], explanation=wrong_function())]
    with (
        patch.object(explained_in_child, "check_in_child", return_value=iter(wrong)),
        patch.object(explained_in_child, "_ask", return_value=told) as asked,
    ):
        assert told == list(check_and_explain(SQ))
    assert wrong == asked.call_args.args[1]


def test_where_the_child_hangs_the_results_stay() -> None:
    """The first one that does not match says what became of the explanation."""
    wrong = [item("forward", Status.MATCH), item("backward", Status.MISMATCH)]
    for explain in (check_and_explain, explain_in_child):
        with (
            patch.object(explained_in_child, "check_in_child", return_value=iter(wrong)),
            patch.object(explained_in_child, "_ask", return_value=HANGS),
        ):
            results = list(explain(SQ, timeout=3))
        assert [False, True] == explained(results)
        assert results[1].explanation is not None
        assert (HANGS,) == results[1].explanation.notes


def test_a_timeout_is_more_than_nothing() -> None:
    """As that of the check list."""
    with pytest.raises(CaseError, match="not a number of seconds above 0"):
        list(explain_in_child(SQ, timeout=0))


def test_a_forward_pass_that_hangs_is_stopped_after_the_timeout(tmp_path: Path) -> None:
    """While its formula is read already, and not after the time that imports may take."""
    file = tmp_path / "hangs.py"
    file.write_text("def forever(x):\n    while True:\n        pass\n", encoding="utf-8")
    own = OwnFunction("forever", (), None, f"{file}:forever")
    case = Case("", ({"x": "1"},), "forever", functions=(own,), checklist=Checklist())
    begun = monotonic()
    first, *_ = explain_in_child(case, timeout=1)
    assert "the function hangs: killed after 1 s" == first.verdict.reason
    assert monotonic() - begun < 60
