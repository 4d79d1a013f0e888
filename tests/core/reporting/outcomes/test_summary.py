"""The tally of a run."""

from __future__ import annotations

from results import SQUARE, row

from derivcheck.errors import Location
from derivcheck.model import Case, Severity, Status
from derivcheck.reporting.outcomes.expect import Outcome
from derivcheck.reporting.outcomes.statistics import Statistics
from derivcheck.reporting.outcomes.summary import Summary


def test_results_are_counted_by_status_mildest_first() -> None:
    """Those that only match may come as a number."""
    tally = Summary()
    for status in (Status.MISMATCH, Status.MATCH):
        tally.add_result(row(status))
    tally.add_matches(3)
    assert [(Status.MATCH, 4), (Status.MISMATCH, 1)] == list(tally.by_status.items())


def test_cases_are_counted_by_what_they_come_to() -> None:
    """An expectation that holds, and what a baseline knows, pass and are counted by themselves."""
    tally = Summary()
    tally.add_case(Outcome(SQUARE, Status.MISMATCH, Severity.FAIL))
    tally.add_case(Outcome(SQUARE, Status.MISMATCH, Severity.PASS, expected=True))
    tally.add_case(Outcome(SQUARE, Status.MISMATCH, Severity.PASS, known=True))
    assert {Severity.FAIL: 1, Severity.PASS: 2} == tally.cases
    assert (1, 1, 0, 0) == (tally.expected, tally.known, tally.mended, tally.internal)


def test_a_file_that_cannot_be_read_is_no_case() -> None:
    """It has a name and neither a line nor an expression."""
    tally = Summary()
    tally.add_case(Outcome(Case("", location=Location("a.toml")), Status.ERROR, Severity.ERROR))
    tally.add_case(Outcome(Case("", location=Location("a.toml", 3)), Status.ERROR, Severity.ERROR))
    assert (1, {Severity.ERROR: 1}) == (tally.files, tally.cases)


def test_statistics_count_only_where_they_are_asked_for() -> None:
    """They need every Result, and so some time."""
    asked, other = Summary(statistics=Statistics()), Summary()
    for tally in (asked, other):
        tally.add_result(row())
    assert asked.statistics is not None
    assert list(asked.statistics.rows())
    assert other.statistics is None
