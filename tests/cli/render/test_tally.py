"""The summary of a run, as text.

Covers also: statistics_text.
"""

from __future__ import annotations

from collections import Counter

import pytest
from results import row

from derivcheck.model import Severity, Status
from derivcheck.reporting.outcomes.statistics import Statistics
from derivcheck.reporting.outcomes.summary import Summary
from derivcheck_cli.render.tally import files_text, tally

TWO = Counter({Severity.PASS: 1, Severity.FAIL: 1})


@pytest.mark.parametrize(
    ("summary", "text"),
    [
        (Summary(), "0 cases: nothing to check"),
        (Summary(files=1), "0 cases, and 1 file in error"),
        (Summary(interrupted=True), "0 cases (interrupted)"),
        (Summary(cases=Counter({Severity.WARN: 1})), "1 case: 1 warn"),
        (Summary(cases=Counter({Severity.PASS: 1200})), "1,200 cases: 1,200 pass"),
        (Summary(cases=TWO, expected=1, deselected=3), "2 cases: 1 pass, 1 fail (1 as expected, 3 not selected)"),
        (Summary(cases=TWO, known=1, mended=2, elsewhere=4), "2 cases: 1 pass, 1 fail (1 known, 2 mended, 4 in other"),
    ],
)
def test_the_cases_are_one_line(summary: Summary, text: str) -> None:
    """What there is none of is not told."""
    assert next(tally(summary)).plain.startswith(text)


def test_the_results_are_a_line_a_status() -> None:
    """With its mark, and the numbers below one another."""
    summary = Summary(cases=TWO, results=Counter({Status.MATCH: 1200, Status.WRONG_FORMULA: 3}))
    assert ["  ✓ match          1,200", "  ✗ wrong-formula      3"] == [line.plain for line in tally(summary)][1:]


def test_statistics_are_tables_below() -> None:
    """By function, what, mode and dtype, where they were asked for; a dash stands for none."""
    summary = Summary(statistics=Statistics())
    summary.add_result(row())
    lines = [line.plain for line in tally(summary)]
    (heading,) = (line for line in lines if line.startswith("by mode"))
    assert ["by", "mode", "results", "pass", "warn", "fail", "error"] == heading.split()[:7]
    assert ["reverse", "1", "1", "—", "—", "—"] == lines[lines.index(heading) + 1].split()[:6]


def test_one_file_is_singular() -> None:
    """Two are not."""
    assert ["1 file in error", "2 files in error"] == [files_text(1), files_text(2)]
