"""The two manners of the check list: of a function that works element by element, and of one of tensors.

A manner knows how such a function is called for the first time, how what an item found becomes a Result, and how a
mistake is named.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol

from derivcheck.model import Refusal, RefusalKind, Result, Status, What
from derivcheck.own_functions.checks.comparison import Comparison, is_ours, report_error
from derivcheck.own_functions.checks.subject import Subject
from derivcheck.own_functions.checks.table import Item
from derivcheck.own_functions.diagnosis import (
    name_mistake_elsewhere,
    name_mistake_in_derivatives,
    name_mistake_in_values,
)
from derivcheck.own_functions.first_look import look_at, look_at_backward
from derivcheck.own_functions.reasons import Reasons
from derivcheck.own_functions.tensors import first_call
from derivcheck.own_functions.tensors.declared_mistakes import name_declared_mistake
from derivcheck.own_functions.tensors.diagnosis import diagnose, name_without_a_formula
from derivcheck.own_functions.tensors.reasons import ReasonsOfTensors
from derivcheck.own_functions.tensors.subject import TensorSubject


class Manner(Protocol):
    """What the list asks about a subject, whatever its kind."""

    @property
    def subject(self) -> Subject | TensorSubject:
        """The function as it can be called."""

    @property
    def note(self) -> str:
        """A remark that is shown beside the first item: how the function has to be called."""

    def look(self) -> BaseException | None:
        """Call the function for the first time: why it cannot be run, None where it can."""

    def look_at_backward(self) -> None:
        """Run its backward pass for the first time."""

    def stopping(self, error: BaseException) -> Comparison:
        """Why the function cannot be run, and what to do where its arguments are the reason."""

    def diagnose(self, result: Result) -> str | None:
        """The name of the mistake that an item has found."""

    def result(self, item: Item, comparisons: Sequence[Comparison]) -> Result:
        """The Result of an item: its worst comparison speaks for it."""


def manner_of(subject: Subject | TensorSubject) -> Manner:
    """The manner for a subject."""
    return Elementwise(subject) if isinstance(subject, Subject) else OfTensors(subject)


class Elementwise:
    """The manner of a function of numbers."""

    def __init__(self, subject: Subject) -> None:
        self.known = subject
        self._renew(subject)

    def _renew(self, subject: Subject) -> None:
        self.known = subject
        self.named, self.reasons = _Diagnosis(subject), Reasons(subject)

    @property
    def subject(self) -> Subject:
        """The function as it can be called."""
        return self.known

    @property
    def note(self) -> str:
        """How it has to be called."""
        return self.known.note

    def look(self) -> BaseException | None:
        """Call it for the first time."""
        subject, stops = look_at(self.known)
        self._renew(subject)
        return stops

    def look_at_backward(self) -> None:
        """Run its backward pass for the first time."""
        lifted = look_at_backward(self.known)
        if lifted is not self.known:
            self._renew(lifted)

    def stopping(self, error: BaseException) -> Comparison:
        """Why it cannot be run."""
        return _stopping(self.known, error)

    def diagnose(self, result: Result) -> str | None:
        """The name of the mistake."""
        return self.named(result)

    def result(self, item: Item, comparisons: Sequence[Comparison]) -> Result:
        """The Result of an item."""
        return _result(self.known, self.reasons, item, comparisons)


class OfTensors:
    """The manner of a function of tensors."""

    def __init__(self, subject: TensorSubject) -> None:
        self.subject = subject
        self.reasons = ReasonsOfTensors(subject)

    @property
    def note(self) -> str:
        """How it is called, and what is to be said about the gradients that are declared."""
        return "; ".join(filter(None, (self.subject.note, *self.subject.formulas.notes)))

    def look(self) -> BaseException | None:
        """Call it for the first time; an exception at one of several points is for the item `forward` to tell."""
        subject, stops = first_call.look_at(self.subject)
        if subject is not self.subject:
            self.subject, self.reasons = subject, ReasonsOfTensors(subject)
        return stops

    def look_at_backward(self) -> None:
        """Run its backward pass for the first time."""
        first_call.look_at_backward(self.subject)

    def stopping(self, error: BaseException) -> Comparison:
        """Why it cannot be run."""
        return _with_call(report_error(Status.ERROR, error), self.subject)

    def diagnose(self, result: Result) -> str | None:
        """The name of the mistake."""
        subject = self.subject
        try:
            if subject.formulas.run is None:
                return name_without_a_formula(subject, result)
            if not subject.formulas.gradients:
                return diagnose(subject, result)
            return None if result.what is What.VALUE else name_declared_mistake(subject)
        except (Exception, SystemExit, GeneratorExit) as error:
            if is_ours(error):
                raise
            return None

    def result(self, item: Item, comparisons: Sequence[Comparison]) -> Result:
        """The Result of an item."""
        worst = max(comparisons, key=_weight)
        subject = self.subject
        return Result(
            subject.case,
            What.DERIVATIVE if worst.wrt else What.VALUE,
            worst.wrt,
            replace(worst.verdict, reason=self.reasons.reason(item.name, worst, comparisons)),
            expression=subject.formulas.value,
            truth=worst.truth,
            gradient=worst.gradient,
            item=item.name,
            notes=tuple(dict.fromkeys(comparison.note for comparison in comparisons if comparison.note)),
            raised=self.reasons.trace(worst),
            values=worst.values or (subject.points[0] if subject.points else None),
            elements=worst.elements,
        )


def _stopping(subject: Subject, error: BaseException) -> Comparison:
    """Why the function cannot be run, and what to do where its arguments are the reason."""
    return _with_call(report_error(Status.ERROR, error, point=subject.points[0]), subject)


def _with_call(comparison: Comparison, subject: Subject | TensorSubject) -> Comparison:
    """The comparison; where the call did not fit the function, its reason says how that was called."""
    binding = subject.function.binding
    if comparison.raised is None or comparison.raised.refusal.kind is not RefusalKind.WRONG_CALL or binding is None:
        return comparison
    hint = f"it is called with ({binding.text}): --args names its arguments, constants among them, in its order"
    reason = "; ".join([comparison.verdict.reason or "", hint])
    return replace(comparison, verdict=replace(comparison.verdict, reason=reason))


_ENGINES = frozenset({"forward-mode", "vmap", "shapes"})
"""The items that compute right values in ways in which they come out wrong."""


class _Diagnosis:
    """The name of the mistake in the values, or in the first derivatives, each looked for once."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.known: dict[Callable[[Subject], str | None], str | None] = {}
        self.first = True

    def __call__(self, result: Result) -> str | None:
        of_a_value = result.what is What.VALUE and result.gradient is not None
        name = self.found(name_mistake_in_values)
        if name is not None or (of_a_value and result.item not in _ENGINES):
            self.first = False
            return name
        name = self.found(name_mistake_in_derivatives)
        first, self.first = self.first, False
        if name is not None or not first or result.status is Status.INACCURATE:
            return name  # digits that torch's own kernels lose, polygamma's, say nothing of the function
        return name_mistake_elsewhere(self.subject, result)

    def found(self, look: Callable[[Subject], str | None]) -> str | None:
        if look not in self.known:
            try:
                self.known[look] = look(self.subject)
            except (Exception, SystemExit) as error:
                if is_ours(error):
                    raise
                self.known[look] = None
        return self.known[look]


def _result(subject: Subject, reasons: Reasons, item: Item, comparisons: Sequence[Comparison]) -> Result:
    """The Result of an item: its worst comparison speaks for it."""
    worst = max(comparisons, key=_weight)
    verdict = replace(worst.verdict, reason=reasons.reason(item.name, worst, comparisons))
    formula = subject.slope.formula(worst.wrt) if worst.wrt else None
    return Result(
        subject.case,
        What.DERIVATIVE if worst.wrt else What.VALUE,
        worst.wrt,
        verdict,
        point=worst.point,
        expression=subject.value.expression,
        formula=formula.text if formula is not None and not isinstance(formula, Refusal) else None,
        truth=worst.truth,
        gradient=worst.gradient,
        item=item.name,
        notes=tuple(dict.fromkeys(comparison.note for comparison in comparisons if comparison.note)),
        raised=reasons.trace(worst),
    )


def _weight(comparison: Comparison) -> tuple[int, int, float]:
    verdict = comparison.verdict
    return verdict.status.severity.rank, verdict.status.rank, verdict.ulps or 0.0
