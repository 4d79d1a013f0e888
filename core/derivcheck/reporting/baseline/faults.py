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
    _last: dict[Key, object] = field(default_factory=dict)

    def add(self, result: Result) -> None:
        """Take one more Result into account."""
        expect = self.case.expect
        covered = isinstance(expect, Status) or (expect is not None and result.wrt in expect)
        if covered or result.status.severity is Severity.PASS:
            return
        mode = result.gradient.mode.value if result.gradient else ""
        key = Key(result.item or result.what.value, ",".join(result.wrt), mode)
        given = result.values if result.point is None else result.point
        point = ", ".join(f"{name}={value.text}" for name, value in (given or {}).items())
        elements = sum(each.verdict.status.severity is not Severity.PASS for each in result.elements or ())
        reason = " ".join((result.verdict.reason or "").split())
        claim = (result.formula_text or "") if result.what is What.CLAIM else ""
        before = self.found.get(key)
        if before is None:
            points: tuple[str, ...] = (point,) if point else ()
            self.found[key] = KnownFailure(result.status, points, 1, reason, claim=claim, elements=elements)
        else:
            after = replace(before, elements=max(before.elements, elements))
            if not self._is_counted(key, result):
                points = before.points if len(before.points) >= MAX_POINTS else (*before.points, point)
                after = replace(after, points=points, count=before.count + 1)
            is_worse = result.status.rank > before.status.rank
            self.found[key] = replace(after, status=result.status, reason=reason) if is_worse else after
        self._last[key] = result.place

    def _is_counted(self, key: Key, result: Result) -> bool:
        """Whether the point is counted already: for each upstream gradient, and each direction, it has a row."""
        elements = result.elements
        is_weighed = elements is not None and (elements.upstream, elements.direction) != (None, None)
        return is_weighed and self._last.get(key) is result.place

    def of(self, outcome: Outcome) -> dict[Key, KnownFailure]:
        """Return the faults of the whole case, including an expectation that does not hold."""
        if outcome.message is None:
            return self.found
        return {**self.found, Key("expect"): KnownFailure(outcome.status, (), 1, outcome.message)}
