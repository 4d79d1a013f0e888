"""Collects the failures of a case that a baseline would have to contain for the case to pass."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from derivcheck.model import Case, Result, Severity, Status, What
from derivcheck.reporting.baseline.known import MAX_POINTS, Key, KnownFailure
from derivcheck.reporting.outcomes.expect import Outcome


@dataclass(slots=True)
class Faults:
    """Takes a case's Results one by one. Of those that do not pass, it keeps the worst of each kind and some points.

    Results that the case's `expect` is about are skipped: an expectation that does not hold is one fault by itself.
    """

    case: Case
    found: dict[Key, KnownFailure] = field(default_factory=dict)

    def add(self, result: Result) -> None:
        """Take one more Result into account."""
        expect = self.case.expect
        covered = isinstance(expect, Status) or (expect is not None and result.wrt in expect)
        if covered or result.status.severity is Severity.PASS:
            return
        mode = result.gradient.mode.value if result.gradient else ""
        key = Key(result.item or result.what.value, ",".join(result.wrt), mode)
        point = ", ".join(f"{name}={value.text}" for name, value in (result.point or {}).items())
        reason = " ".join((result.verdict.reason or "").split())
        claim = (result.formula_text or "") if result.what is What.CLAIM else ""
        before = self.found.get(key)
        if before is None:
            self.found[key] = KnownFailure(result.status, (point,) if point else (), 1, reason, claim=claim)
            return
        points = before.points if len(before.points) >= MAX_POINTS else (*before.points, point)
        after = replace(before, points=points, count=before.count + 1)
        is_worse = result.status.rank > before.status.rank
        self.found[key] = replace(after, status=result.status, reason=reason) if is_worse else after

    def of(self, outcome: Outcome) -> dict[Key, KnownFailure]:
        """Return the faults of the whole case, including an expectation that does not hold."""
        if outcome.message is None:
            return self.found
        return {**self.found, Key("expect"): KnownFailure(outcome.status, (), 1, outcome.message)}
