"""What torch's refusal to give a number is worth: one table from the kind of a refusal to a verdict."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType

from derivcheck.model import Gradient, Kind, Mode, Refusal, RefusalKind, Status, Truth, Verdict
from derivcheck.numbers import Enclosure
from derivcheck.verdict.words import describe_derivative

Rule = Callable[[Truth, Gradient, Refusal], Verdict]
"""Makes the verdict on a refusal."""


def judge_refusal(truth: Truth, gradient: Gradient, refusal: Refusal, value: Gradient | None) -> Verdict:
    """The verdict where torch gave no number.

    Args:
        truth: what the number should be.
        gradient: how torch was asked for it.
        refusal: why there is none.
        value: what torch returned for f itself.
    """
    if refusal.kind is RefusalKind.OTHER_FORMAT and value is not None and value.refusal == refusal:
        return _refused_by_torch(truth, gradient, refusal)  # f itself, not its derivative: of float_power and lerp
    return RULES[refusal.kind](truth, gradient, refusal)


def _refused_by_torch(_truth: Truth, _gradient: Gradient, refusal: Refusal) -> Verdict:
    return Verdict(Status.SKIPPED, f"torch refuses this: {refusal.message}")


def _without_kernel(_truth: Truth, gradient: Gradient, refusal: Refusal) -> Verdict:
    return Verdict(Status.SKIPPED, f"torch has no kernel for {gradient.dtype} on {gradient.device}: {refusal.text}")


def _without_factors(truth: Truth, _gradient: Gradient, refusal: Refusal) -> Verdict:
    """Where the true number exists, the matrix has an inverse, or a factor, and rounding took it away."""
    if truth.kind is Kind.UNDECIDED:
        return Verdict(Status.UNDECIDED, f"{truth.reason}; torch: {refusal.message}")
    if truth.value is None:
        return Verdict(Status.UNDEFINED, f"{truth.reason}; torch: {refusal.message}")
    exact = truth.value.decimal(12)
    return Verdict(Status.UNSTABLE, f"rounding decides that: {refusal.message}; the true number is {exact}")


def _not_for_this_mode(_truth: Truth, _gradient: Gradient, refusal: Refusal) -> Verdict:
    """A Function of the user's own; torch's first sentence says what it lacks."""
    lacks = refusal.message.partition(". ")[0]
    return Verdict(Status.SKIPPED, f"a function of your own does not take part in this: {lacks}")


def _unsupported(_truth: Truth, _gradient: Gradient, refusal: Refusal) -> Verdict:
    return Verdict(Status.SKIPPED, refusal.message)


def _broken(_truth: Truth, _gradient: Gradient, refusal: Refusal) -> Verdict:
    return Verdict(Status.ERROR, refusal.text)


def _broken_function(_truth: Truth, _gradient: Gradient, refusal: Refusal) -> Verdict:
    return Verdict(Status.ERROR, refusal.message)


def _without_tangent(truth: Truth, gradient: Gradient, refusal: Refusal) -> Verdict:
    """Nobody is accused of having no forward mode; in reverse mode the same exception means a missing derivative."""
    if gradient.mode.has_tangents:
        return Verdict(Status.SKIPPED, f"torch has no forward mode here: {refusal.text}")
    return _missing(truth, refusal)


def _without_derivative(truth: Truth, gradient: Gradient, refusal: Refusal) -> Verdict:
    """Of reverse-over-forward the last derivative is taken backward, and it is that which is missing."""
    if gradient.mode is Mode.REVERSE_OVER_FORWARD:
        return _missing(truth, refusal)
    return _without_tangent(truth, gradient, refusal)


def _missing(truth: Truth, refusal: Refusal) -> Verdict:
    """torch has no formula for a derivative: that is a defect only where the derivative exists and is finite."""
    lacks = f"torch has no such derivative: {refusal.text}"
    if truth.kind is Kind.UNDECIDED:
        return Verdict(Status.UNDECIDED, f"{truth.reason}; {lacks}")
    finite = truth.value is not None or isinstance(truth.left, Enclosure) or isinstance(truth.right, Enclosure)
    if truth.kind in {Kind.UNDEFINED, Kind.INFINITE} or not finite:
        return Verdict(Status.UNDEFINED, f"{truth.reason}; {lacks}")
    exists = f"the derivative is {describe_derivative(truth)}"
    if truth.value is not None:
        exists = f"the true number is {truth.value.decimal(20)}"
    return Verdict(Status.NONFINITE, f"torch has no such derivative, although {exists}: {refusal.text}")


RULES: MappingProxyType[RefusalKind, Rule] = MappingProxyType(
    {
        RefusalKind.UNSUPPORTED: _unsupported,
        RefusalKind.USER_FUNCTION: _broken_function,
        RefusalKind.EXITS: _broken,
        RefusalKind.NO_KERNEL: _without_kernel,
        RefusalKind.NO_FACTORS: _without_factors,
        RefusalKind.NOT_FOR_THIS_MODE: _not_for_this_mode,
        RefusalKind.NO_COMPILED_SECOND: _refused_by_torch,
        RefusalKind.MIXED_FORMATS: _refused_by_torch,
        RefusalKind.NO_DERIVATIVE: _without_derivative,
        RefusalKind.OTHER_FORMAT: _without_tangent,
        RefusalKind.ZERO_TANGENT: _without_tangent,
        RefusalKind.NO_FORWARD_MODE: _without_tangent,
        RefusalKind.NOT_IMPLEMENTED: _without_tangent,
        RefusalKind.WRONG_GRADIENTS: _broken,
        RefusalKind.WRONG_CALL: _broken,
        RefusalKind.RAISED: _broken,
        RefusalKind.RECORDED: _broken,
    }
)
"""The verdict on each kind of refusal."""
