"""The rows of a point whose values have shapes: one for each value, derivative and claim, with all of its elements."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from derivcheck.autograd.shaped_gradients import shaped_gradients
from derivcheck.autograd.tensors import TorchSetting
from derivcheck.checking.tensors.gradients_beside import at_a_kink
from derivcheck.checking.tensors.late_shaped_formulas import write_shaped_formula
from derivcheck.checking.tensors.shaped_check import ShapedCheck
from derivcheck.checking.tensors.shaped_claims import read_claim
from derivcheck.checking.tensors.shaped_requests import ShapedRequest
from derivcheck.errors import UnsupportedError
from derivcheck.model import (
    ElementResult,
    ElementResults,
    Evidence,
    Gradient,
    Kind,
    Mode,
    Refusal,
    RefusalKind,
    Result,
    Status,
    Truth,
    Verdict,
    What,
    Wrt,
)
from derivcheck.model.deferred import Deferred
from derivcheck.numbers import Enclosure
from derivcheck.rounding.explanation_of_tensors import Explained, judge_elements
from derivcheck.truth.finder import Found
from derivcheck.verdict.refusals import judge_refusal
from derivcheck.verdict.support import supported

_EMPTY = Truth(Kind.UNDEFINED, reason="there is no element")
"""What is true of a row without elements."""

_WRONG = frozenset({Status.INACCURATE, Status.NONFINITE, Status.MISMATCH})
"""Where torch's kernel has no number there is nothing to hold against it, be it that a comparison hid its nan."""


def shaped_rows(check: ShapedCheck) -> Iterator[Result]:
    """The rows of a point: the value with the claim about it, each derivative in each mode, then the other claims."""
    case = check.case
    for row in _autograd_rows(check):
        yield row
        if row.what is What.VALUE and case.value is not None:
            yield _claim_row(check, (), case.value)
    for wrt, text in case.derivative.items():
        yield _claim_row(check, wrt, text)


def _autograd_rows(check: ShapedCheck) -> Iterator[Result]:
    """The rows that compare torch with the truth: each derivative in each mode, the value once.

    A compiler computes the value anew: in its mode there is a row for it wherever it stands.
    """
    for place, mode in enumerate(check.case.modes):
        for row in _InOneMode(check, TorchSetting(check.device.name, check.dtype, mode)).rows():
            if row.what is not What.VALUE or not place or mode is Mode.COMPILE:
                yield row


class _InOneMode:
    """The rows of one mode."""

    def __init__(self, check: ShapedCheck, setting: TorchSetting) -> None:
        self.check = check
        self.setting = setting
        self.asked = [request.for_torch for request in check.requests]
        self.explained: Explained | None = None

    def rows(self) -> Iterator[Result]:
        """A row for each request."""
        check, setting = self.check, self.setting
        numbers: Sequence[Sequence[float] | Refusal]
        try:
            numbers = shaped_gradients(check.program, check.point, self.asked, setting)
            slope = check.slope.elements
            self.explained = Explained(check.program, check.lowered.elements, check.point, setting, slope)
        except UnsupportedError as error:
            numbers = [Refusal(RefusalKind.UNSUPPORTED, error.message)] * len(self.asked)
        numbers = _as_many_as_due(check.requests[0].outputs, numbers)
        values = numbers[0]
        for request, found in zip(check.requests, numbers, strict=True):
            if isinstance(found, Refusal):
                yield self.refused(request, found, values)
            else:
                yield self.row(request, found, values)

    def gradient(self, number: float | None = None, refusal: Refusal | None = None) -> Gradient:
        """What torch returned for one element."""
        return Gradient(self.setting.mode, self.setting.device, self.setting.dtype, value=number, refusal=refusal)

    def refused(self, request: ShapedRequest, refusal: Refusal, values: Sequence[float] | Refusal) -> Result:
        """The row where torch returned nothing."""
        truths = self.check.found(request)
        gradient = self.gradient(refusal=refusal)
        value = (
            self.gradient(refusal=values) if isinstance(values, Refusal) else self.gradient(next(iter(values), None))
        )
        truth = truths[0].truth if truths else _EMPTY
        return self.result(request, judge_refusal(truth, gradient, refusal, value), truth, gradient)

    def row(self, request: ShapedRequest, numbers: Sequence[float], values: Sequence[float] | Refusal) -> Result:
        """The row with what became of each element."""
        assert self.explained is not None
        truths = self.check.found(request)
        verdicts = judge_elements(
            self.explained,
            request.for_torch,
            [found.truth for found in truths],
            numbers,
            values=values,
            tolerance=self.check.case.tolerance,
        )
        elements = tuple(
            [
                ElementResult(
                    index,
                    self.settled(request, at, found, verdict, number),
                    found.truth,
                    number,
                    _symbolic(request, found),
                )
                for at, (index, found, verdict, number) in enumerate(
                    zip(request.indices(), truths, verdicts, numbers, strict=True)
                )
            ]
        )
        whole = ElementResults(request.shape, request.output, elements, request.upstream, request.direction)
        worst = whole.worst
        if worst is None:
            return self.result(request, Verdict(Status.MATCH, "there is no element"), _EMPTY, None, whole)
        return self.result(request, worst.verdict, worst.truth, self.gradient(worst.gradient), whole)

    def settled(self, request: ShapedRequest, at: int, found: Found, verdict: Verdict, number: float) -> Verdict:
        """The verdict on an element, once kinks beside it, torch's domain and SymPy's formula have been looked at."""
        if verdict.status in _WRONG and len(request.wrt) == 1 and found.truth.evidence is Evidence.SHOWN:
            verdict = at_a_kink(number, self.check.beside(request)[at]) or verdict
        if verdict.status in _WRONG and request.upstream is None:
            per_output = max(len(self.check.found(request)) // max(request.outputs, 1), 1)
            reason = self.check.outside_torch(at // per_output if request.wrt else at)
            verdict = verdict if reason is None else Verdict(Status.SKIPPED, reason)
        if not found.formula_is_wrong or verdict.status.rank >= Status.WRONG_FORMULA.rank:
            return verdict
        return contradicted(found, verdict)

    def result(
        self,
        request: ShapedRequest,
        verdict: Verdict,
        truth: Truth,
        gradient: Gradient | None,
        elements: ElementResults | None = None,
    ) -> Result:
        """The Result of a row."""
        check = self.check
        worst = elements.worst if elements else None
        return Result(
            check.case,
            What.DERIVATIVE if request.wrt else What.VALUE,
            request.wrt,
            verdict,
            expression=check.readings.written,
            formula=self.formula(request, elements),
            symbolic=worst.symbolic if worst else None,
            truth=truth,
            gradient=gradient,
            notes=check.notes,
            values=check.point,
            elements=elements,
        )

    def formula(self, request: ShapedRequest, elements: ElementResults | None) -> Deferred | None:
        """The formula of a row, for when it is shown; None of one that is weighed, of which it would say nothing."""
        is_weighed = request.upstream is not None or request.direction is not None
        if elements is None or not elements.elements or is_weighed or not request.wrt:
            return None
        recipe = self.check.case.expr, self.check.case.functions, request.wrt, self.check.point
        return Deferred(write_shaped_formula, recipe, elements)


def contradicted(found: Found, verdict: Verdict) -> Verdict:
    """The verdict where the truth contradicts SymPy's formula."""
    symbolic = found.symbolic.decimal(20) if found.symbolic else "another number"
    true = found.truth.value.decimal(20) if found.truth.value else str(found.truth.kind)
    reason = f"SymPy's formula gives {symbolic}, the difference quotients of f give {true}; torch: {verdict.status}"
    return supported(found.truth, Verdict(Status.WRONG_FORMULA, reason))


def _as_many_as_due(count: int, numbers: Sequence[Sequence[float] | Refusal]) -> Sequence[Sequence[float] | Refusal]:
    """What torch returned; a refusal where the value, the first of them, has not as many elements as its formula."""
    value = numbers[0]
    if isinstance(value, Refusal) or len(value) == count:
        return numbers
    reason = f"with the code of one's own the value has the size {len(value)}, and with its formula {count}"
    return [Refusal(RefusalKind.USER_FUNCTION, reason)] * len(numbers)


def _symbolic(request: ShapedRequest, found: Found) -> Enclosure | None:
    return found.symbolic if request.wrt else found.truth.value


# --- claims ----------------------------------------------------------------------------------------------------------


def _claim_row(check: ShapedCheck, wrt: Wrt, text: str) -> Result:
    """The row of a claim.

    Raises:
        ParseError: for a claim that cannot be read; ShapeError for one of another shape.
    """
    claimed = read_claim(check, wrt, text)
    elements = tuple(claimed.elements())
    request = claimed.request
    whole = ElementResults(request.shape, request.output, elements, request.upstream, request.direction)
    worst = whole.worst
    return Result(
        check.case,
        What.CLAIM,
        wrt,
        worst.verdict if worst else Verdict(Status.MATCH, "there is no element"),
        expression=check.readings.written,
        formula=text,
        symbolic=worst.symbolic if worst else None,
        truth=worst.truth if worst else _EMPTY,
        notes=check.notes,
        values=check.point,
        elements=whole,
    )
