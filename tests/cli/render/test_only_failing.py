"""A renderer that hands on what fails, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from report_files import feed, named
from results import SQUARE, row

from derivcheck.model import Result, Severity, Status
from derivcheck.reporting.outcomes.exit_codes import ExitCode
from derivcheck.reporting.outcomes.expect import Outcome
from derivcheck.reporting.outcomes.summary import Summary
from derivcheck.running.interface import EVERYTHING, Formulas
from derivcheck_cli.render import only_failing
from derivcheck_cli.render.only_failing import OnlyFailing


class Kept:
    """A renderer that keeps what it is given."""

    def __init__(self) -> None:
        self.wanted = EVERYTHING
        self.results: list[Status] = []
        self.cases: list[Severity] = []

    def start(self) -> None:
        """Begin."""

    def result(self, result: Result) -> None:
        """Keep its status."""
        self.results.append(result.status)

    def case(self, outcome: Outcome) -> None:
        """Keep its severity."""
        self.cases.append(outcome.severity)

    def finish(self, summary: Summary, code: ExitCode) -> None:
        """End."""


@pytest.mark.parametrize(
    ("strict", "results"), [(False, [Status.MISMATCH]), (True, [Status.UNSTABLE, Status.MISMATCH])]
)
def test_only_results_that_fail_are_handed_on(strict: bool, results: list[Status]) -> None:
    """A warning fails under --strict alone."""
    kept = Kept()
    feed(OnlyFailing(kept, strict=strict), [named("w", Status.UNSTABLE), named("g"), named("f", Status.MISMATCH)])
    assert results == kept.results


def test_of_an_expectation_that_fails_the_worst_result_is_shown() -> None:
    """None of the results fails by itself: the case does."""
    kept = Kept()
    feed(OnlyFailing(kept), [named("mended", expect=Status.MISMATCH)])
    assert ([Status.MATCH, Status.MATCH], [Severity.FAIL]) == (kept.results, kept.cases)


def test_what_a_baseline_knows_is_held_back_until_its_case_ends() -> None:
    """A known failure passes, and is not shown; a new one is."""
    for severity, shown in ((Severity.PASS, []), (Severity.FAIL, [Status.MISMATCH])):
        kept = Kept()
        renderer = OnlyFailing(kept, holds=True)
        renderer.result(row(Status.MISMATCH))
        assert [] == kept.results
        renderer.case(Outcome(SQUARE, Status.MISMATCH, severity, known=severity is Severity.PASS))
        assert (shown, [severity]) == (kept.results, kept.cases)


def test_not_more_is_held_back_than_fits_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """The known is shown then rather than kept, each result once."""
    monkeypatch.setattr(only_failing, "MAX_HELD", 2)
    kept = Kept()
    renderer = OnlyFailing(kept, holds=True)
    for _ in range(5):
        renderer.result(row(Status.MISMATCH))
    renderer.case(Outcome(SQUARE, Status.MISMATCH, Severity.FAIL))
    assert [Status.MISMATCH] * 5 == kept.results


def test_formulas_are_wanted_for_what_is_shown() -> None:
    """A worker makes no others; a renderer that writes results in full keeps to its own wish."""
    assert Formulas.FAILURES is OnlyFailing(Kept()).wanted.formulas
    assert Formulas.FINDINGS is OnlyFailing(Kept(), strict=True).wanted.formulas
    plain = Kept()
    plain.wanted = replace(EVERYTHING, formulas=Formulas.NONE)
    assert Formulas.NONE is OnlyFailing(plain).wanted.formulas
