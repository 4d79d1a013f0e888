"""What a case comes to, with and without an expectation."""

from __future__ import annotations

from dataclasses import replace

import pytest
from results import SQUARE, row, stopped

from derivcheck import Results
from derivcheck.model import Result, Severity, Status, What, Wrt
from derivcheck.reporting.outcomes.expect import judge


@pytest.mark.parametrize("status", Status)
def test_a_case_is_as_bad_as_its_worst_result(status: Status) -> None:
    """Over all derivatives, whatever their order."""
    for results in ([row(wrt=("y",)), row(status)], [row(status), row(wrt=("y",))]):
        outcome = judge(SQUARE, results)
        assert (status, status.severity, None, False) == (
            outcome.status,
            outcome.severity,
            outcome.message,
            outcome.expected,
        )


@pytest.mark.parametrize(
    ("rows", "status"),
    [
        ([row(), row(Status.SKIPPED)], Status.MATCH),
        ([row(Status.SKIPPED), row()], Status.MATCH),
        ([row(Status.SKIPPED), row(Status.UNSTABLE), row(Status.SKIPPED)], Status.UNSTABLE),
        ([row(wrt=()), row(Status.SKIPPED)], Status.SKIPPED),
        ([row(), row(Status.SKIPPED, wrt=("y",))], Status.SKIPPED),
        ([row(Status.SKIPPED), replace(row(), what=What.CLAIM)], Status.SKIPPED),
        ([row(Status.SKIPPED)], Status.SKIPPED),
    ],
)
def test_a_derivative_that_is_skipped_in_one_mode_is_as_good_as_in_the_others(
    rows: list[Result], status: Status
) -> None:
    """Only one that torch was not asked for in any mode makes the case `skipped`, whatever is claimed about it."""
    assert status is judge(SQUARE, rows).status is Results(rows).status
    for wanted in (status, Status.SKIPPED if status is Status.MATCH else status):
        assert judge(replace(SQUARE, expect=wanted), rows).expected


@pytest.mark.parametrize(
    ("expect", "rows", "label", "kind"),
    [
        (Status.CONVENTION, [row()], "unexpected match", "unexpected"),
        (Status.MISMATCH, [row(Status.UNSTABLE)], "unexpected unstable", "unexpected"),
        (Status.MISMATCH, [row(Status.NONFINITE)], "nonfinite", "nonfinite"),
        (Status.MISMATCH, [row(Status.MISMATCH)], "mismatch", "mismatch"),
        (Status.MISMATCH, [stopped()], "error", "error"),
        ({("x",): Status.CONVENTION}, [row(), row(Status.UNSTABLE, wrt=("y",))], "unexpected match", "unexpected"),
        ({("x",): Status.CONVENTION}, [row(), row(Status.MISMATCH, wrt=("y",))], "mismatch", "mismatch"),
        ({("z",): Status.CONVENTION}, [row()], "missing derivative", "unexpected"),
        (None, [row(Status.UNSTABLE)], "unstable", "unstable"),
    ],
)
def test_what_fails_by_its_expectation_alone_has_a_label_of_its_own(
    expect: Status | dict[Wrt, Status] | None, rows: list[Result], label: str, kind: str
) -> None:
    """A match that fails would be told as `✗ match`; what fails by itself keeps its name."""
    outcome = judge(replace(SQUARE, expect=expect), rows)
    assert (label, kind) == (outcome.label, outcome.kind)


def test_a_case_without_results_is_an_error() -> None:
    """Nothing was checked, and that is no pass."""
    assert Severity.ERROR is judge(SQUARE, []).severity


@pytest.mark.parametrize("expected", Status)
@pytest.mark.parametrize("found", Status)
def test_the_expected_status_passes_and_every_other_fails(expected: Status, found: Status) -> None:
    """Match included; a case that could not be run stays an error."""
    outcome = judge(replace(SQUARE, expect=expected), [row(wrt=("y",)), row(found)])
    if found is expected:
        assert (Severity.PASS, None, True) == (outcome.severity, outcome.message, outcome.expected)
    else:
        severity = Severity.ERROR if found is Status.ERROR else Severity.FAIL
        message = f"expected {expected}, found {found}"
        assert (severity, message, False) == (outcome.severity, outcome.message, outcome.expected)


@pytest.mark.parametrize(
    ("x", "y", "severity", "message"),
    [
        (Status.CONVENTION, Status.MATCH, Severity.PASS, None),
        (Status.CONVENTION, Status.UNSTABLE, Severity.WARN, None),
        (Status.CONVENTION, Status.MISMATCH, Severity.FAIL, None),
        (Status.MATCH, Status.MATCH, Severity.FAIL, "x: expected convention, found match"),
        (Status.MISMATCH, Status.MATCH, Severity.FAIL, "x: expected convention, found mismatch"),
        (Status.ERROR, Status.MATCH, Severity.ERROR, "x: expected convention, found error"),
    ],
)
def test_an_expectation_of_one_derivative_leaves_the_others(
    x: Status, y: Status, severity: Severity, message: str | None
) -> None:
    """The named derivative is held against it, the rest is judged as usual."""
    wrt: Wrt = ("x",)
    case = replace(SQUARE, expect={wrt: Status.CONVENTION})
    outcome = judge(case, [row(wrt=()), row(x), row(), row(y, wrt=("y",))])
    assert (severity, message) == (outcome.severity, outcome.message)


def test_an_expected_derivative_must_be_there() -> None:
    """An expectation of what nobody computes would hold for ever."""
    outcome = judge(replace(SQUARE, expect={("y",): Status.MISMATCH}), [row()])
    assert (Severity.FAIL, "y: expected mismatch, found no such derivative") == (outcome.severity, outcome.message)


def test_a_case_that_could_not_be_run_says_only_that() -> None:
    """Its missing derivatives are no further fault."""
    outcome = judge(replace(SQUARE, expect={("x",): Status.MISMATCH}), [stopped()])
    assert (Severity.ERROR, None, False) == (outcome.severity, outcome.message, outcome.internal)


def test_no_expectation_excuses_a_bug() -> None:
    """An expected error is one of the user's."""
    expecting = replace(SQUARE, expect=Status.ERROR)
    assert (Severity.PASS, False) == ((user := judge(expecting, [stopped()])).severity, user.internal)
    assert (Severity.ERROR, True) == ((bug := judge(expecting, [stopped(trace="…")])).severity, bug.internal)
