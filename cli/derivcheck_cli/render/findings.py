"""What a report shows of a case: its outcome and its worst points. A case may have any number of points."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from derivcheck.model import Result, Severity, Status
from derivcheck.reporting.outcomes.expect import Outcome
from derivcheck.reporting.presentation.cells import brief_reason_text, row_name
from derivcheck.reporting.presentation.layout import at_text
from derivcheck.reporting.presentation.plain_text import error_of, report
from derivcheck.reporting.presentation.widths import printable
from derivcheck.system.harmless import one_line

MAX_POINTS = 5
"""How many points of a case a report shows, unless it says otherwise."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A case with its outcome and its worst points.

    Attributes:
        outcome: what the case comes to.
        points: the Results at the worst points; the worst point first, and of its Results what fails.
        left_out: how many points more there were.
        worst: the worst Result of them all, the first of its kind; None where there is none.
        ulps: the largest error of torch's numbers in ulps, over all points, inf included; None where none is known.
        skipped: whether every Result is `skipped`.
    """

    outcome: Outcome
    points: tuple[tuple[Result, ...], ...]
    left_out: int
    worst: Result | None
    ulps: float | None
    skipped: bool

    @property
    def is_unremarkable(self) -> bool:
        """Whether there is nothing to report: every number matches, as expected."""
        return (
            self.outcome.status is Status.MATCH and self.outcome.severity is Severity.PASS and not self.outcome.mended
        )

    @property
    def headline(self) -> str:
        """The reason of the case's status, on one line; the status itself stands beside it."""
        outcome, worst = self.outcome, self.worst
        reason = (brief_reason_text(worst) if worst else "") or outcome.status.meaning
        if worst and error_of(worst) is None:
            where = at_text(worst.typed)
            reason = f"{worst.item or row_name(worst)}{f' {where}' if where else ''}: {reason}"
        if outcome.message:
            reason = f"{outcome.message}; {reason}" if outcome.status is not Status.MATCH else outcome.message
        elif outcome.known:
            reason = f"known to the baseline: {reason}"
        elif outcome.mended:
            reason = f"better than the baseline says: {reason}"
        elif outcome.expected and outcome.case.why:
            reason = f"as expected: {outcome.case.why}; {reason}"
        elif outcome.expected:
            reason = f"as expected: {reason}"
        return printable(reason.replace("\n", " "))

    def text(self, *, width: int = 100) -> str:
        """The tables as the terminal shows them, for every point that fails or warns, with expectations and errors."""
        outcome = self.outcome
        points = self.points
        if outcome.message is None and outcome.severity is not Severity.PASS:
            # With an expectation, any row may be what is unexpected; without one, only these are.
            points = tuple(rows for rows in points if any(row.status.severity is not Severity.PASS for row in rows))
        left_out = self.left_out + len(self.points) - len(points)
        pieces = [one_line(str(outcome.case.location)), one_line(outcome.message or "")]
        pieces += [report(rows, width=width) for rows in points]
        if left_out:
            pieces.append(f"… and {left_out:,} more {'point' if left_out == 1 else 'points'}")
        return printable("\n".join(filter(None, pieces)), keep="\n")


@dataclass(slots=True)
class Collector:
    """Takes the Results of case after case and keeps, of each, the worst points."""

    at_most: int = MAX_POINTS
    _kept: list[tuple[int, int, tuple[Result, ...]]] = field(default_factory=list)
    _rows: list[Result] = field(default_factory=list)
    _points: int = 0
    _worst: Result | None = None
    _ulps: float | None = None
    _skipped: bool = True

    def add(self, result: Result) -> None:
        """Take one more Result of the case at hand; the items of a check list stand together, wherever they looked."""
        if self._rows and self._rows[0].place is not result.place and result.item is None:
            self._end_point()
        self._rows.append(result)
        if self._worst is None or result.status.rank > self._worst.status.rank:
            self._worst = result
        farthest = result.elements.farthest if result.elements is not None else None
        verdict = result.verdict if farthest is None else farthest.verdict
        ulps = math.inf if result.status is Status.NONFINITE else verdict.ulps
        if ulps is not None and not math.isnan(ulps):
            self._ulps = ulps if self._ulps is None else max(self._ulps, ulps)
        self._skipped &= result.status is Status.SKIPPED

    def close(self, outcome: Outcome) -> Finding:
        """Return the Finding of the case whose last Result was added; the next Result belongs to the next case."""
        self._end_point()
        points = tuple(_worst_first(rows) for _, _, rows in sorted(self._kept, key=lambda kept: kept[:2], reverse=True))
        found = Finding(outcome, points, self._points - len(points), self._worst, self._ulps, self._skipped)
        self._kept, self._points, self._worst, self._ulps, self._skipped = [], 0, None, None, True
        return found

    def _end_point(self) -> None:
        if not self._rows:
            return
        # The mildest gives way, of several the last one.
        rank = max(row.status.rank for row in self._rows)
        self._kept.append((rank, -self._points, tuple(self._rows)))
        self._points += 1
        self._rows = []
        if len(self._kept) > self.at_most:
            self._kept.remove(min(self._kept, key=lambda kept: kept[:2]))


def _worst_first(rows: tuple[Result, ...]) -> tuple[Result, ...]:
    """The Results of a point: what fails, what warns, what passes, each in their order."""
    return tuple(sorted(rows, key=lambda row: -row.status.severity.rank))
