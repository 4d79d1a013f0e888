"""The check: a Case in, its Results out, one for each value, derivative and claim at each point in each mode."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from derivcheck.autograd.gradients import gradients
from derivcheck.autograd.tensors import TorchSetting
from derivcheck.checking.claim_rows import claim_row
from derivcheck.checking.late_formulas import write_formula
from derivcheck.checking.point_check import ColumnNumbers, PointCheck, pose
from derivcheck.checking.prepare import Prepared, asked_for, case_readings, prepare
from derivcheck.errors import DerivcheckError, InfinitePointError, UnsupportedError
from derivcheck.inputs.coordinates import read_point
from derivcheck.inputs.shape_texts import is_shaped_point
from derivcheck.model import (
    Case,
    Gradient,
    Mode,
    Point,
    Refusal,
    RefusalKind,
    Result,
    Status,
    Verdict,
    What,
    Wrt,
)
from derivcheck.model.deferred import Deferred
from derivcheck.model.failures import crashed, failed
from derivcheck.rounding.explanation_at_a_point import Explanation
from derivcheck.truth.finder import Found
from derivcheck.verdict.refusals import judge_refusal
from derivcheck.verdict.support import supported
from derivcheck.verdict.torch_domains import outside_torch


def check_case(case: Case) -> Iterator[Result]:
    """Check a case, one point after the other.

    Every case yields at least one Result: what goes wrong becomes one with the status `error`.

    Args:
        case: what to check.

    Yields:
        The Results, point by point: the value, then each derivative in each mode, followed by the claim about it.
    """
    try:
        prepared = prepare(case)
    except DerivcheckError as error:
        yield failed(case, error)
        return
    for texts in prepared.case.at:
        yield from check_point(prepared, texts)


def check_point(
    prepared: Prepared, texts: Mapping[str, str], recorded: Mapping[Mode, ColumnNumbers] | None = None
) -> Iterator[Result]:
    """Check a case at one of its points.

    Args:
        prepared: the case.
        texts: the point as it was typed.
        recorded: what torch returned there, where it ran already.
    """
    case = prepared.case
    point: Point | None = None
    try:
        made = None if is_shaped_point(texts) else case_readings(case, texts)
        if made is None or made.is_shaped:
            yield from check_shaped_point(prepared, texts)
            return
        point = read_point(texts, prepared.dtype)
        yield from _rows(pose(prepared, made, point, recorded))
    except InfinitePointError as error:
        there = replace(case, at=(dict(texts),))  # the point is no Point: whoever shows it finds it here
        yield Result(there, What.VALUE, (), Verdict(Status.UNDEFINED, error.message), notes=prepared.notes)
    except DerivcheckError as error:
        yield failed(case, error, point=point)
    except Exception as error:  # a batch goes on; the Result keeps the traceback
        yield crashed(case, error, point=point)


def check_shaped_point(prepared: Prepared, texts: Mapping[str, str]) -> Iterator[Result]:
    """The rows of a point whose values have shapes."""
    # NumPy comes with it, which no case of numbers needs.
    from derivcheck.checking.tensors.shaped_check import pose_shaped
    from derivcheck.checking.tensors.shaped_rows import shaped_rows

    yield from shaped_rows(pose_shaped(prepared, texts))


def _rows(check: PointCheck) -> Iterator[Result]:
    """The rows of a point: the value with the claim about it, each derivative in each mode, then the other claims."""
    case = check.case
    wrts = asked_for(case, check.readings)
    for row in _autograd_rows(check, wrts):
        yield row
        if row.what is What.VALUE and case.value is not None:
            yield claim_row(check, (), case.value)
    for wrt, text in case.derivative.items():
        yield claim_row(check, wrt, text)


def _autograd_rows(check: PointCheck, wrts: list[Wrt]) -> Iterator[Result]:
    """The rows that compare torch with the truth: each derivative in each mode, the value once.

    A compiler computes the value anew: in its mode there is a row for it wherever it stands.
    """
    asked: list[Wrt] = [(), *wrts]
    for index, mode in enumerate(check.case.modes):
        found, explanation = _by_torch(check, asked, mode)
        for wrt, gradient in zip(asked, found, strict=True):
            if not wrt and index and mode is not Mode.COMPILE:
                continue
            truth = check.truths.find(wrt)
            verdict = _judge(check, wrt, truth, gradient, found[0], explanation)
            yield _row(check, wrt, truth, gradient, verdict)


def _by_torch(check: PointCheck, asked: list[Wrt], mode: Mode) -> tuple[list[Gradient], Explanation | None]:
    """What torch returns in a mode, and what rounding explains of it; None of that where torch lacks a function."""
    setting = TorchSetting(check.device.name, check.dtype, mode)
    recorded = check.recorded[mode] if check.recorded else None
    try:
        if recorded:
            found = [Gradient(mode, setting.device, setting.dtype, value=number) for number in recorded.numbers]
        else:
            found = gradients(check.readings.torch, check.exact, asked, setting)
    except UnsupportedError as error:
        refusal = Refusal(RefusalKind.UNSUPPORTED, error.message)
        return [Gradient(mode, setting.device, setting.dtype, refusal=refusal)] * len(asked), None
    reach = recorded.reach if recorded else ()
    readings = check.readings
    return found, Explanation(readings.torch, readings.expression, check.exact, asked, setting, reach)


_WRONG = frozenset({Status.INACCURATE, Status.NONFINITE, Status.MISMATCH})
"""Where torch's kernel has no number there is nothing to hold against it, be it that a comparison hid its nan."""


def _judge(
    check: PointCheck, wrt: Wrt, found: Found, gradient: Gradient, value: Gradient, explanation: Explanation | None
) -> Verdict:
    """The verdict on torch's number, and on SymPy's formula where that contradicts the truth."""
    if explanation is None:
        assert gradient.refusal is not None
        verdict = judge_refusal(found.truth, gradient, gradient.refusal, value)
    else:
        verdict = explanation.judge(wrt, found.truth, gradient, value=value, tolerance=check.case.tolerance)
        if verdict.status in _WRONG:
            reason = outside_torch(check.readings.expression, check.readings.balls, check.exact)
            verdict = verdict if reason is None else Verdict(Status.SKIPPED, reason)
    if not found.formula_is_wrong or verdict.status.rank >= Status.WRONG_FORMULA.rank:
        return verdict
    symbolic = found.symbolic.decimal(20) if found.symbolic else "another number"
    true = found.truth.value.decimal(20) if found.truth.value else str(found.truth.kind)
    contradiction = Verdict(
        Status.WRONG_FORMULA,
        f"SymPy's formula gives {symbolic}, the difference quotients of f give {true}; torch: {verdict.status}",
    )
    return supported(found.truth, contradiction)


def _row(check: PointCheck, wrt: Wrt, found: Found, gradient: Gradient, verdict: Verdict) -> Result:
    """The row of a value or derivative."""
    formula = check.readings.formula(wrt) if wrt else None
    shown, notes = None, check.notes
    if isinstance(formula, Refusal):
        notes = (*notes, f"no formula: {formula.text}")
    elif formula is not None:
        shown = _formula(check, wrt, found)
    return Result(
        check.case,
        What.DERIVATIVE if wrt else What.VALUE,
        wrt,
        verdict,
        point=check.point,
        expression=check.readings.written,
        formula=shown,
        symbolic=found.symbolic if wrt else found.truth.value,
        truth=found.truth,
        gradient=gradient,
        notes=notes,
    )


def _formula(check: PointCheck, wrt: Wrt, found: Found) -> Deferred:
    """The formula of a row, for when it is shown."""
    return Deferred(write_formula, check.recipe, wrt, check.point, found.symbolic)
