"""The outcome of a case: the worst status of its Results, compared with what the case expects."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from derivcheck.model import Case, Result, Severity, Status, Wrt
from derivcheck.reporting.outcomes.worst import Worst

UNEXPECTED = "unexpected"
"""The label of what is no failure by itself, but not what the case expects."""

UNEXPECTED_MEANING = "the case expects another status than the one that was found"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of a case.

    Attributes:
        case: the case.
        status: the worst status of its Results over all points.
        severity: how much that matters, once the expectation is taken into account.
        message: what was expected and what was found instead; None where the expectation holds or there is none.
        expected: whether the case has an expectation, and it holds.
        internal: whether a bug of ours stopped one of its Results, which no expectation excuses.
        known: whether it fails, and the baseline contains these failures.
        mended: whether something passes that fails according to the baseline.
        found: the worst status that an expectation does not hold for; None where all hold, or nothing was found.
    """

    case: Case
    status: Status
    severity: Severity
    message: str | None = None
    expected: bool = False
    internal: bool = False
    known: bool = False
    mended: bool = False
    found: Status | None = None

    @property
    def is_unexpected(self) -> bool:
        """Whether the case fails by its expectation alone: the status that was found is no failure by itself."""
        return self.message is not None and not self.mended and self.severity.rank > self.status.severity.rank

    @property
    def label(self) -> str:
        """The status; where only the expectation makes the case a failure, a label that says so.

        Example:
            >>> Outcome(Case("x"), Status.MATCH, Severity.FAIL, "expected …", found=Status.MATCH).label
            'unexpected match'
        """
        if not self.is_unexpected:
            return self.status.label
        return f"{UNEXPECTED} {self.found}" if self.found else "missing derivative"

    @property
    def kind(self) -> str:
        """The word by which cases are sorted: the status's label, or `unexpected`."""
        return UNEXPECTED if self.is_unexpected else self.status.label


@dataclass(slots=True)
class Judge:
    """Takes a case's Results one by one and keeps no more than the worst of them."""

    case: Case
    _worst: Worst = field(default_factory=Worst)
    _internal: bool = False

    def add(self, result: Result) -> None:
        """Take one more Result of the case into account."""
        self._worst.add(result)
        self._internal |= result.trace is not None

    def add_matches(self, wrts: Iterable[Wrt]) -> None:
        """Count Results about these derivatives that match."""
        self._worst.add_matches(wrts)

    def outcome(self) -> Outcome:
        """Return the outcome of the Results so far; without any it is an error, since nothing was checked."""
        expect = self.case.expect
        status = self._worst.status
        found: Status | None = None
        if expect is None:
            severity, message = status.severity, None
        elif isinstance(expect, Status):
            found = self._worst.held_against(expect)
            severity, message = _judge_whole(expect, found)
        else:
            severity, message, found = self._judge_each(expect)
        return Outcome(
            self.case,
            status,
            Severity.ERROR if self._internal else severity,
            message,
            expected=expect is not None and message is None,
            internal=self._internal,
            found=None if message is None else found,
        )

    def _judge_each(self, expect: dict[Wrt, Status]) -> tuple[Severity, str | None, Status | None]:
        by_wrt = self._worst.by_wrt()
        severities = [status.severity for wrt, status in by_wrt.items() if wrt not in expect]
        # An error of the whole case stands at no derivative; it says more than that the derivative is missing.
        stopped = Status.ERROR in by_wrt.values()
        messages = []
        unmet: list[Status] = []
        for wrt, wanted in expect.items():
            found = self._worst.held_against(wanted, wrt) if wrt in by_wrt else None
            if found is None and stopped:
                continue
            severity, message = _judge_whole(wanted, found)
            severities.append(severity)
            if message:
                messages.append(f"{','.join(wrt)}: {message}")
                unmet += [] if found is None else [found]
        severity = max(severities, key=lambda severity: severity.rank, default=Severity.ERROR)
        return severity, "; ".join(messages) or None, max(unmet, key=lambda status: status.rank, default=None)


def judge(case: Case, results: Iterable[Result]) -> Outcome:
    """Return the outcome of a case, given its Results."""
    jury = Judge(case)
    for result in results:
        jury.add(result)
    return jury.outcome()


def _judge_whole(wanted: Status, found: Status | None) -> tuple[Severity, str | None]:
    if found is wanted:
        return Severity.PASS, None
    severity = Severity.ERROR if found is Status.ERROR else Severity.FAIL
    return severity, f"expected {wanted}, found {found or 'no such derivative'}"
