"""What the child does that explains a user's own code, in this process."""

from __future__ import annotations

import own_functions

from derivcheck.explaining.child_program import answer
from derivcheck.explaining.explained_in_child import FIRST_ITEMS
from derivcheck.model import Case, Checklist, OwnFunction, Status
from derivcheck.model.explanation import BlameKind

SQ = Case(
    "i**2", ({"i": "2"},), "SQ", functions=(OwnFunction("SQ", (), "i**2", own_functions.SQ),), checklist=FIRST_ITEMS
)


def test_the_list_is_run_and_explained() -> None:
    """Whoever waits hears of each item, and of the explanation."""
    begun: list[str] = []
    results = list(answer(begun.append, (SQ, None)))
    assert {"forward", "backward", "upstream"} <= set(begun)
    assert "the explanation" == begun[-1]
    (row,) = [row for row in results if row.explanation is not None]
    assert ("upstream", Status.MISMATCH) == (row.item, row.status)
    assert row.explanation is not None
    assert row.explanation.blame is not None
    assert BlameKind.BACKWARD is row.explanation.blame.kind


def test_results_that_are_given_are_not_made_again() -> None:
    """Those of `function --explain`; where all match, nothing is explained."""
    results = list(answer(lambda _: None, (SQ, None)))
    begun: list[str] = []
    right = [row for row in results if row.status is Status.MATCH]
    assert right == list(answer(begun.append, (SQ, right)))
    assert ["the explanation"] == begun


def test_what_cannot_be_read_is_an_error_of_the_case() -> None:
    """As `function` has it."""
    wrong = Case("i**2", ({"j": "2"},), "SQ", functions=SQ.functions, checklist=Checklist())
    (row,) = answer(lambda _: None, (wrong, None))
    assert Status.ERROR is row.status
    assert row.error is not None
