"""The tally of a run: how many cases and Results had which status, in constant memory."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from derivcheck.model import Case, Result, Severity, Status
from derivcheck.reporting.outcomes.expect import Outcome
from derivcheck.reporting.outcomes.statistics import Statistics


@dataclass(slots=True)
class Summary:
    """The tally so far.

    Attributes:
        cases: the number of cases by severity, with their expectations taken into account.
        files: how many files could not be read, or not to their end; they are no cases.
        results: the Results by status, whatever was expected.
        expected: how many cases have an expectation that holds.
        internal: how many cases a bug of ours stopped.
        known: how many cases have only failures that the baseline contains.
        mended: how many cases pass where the baseline contains a failure.
        deselected: how many cases `-k` left out.
        elsewhere: how many cases belong to other shards.
        statistics: the statistics, where they were asked for.
        interrupted: whether the run was ended before its last case.
    """

    cases: Counter[Severity] = field(default_factory=Counter)
    files: int = 0
    results: Counter[Status] = field(default_factory=Counter)
    expected: int = 0
    internal: int = 0
    known: int = 0
    mended: int = 0
    deselected: int = 0
    elsewhere: int = 0
    statistics: Statistics | None = None
    interrupted: bool = False

    def add_result(self, result: Result) -> None:
        """Count one more Result."""
        self.results[result.status] += 1
        if self.statistics is not None:
            self.statistics.add(result)

    def add_matches(self, count: int) -> None:
        """Count so many Results that match."""
        self.results[Status.MATCH] += count

    def add_case(self, outcome: Outcome) -> None:
        """Count one more case."""
        if _is_file(outcome.case):
            self.files += 1
            return
        self.cases[outcome.severity] += 1
        self.expected += outcome.expected
        self.internal += outcome.internal
        self.known += outcome.known
        self.mended += outcome.mended

    @property
    def by_status(self) -> dict[Status, int]:
        """How many Results there are of each status that occurred, mildest first."""
        return {status: self.results[status] for status in Status if self.results[status]}


def _is_file(case: Case) -> bool:
    """Whether this stands for a whole file that could not be read."""
    return not case.expr and case.name is None and case.location.file is not None and case.location.line is None
