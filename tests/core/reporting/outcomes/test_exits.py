"""The exit codes."""

from __future__ import annotations

from itertools import product

import pytest
from results import SQUARE, row, stopped

from derivcheck.model import Result, Status
from derivcheck.reporting.outcomes.exit_codes import ExitCode
from derivcheck.reporting.outcomes.exits import exit_code
from derivcheck.reporting.outcomes.expect import Judge
from derivcheck.reporting.outcomes.summary import Summary


def summary(*results: Result) -> Summary:
    """The tally of cases with one Result each."""
    tally = Summary()
    for result in results:
        jury = Judge(SQUARE)
        jury.add(result)
        tally.add_result(result)
        tally.add_case(jury.outcome())
    return tally


MATCH, WARN, FAIL, ERROR = (row(status) for status in (Status.MATCH, Status.UNSTABLE, Status.MISMATCH, Status.ERROR))
BUG = stopped(trace="…")


@pytest.mark.parametrize(
    ("results", "code"),
    [
        ((MATCH,), 0),
        ((MATCH, WARN), 0),
        ((MATCH, WARN, FAIL), 1),
        ((FAIL, ERROR), 2),
        ((ERROR, FAIL, BUG), 4),
        ((), 5),
    ],
)
def test_the_worst_case_decides(results: tuple[Result, ...], code: int) -> None:
    """Errors outrank failures, a bug outranks errors."""
    assert code == exit_code(summary(*results))


def test_strict_minds_warnings_where_nothing_fails() -> None:
    """3 is for warnings alone."""
    assert ExitCode.WARN is exit_code(summary(MATCH, WARN), strict=True)
    assert ExitCode.FAIL is exit_code(summary(WARN, FAIL), strict=True)
    assert ExitCode.PASS is exit_code(summary(MATCH), strict=True)


@pytest.mark.parametrize(
    ("results", "code"), [((FAIL, WARN), 0), ((WARN,), 0), ((ERROR, FAIL), 2), ((BUG,), 4), ((), 5)]
)
def test_exit_zero_forgives_findings_alone(results: tuple[Result, ...], code: int) -> None:
    """A check that did not take place is no report."""
    assert code == exit_code(summary(*results), strict=True, exit_zero=True)


def test_every_code_is_reached_and_explained() -> None:
    """The table holds nothing idle, and its numbers are 0 to 5."""
    outcomes = product([(), (MATCH,), (WARN,), (FAIL,), (ERROR,), (BUG,)], [False, True])
    reached = {exit_code(summary(*results), strict=strict) for results, strict in outcomes}
    assert set(ExitCode) == reached
    assert list(range(6)) == [int(code) for code in ExitCode]
    assert all(code.meaning for code in ExitCode)
