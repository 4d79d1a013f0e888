"""One comparison of an item: a number that torch returned beside what it should be, and the verdict on it."""

from __future__ import annotations

import math
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from pathlib import Path

from torch import Tensor

from derivcheck.autograd.exceptions import refusal_of
from derivcheck.autograd.gradients import differentiate
from derivcheck.autograd.sweeps import TensorFunction
from derivcheck.autograd.tracebacks import trace_of
from derivcheck.model import Gradient, Mode, Point, Refusal, RefusalKind, Status, Truth, Verdict, Wrt
from derivcheck.model.element_results import ElementResults
from derivcheck.model.shaped_values import ShapedPoint
from derivcheck.own_functions.checks.exact_truths import scale
from derivcheck.own_functions.checks.spreads import measure_spread, measure_spread_at_one, scale_function
from derivcheck.own_functions.checks.subject import Subject
from derivcheck.verdict.judging import judge

ONE = Fraction(1)

Excuse = Callable[[Truth, Gradient], bool]
"""Whether a number is right enough at a point that derivcheck chose, so that it need not be judged."""


@dataclass(frozen=True, slots=True)
class Raised:
    """What the function raised.

    Attributes:
        refusal: what kind of exception it is, and the exception in one line.
        trace: its traceback.
    """

    refusal: Refusal
    trace: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """One number that torch returned, held against what it should be.

    Attributes:
        verdict: the judgement.
        point, wrt: where, and by what; the empty `wrt` is the value.
        truth, gradient: what it should be, and what torch returned; None where no number was compared.
        place: how the function was called, to tell the comparisons of an item apart, such as "upstream 2".
        note: a remark that is shown beside the item's status.
        raised: what the function raised, None where it raised nothing.
        values: the point where its values have shapes; then `point` is None.
        elements: where an array was compared, what became of each of its elements; the rest is the worst one's.
    """

    verdict: Verdict
    point: Point | None = None
    wrt: Wrt = ()
    truth: Truth | None = None
    gradient: Gradient | None = None
    place: str = ""
    note: str = ""
    raised: Raised | None = None
    values: ShapedPoint | None = None
    elements: ElementResults | None = None


def conclude(
    status: Status, reason: str | None = None, *, point: Point | None = None, place: str = "", note: str = ""
) -> Comparison:
    """Make a comparison that has a status and a reason, and no number."""
    return Comparison(Verdict(status, reason), point=point, place=place, note=note)


def report_error(
    status: Status, error: BaseException, what: str = "", *, point: Point | None = None, place: str = ""
) -> Comparison:
    """Make a comparison that quotes an exception of the function and keeps its traceback.

    `what` are words to begin the reason with, such as "jvp ".
    """
    refusal = refusal_of(error)
    return Comparison(
        Verdict(status, f"{what}{describe_refusal(refusal)}"),
        point=point,
        place=place,
        raised=Raised(refusal, trace_of(error)),
    )


def is_ours(error: BaseException) -> bool:
    """Whether an exception comes from our own code, not from the user's or torch's: the innermost frame tells."""
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return False
    place = Path(frames[-1].filename)
    return place.is_relative_to(Path(__file__).parents[2]) and place.name not in _CALLS_THE_FUNCTION


_CALLS_THE_FUNCTION = frozenset({"user_functions.py", "binding.py"})
"""Files of ours that call the function: what they raise may come from one of torch's own, which has no frame."""


def describe_error(error: BaseException) -> str:
    """Describe an exception in one line, as the reason of a verdict."""
    return describe_refusal(refusal_of(error))


def shorten_error(error: Exception) -> str:
    """What an exception says, up to the end of its first sentence."""
    return str(error).strip().partition("\n")[0].partition(". ")[0][:200] or type(error).__name__


def forgive_lost_digits(comparison: Comparison) -> Verdict:
    """The verdict at a point that derivcheck chose: digits that rounding takes are forgiven, a lost number is not.

    Far out a right formula may cancel, and so may a sum of partial derivatives: that of a softmax is 0.
    """
    gradient, verdict = comparison.gradient, comparison.verdict
    is_number = gradient is not None and gradient.value is not None and math.isfinite(gradient.value)
    return Verdict(Status.MATCH) if verdict.status is Status.UNSTABLE and is_number else verdict


def describe_refusal(refusal: Refusal) -> str:
    """What the function did instead of returning a number, as the reason of a verdict."""
    return refusal.message if refusal.kind in _SAYS_WHAT_IT_DID else f"raised {refusal.text}"


_SAYS_WHAT_IT_DID = frozenset({RefusalKind.EXITS, RefusalKind.USER_FUNCTION})
"""Refusals whose message begins with "the function": it exits the process, or returned no tensor."""


def compare_derivatives(
    subject: Subject,
    point: Point,
    wrts: Sequence[Wrt],
    *,
    upstream: Fraction = ONE,
    place: str = "",
    function: TensorFunction | None = None,
    mode: Mode = Mode.REVERSE,
    inputs: tuple[Tensor, ...] | None = None,
    excuses: Excuse | None = None,
) -> Iterator[Comparison]:
    """Compare the value and derivatives of the function, times an upstream gradient, at one point.

    `inputs` are the point's coordinates as tensors where they are not the usual ones, as where -0.0 stands for 0.

    A number that `excuses` accepts is a match, and is not judged: measuring how far rounding can move a number takes
    longer than everything else.
    """
    program = scale_function(function or subject, subject, upstream)
    setting = replace(subject.setting, mode=mode)
    asked: list[Wrt] = [(), *(wrt for wrt in wrts if wrt)]
    found = differentiate(program, subject.args, subject.inputs(point) if inputs is None else inputs, asked, setting)
    for wrt, gradient in zip(asked, found, strict=True):
        if wrt not in wrts:
            continue
        truth = scale(subject.truth(point, wrt), upstream)
        if excuses is not None and excuses(truth, gradient):
            yield Comparison(Verdict(Status.MATCH), point, wrt, truth, gradient, place)
            continue
        yield compare_gradient(subject, point, wrt, truth, gradient, upstream=upstream, place=place, value=found[0])


def compare_gradient(
    subject: Subject,
    point: Point,
    wrt: Wrt,
    truth: Truth,
    gradient: Gradient,
    *,
    upstream: Fraction = ONE,
    place: str = "",
    value: Gradient | None = None,
    order: Wrt = (),
) -> Comparison:
    """Compare one number with the truth; how far rounding can move it is measured only where it matters.

    `order` says in which order a mixed derivative was computed, where that is not the order of `wrt`: rounding moves
    d2f/dxdy and d2f/dydx differently.
    """
    if gradient.refusal is not None:
        verdict = Verdict(Status.MISMATCH, describe_refusal(gradient.refusal))
    else:
        spread, at_one = (
            partial(measure, subject, point, order or wrt, upstream)
            for measure in (measure_spread, measure_spread_at_one)
        )
        verdict = judge(
            truth,
            gradient,
            spread,
            forward=at_one if upstream else spread,
            value=value if wrt else None,
            tolerance=subject.case.tolerance,
        )
        is_ordinary = wrt and not subject.is_farther(point)
        if is_ordinary and verdict.status is Status.UNSTABLE and _is_lost(subject, point, truth, gradient):
            verdict = _judge_lost(verdict, truth, gradient)
    return Comparison(verdict, point, wrt, truth, gradient, place)


def _judge_lost(verdict: Verdict, truth: Truth, gradient: Gradient) -> Verdict:
    """The verdict on a lost number. A reason that names the operation that overflows stays."""
    reason = verdict.reason
    if truth.value is not None and verdict.decided_by_rounding:
        reason = f"torch returned {gradient.value!r} although the true number is {truth.value.decimal(20)}"
    return replace(verdict, status=Status.NONFINITE, reason=reason)


def _is_lost(subject: Subject, point: Point, truth: Truth, gradient: Gradient) -> bool:
    """Whether a derivative that the format has is nan or inf, while the value is a number.

    For an expression that is the formula's fault, which leaves the format's range on the way. For a function of the
    user's own it is the fault of the backward pass, which could have been written otherwise.
    """
    if gradient.value is None or math.isfinite(gradient.value) or truth.value is None:
        return False
    if not truth.value.mid.is_moderate or abs(truth.value.mid.fraction()) > subject.dtype.largest:
        return truth.value.mid.magnitude < 0
    return math.isfinite(float(subject(subject.inputs(point)).detach()))


def compare_number(
    subject: Subject,
    point: Point,
    wrt: Wrt,
    found: Tensor,
    *,
    upstream: Fraction = ONE,
    place: str = "",
    mode: Mode = Mode.REVERSE,
    value: Gradient | None = None,
    order: Wrt = (),
) -> Comparison:
    """Compare a number that an item has computed by itself."""
    gradient = Gradient(mode, subject.device.name, subject.dtype, value=float(found.detach()))
    truth = scale(subject.truth(point, wrt), upstream)
    return compare_gradient(
        subject, point, wrt, truth, gradient, upstream=upstream, place=place, value=value, order=order
    )
