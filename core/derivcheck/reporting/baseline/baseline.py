"""Compares a case with the baseline: its failures may be known, worse than known, new or mended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from derivcheck.model import Case, Severity
from derivcheck.reporting.baseline.faults import Faults
from derivcheck.reporting.baseline.known import Key, KnownCase, KnownFailure, content_of
from derivcheck.reporting.outcomes.exits import is_failing
from derivcheck.reporting.outcomes.expect import Outcome


@dataclass(slots=True)
class Baseline:
    """The known failures, and which of them this run has met.

    A case is found by its name, or by its content if it has no name or shares the name with others. An entry never
    excuses two different cases, nor another claim than the one that it was written for.

    Attributes:
        strict: whether a warning is a failure, too.
        writing: whether every failure of this run is to become known.
    """

    strict: bool = False
    writing: bool = False
    _cases: dict[str, dict[str, KnownCase]] = field(default_factory=dict)
    _met: dict[int, KnownCase] = field(default_factory=dict)
    _written: dict[tuple[str, str], KnownCase] = field(default_factory=dict)

    @classmethod
    def of(cls, cases: Iterable[KnownCase], *, strict: bool = False, writing: bool = False) -> Baseline:
        """The baseline with these cases."""
        baseline = cls(strict, writing)
        for case in cases:
            baseline._cases.setdefault(case.name, {})[case.content] = case
        return baseline

    def judge(self, outcome: Outcome, faults: Faults) -> Outcome:
        """Return the outcome of the case, in which known failures pass.

        A bug of ours and a case that could not be read never pass: nothing was checked there.
        """
        case = outcome.case
        if outcome.internal or not (case.expr or case.checklist):
            return outcome
        content = content_of(case)
        known, is_shared = self._find(case, content)
        found = {key: fault for key, fault in faults.of(outcome).items() if self._counts(outcome, key, fault)}
        if self.writing:
            return self._record(outcome, content, found, known)
        if is_shared:
            message = f"two cases are called {case.name!r}, and one of them is known to fail: rename one"
            return replace(outcome, message=message) if is_failing(outcome.severity, strict=self.strict) else outcome
        if known is None:
            return outcome
        return _compare(
            outcome, found, faults.found, known, is_failing=is_failing(outcome.severity, strict=self.strict)
        )

    def unmet(self) -> Iterator[KnownCase]:
        """Yield the entries whose cases did not occur in this run."""
        for cases in self._cases.values():
            yield from (case for case in cases.values() if id(case) not in self._met)

    def written(self) -> Iterator[KnownCase]:
        """Yield the entries to write: the failures of this run, and the entries whose cases did not occur."""
        yield from self._written.values()
        yield from self.unmet()

    def _find(self, case: Case, content: str) -> tuple[KnownCase | None, bool]:
        """Return the entry of a case, and whether another case with the same name has used it already."""
        cases = self._cases.get(case.name or "", {})
        known = cases.get(content)
        if known is None and case.name and len(cases) == 1:
            known = next(iter(cases.values()))
            if known.used_by not in {None, content}:
                return None, False
        if known is None:
            return None, False
        if known.used_by not in {None, content}:
            return None, True
        known.used_by = content
        self._met[id(known)] = known
        return known, False

    def _counts(self, outcome: Outcome, key: Key, fault: KnownFailure) -> bool:
        severity = outcome.severity if key.what == "expect" else fault.status.severity
        return is_failing(severity, strict=self.strict)

    def _record(
        self, outcome: Outcome, content: str, found: dict[Key, KnownFailure], known: KnownCase | None
    ) -> Outcome:
        if not is_failing(outcome.severity, strict=self.strict) or not found:
            return outcome
        case = outcome.case
        failures = {key: _keep_words(fault, known.failures.get(key) if known else None) for key, fault in found.items()}
        self._written[case.name or "", content] = KnownCase(case.name or "", case.expr, content, failures)
        return replace(outcome, severity=Severity.PASS, message=None, known=True)


def _keep_words(fault: KnownFailure, before: KnownFailure | None) -> KnownFailure:
    """Return the failure with the `why` that a person wrote before.

    Where nothing else changed, the old reason stays as well: only its last digits could differ, and the file would
    change at every run.
    """
    if before is None:
        return fault
    same = replace(fault, reason="", claim="", why="") == replace(before, reason="", claim="", why="")
    return replace(fault, why=before.why, reason=before.reason if same and before.reason else fault.reason)


def _compare(
    outcome: Outcome,
    found: Mapping[Key, KnownFailure],
    every: Mapping[Key, KnownFailure],
    known: KnownCase,
    *,
    is_failing: bool,
) -> Outcome:
    worse = [text for key, fault in found.items() if (text := _describe_worsening(key, fault, known.failures.get(key)))]
    if is_failing and (worse or not found):
        message = "; ".join([*filter(None, [outcome.message]), *worse]) or None
        return replace(outcome, message=message)
    mended = [
        f"{key} was known as {failure.status}"
        for key, failure in known.failures.items()
        if key not in found and key not in every
    ]
    if mended:
        message = f"mended: {'; '.join(mended)}: strike it from the baseline"
        return replace(outcome, severity=Severity.WARN, message=message, known=bool(found), mended=True)
    return replace(outcome, severity=Severity.PASS, message=None, known=True) if found else outcome


def _describe_worsening(key: Key, fault: KnownFailure, known: KnownFailure | None) -> str | None:
    """Say how a failure is worse than the known one; None where it is not."""
    if known is None:
        return f"{key}: {fault.status} is not in the baseline"
    if known.covers(fault):
        return None
    if not known.is_about(fault):
        return f"{key}: known to be wrong as {known.claim}, and now as {fault.claim}"
    if fault.status.rank > known.status.rank:
        return f"{key}: known as {known.status}, found {fault.status}"
    if fault.count > known.count:
        return f"{key}: known to fail at {known.count} points, found at {fault.count}"
    if fault.elements > known.elements:
        return f"{key}: known to fail in {known.elements:,} elements, found in {fault.elements:,}"
    new = ", ".join(point for point in fault.points if point not in known.points)
    return f"{key}: not known to fail at {new}"
