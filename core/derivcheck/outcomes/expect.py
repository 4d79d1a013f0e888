"""What a case comes to: the worst of its Results, held against what the case expects."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from derivcheck.model import Case, Result, Severity, Status, Wrt


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a case comes to.

    Attributes:
        case: the case.
        status: the worst status of its Results over all points.
        severity: how much that matters, once the expectation is taken into account.
        message: what was expected and what was found instead; None where the expectation holds or there is none.
        expected: whether the case has an expectation, and it holds.
        internal: whether a bug of ours stopped one of its Results, which no expectation excuses.
        known: whether it fails as the baseline knows.
        mended: whether something passes of which the baseline says that it fails.
    """

    case: Case
    status: Status
    severity: Severity
    message: str | None = None
    expected: bool = False
    internal: bool = False
    known: bool = False
    mended: bool = False


@dataclass(slots=True)
class Judge:
    """Takes a case's Results one by one and keeps no more than the worst of them."""

    case: Case
    _worst: dict[Wrt, Status] = field(default_factory=dict)
    _internal: bool = False
    _skipped: bool = False

    def add(self, result: Result) -> None:
        """Take one more Result of the case into account; an item of a check list that is skipped says nothing of it."""
        if result.item is not None and result.status is Status.SKIPPED:
            self._skipped = True
            return
        self._worst[result.wrt] = max(self._worst.get(result.wrt, Status.MATCH), result.status, key=_rank)
        self._internal |= result.trace is not None

    def add_matches(self, wrts: Iterable[Wrt]) -> None:
        """Take into account that there are Results about these that match."""
        for wrt in wrts:
            self._worst.setdefault(wrt, Status.MATCH)

    def outcome(self) -> Outcome:
        """What the Results so far come to; a case without any is an error, since nothing was checked."""
        expect = self.case.expect
        status = max(self._worst.values(), key=_rank, default=Status.SKIPPED if self._skipped else Status.ERROR)
        if expect is None:
            severity, message = status.severity, None
        elif isinstance(expect, Status):
            severity, message = _judge_whole(expect, status)
        else:
            severity, message = self._judge_each(expect)
        return Outcome(
            self.case,
            status,
            Severity.ERROR if self._internal else severity,
            message,
            expected=expect is not None and message is None,
            internal=self._internal,
        )

    def _judge_each(self, expect: dict[Wrt, Status]) -> tuple[Severity, str | None]:
        severities = [status.severity for wrt, status in self._worst.items() if wrt not in expect]
        # An error of the whole case stands at no derivative; it says more than that the derivative is missing.
        stopped = Status.ERROR in self._worst.values()
        messages = []
        for wrt, wanted in expect.items():
            found = self._worst.get(wrt)
            if found is None and stopped:
                continue
            severity, message = _judge_whole(wanted, found)
            severities.append(severity)
            if message:
                messages.append(f"{','.join(wrt)}: {message}")
        return max(severities, key=lambda severity: severity.rank, default=Severity.ERROR), "; ".join(messages) or None


def judge(case: Case, results: Iterable[Result]) -> Outcome:
    """What a case's Results come to."""
    jury = Judge(case)
    for result in results:
        jury.add(result)
    return jury.outcome()


def _judge_whole(wanted: Status, found: Status | None) -> tuple[Severity, str | None]:
    if found is wanted:
        return Severity.PASS, None
    severity = Severity.ERROR if found is Status.ERROR else Severity.FAIL
    return severity, f"expected {wanted}, found {found or 'no such derivative'}"


def _rank(status: Status) -> int:
    return status.rank
