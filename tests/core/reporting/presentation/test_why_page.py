"""An explanation as data for a page, and as HTML for a notebook."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from explanations import HAND_MADE, branch, cancellation, long_chain, polynomial, wrong_function
from results import row

from derivcheck.model import Status
from derivcheck.model.explanation import Explanation
from derivcheck.reporting.presentation.notebook import html
from derivcheck.reporting.presentation.why_page import MOST_ROWS, why_page


def test_the_exact_numbers_stand_beside_torchs() -> None:
    """What a learner prints of leaf and result, each with the exact number."""
    table = why_page(polynomial(), all_match=True)["tables"][0]
    assert ["#", "source", "data", "exact data", "requires_grad", "is_leaf", "grad_fn", "grad", "exact grad"] == table[
        "titles"
    ]
    assert ["1", "x", "2.0", "2", "True", "True", "None", "6.0", "6"] == table["rows"][0]
    assert ["5", "x**2 + 2*x + 1", "9.0", "9", "True", "False", "AddBackward0", "None", ""] == table["rows"][-1]


def test_the_source_is_cut_where_it_is_meant() -> None:
    """In three pieces; of code it is the line, with its place."""
    excerpt = why_page(branch(), all_match=False)["excerpt"]
    assert {"file": "", "before": "where(x > 0, ", "meant": "sqrt(x)", "after": ", 0)"} == excerpt
    excerpt = why_page(wrong_function(), all_match=False)["excerpt"]
    assert {"file": "mine.py, line 11", "before": "", "meant": "return 2 * i", "after": ""} == excerpt


def test_the_row_to_blame_has_a_mark_and_a_severity() -> None:
    """Colour alone would not be seen by everybody."""
    page = why_page(cancellation(), all_match=False)
    assert ("!", "warn", [2, 2, None]) == (page["mark"], page["severity"], [each["marked"] for each in page["tables"]])
    page = why_page(branch(), all_match=False)
    assert ("✗", "fail", [1, None, 2]) == (page["mark"], page["severity"], [each["marked"] for each in page["tables"]])


def test_a_very_long_tape_is_folded() -> None:
    """The number of hidden lines is told."""
    table = why_page(long_chain(MOST_ROWS + 10), all_match=True)["tables"][0]
    assert MOST_ROWS + 10 == len(table["rows"]) + table["hidden"]
    assert 0 == why_page(long_chain(MOST_ROWS), all_match=True)["tables"][0]["hidden"]


@pytest.mark.parametrize("name", HAND_MADE)
def test_a_page_is_strict_json_and_a_notebook_shows_all_of_it(name: str) -> None:
    """Nothing that the user wrote is markup."""
    page = why_page(HAND_MADE[name], all_match=False)
    json.dumps(page, allow_nan=False)
    markup = html([replace(row(Status.UNSTABLE), explanation=HAND_MADE[name])])
    assert 1 + len(page["tables"]) == markup.count("<table")
    assert page["heading"] in markup


def test_what_is_hostile_stays_text() -> None:
    """A name from a file, or a note."""
    hostile = Explanation("<b>", (), notes=("<script>alert(1)</script>\x1b[2J",))
    page = why_page(hostile, all_match=False)
    assert "not explained" == page["heading"]
    assert "\x1b" not in page["notes"][0]
    assert "<script>" not in html([replace(row(), explanation=hostile)])
