"""The verdict: a pure function of the truth, what torch returned, and what rounding explains."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from derivcheck.model import Gradient, Kind, Mode, Range, RangeLoss, Side, Spread, Status, Tolerance, Truth, Verdict
from derivcheck.numbers import DType, Dyadic, Enclosure, dyadic_fraction
from derivcheck.verdict.criterion import CRITERION, RTOL
from derivcheck.verdict.support import supported

LazySpread = Callable[[], Spread | None]


def _unknown() -> Spread | None:
    """No spread: of a function of the user's own, whose steps nobody knows."""
    return None


def _never() -> bool:
    """That nobody has looked."""
    return False


@dataclass(frozen=True, slots=True)
class Error:
    """How far a number is from an enclosure: absolutely, relatively (None at a true 0), in ulps, and digits right."""

    absolute: Fraction
    relative: float | None
    ulps: float
    digits: float


def judge(
    truth: Truth,
    gradient: Gradient,
    spread: LazySpread,
    *,
    forward: LazySpread = _unknown,
    exactly: LazySpread = _unknown,
    singular: Callable[[], bool] = _never,
    value: Gradient | None = None,
    tolerance: Tolerance | None = None,
) -> Verdict:
    """The verdict on torch's number for a derivative or a value.

    Args:
        truth: what the number should be.
        gradient: what torch returned.
        spread: how far rounding can move it; called only where it matters.
        forward: how far those of the forward pass and of sums of gradients can: less, at a fraction of the cost.
        exactly: how far roundings that fall between the numbers of the format can; called where nothing else explains.
        singular: whether rounding leads torch to a point at which the formula has no such number; called where torch
            has none and nothing else explains that.
        value: what torch returned for f itself.
        tolerance: a fixed tolerance that replaces the default criterion.
    """
    looks = _Looks(spread, forward, exactly, singular)
    return supported(truth, _judge(truth, gradient, looks, value, tolerance))


@dataclass(frozen=True, slots=True)
class _Looks:
    """What may be asked about rounding: the arguments of `judge` that have these names."""

    spread: LazySpread
    forward: LazySpread
    exactly: LazySpread
    singular: Callable[[], bool]


def _judge(
    truth: Truth, gradient: Gradient, looks: _Looks, value: Gradient | None, tolerance: Tolerance | None
) -> Verdict:
    """The verdict, if the truth is as it seems."""
    if gradient.value is None:
        return _no_number(truth, gradient, value)
    if truth.kind is Kind.UNDEFINED and _is_conventional(truth, gradient, looks.spread):
        return _against_sides(truth, gradient, looks.spread)
    if truth.kind is Kind.UNDEFINED:
        return Verdict(Status.UNDEFINED, f"{truth.reason}; torch returned {_shown(gradient)}")
    if truth.kind is Kind.UNDECIDED:
        return Verdict(Status.UNDECIDED, f"{truth.reason}; torch returned {_shown(gradient)}")
    if truth.value is not None:
        return _against_value(truth.value, gradient, looks, value, tolerance)
    return _against_sides(truth, gradient, looks.spread)


_NO_DERIVATIVE = ("derivative for", "expected dtype", "ZeroTensors are immutable")
"""What torch says where it has no derivative, or one that its own next formula refuses: a tangent of another dtype, or
one that is known to be zero and has no storage."""


_REFUSALS = ("must override the setup_context staticmethod", "implement the jvp function", "marked with @once_differ")
"""How torch says that a torch.autograd.Function is not written for torch.func, forward mode, a second derivative."""


_STRICT = ("does not currently support double backward", "Type promoting not supported", "Found dtype")
"""How torch says that it compiles no second derivative, and that a kernel takes no mixture of formats, which
float_power makes of a narrow one."""


def _no_number(truth: Truth, gradient: Gradient, value: Gradient | None) -> Verdict:
    """torch raised instead of returning a number."""
    error = gradient.error or ""
    if value is not None and value.error == error and "expected dtype" in error:  # of float_power and lerp
        return Verdict(Status.SKIPPED, f"torch refuses this: {error.partition(': ')[2]}")
    if "not implemented for '" in error:
        return Verdict(Status.SKIPPED, f"torch has no kernel for {gradient.dtype} on {gradient.device}: {error}")
    if any(words in error for words in _REFUSALS):
        reason = error.partition(": ")[2].partition(". ")[0]
        return Verdict(Status.SKIPPED, f"a function of your own does not take part in this: {reason}")
    if any(words in error for words in _STRICT):
        return Verdict(Status.SKIPPED, f"torch refuses this: {error.partition(': ')[2]}")
    if error.startswith("UnsupportedError: "):
        return Verdict(Status.SKIPPED, error.removeprefix("UnsupportedError: "))
    if not error.startswith("NotImplementedError") and not any(words in error for words in _NO_DERIVATIVE):
        return Verdict(Status.ERROR, error.removeprefix("UserFunctionError: "))
    by_reverse = gradient.mode is Mode.REVERSE_OVER_FORWARD and "derivative for" in error  # its last derivative
    if gradient.mode.has_tangents and not by_reverse:
        return Verdict(Status.SKIPPED, f"torch has no forward mode here: {error}")
    if truth.kind is Kind.UNDECIDED:
        return Verdict(Status.UNDECIDED, f"{truth.reason}; torch has no such derivative: {error}")
    finite = truth.value is not None or isinstance(truth.left, Enclosure) or isinstance(truth.right, Enclosure)
    if truth.kind in {Kind.UNDEFINED, Kind.INFINITE} or not finite:
        return Verdict(Status.UNDEFINED, f"{truth.reason}; torch has no such derivative: {error}")
    exists = f"the true number is {truth.value.decimal(20)}" if truth.value else f"the derivative is {_between(truth)}"
    return Verdict(Status.NONFINITE, f"torch has no such derivative, although {exists}: {error}")


# --- against a number ------------------------------------------------------------------------------------------------


def _against_value(
    exact: Enclosure, gradient: Gradient, looks: _Looks, value: Gradient | None, tolerance: Tolerance | None
) -> Verdict:
    number, dtype = gradient.value, gradient.dtype
    assert number is not None
    if not math.isfinite(number):
        return _nonfinite(exact, gradient, looks)
    computed_wider = abs(number) > dtype.largest  # as float_power does, whose result is a float64
    if not exact.mid.is_moderate or (_is_beyond(exact, dtype) and not computed_wider):
        if exact.mid.is_moderate or exact.mid.magnitude > 0:
            error = Error(abs(_clamped(exact, dtype) - Fraction(number)), 1.0, math.inf, 0.0)
            return _explained(error, exact, gradient, looks)
        exact = _ZERO
    error = error_of(Fraction(number), exact, dtype)
    if exact is not _ZERO and not exact.mid.man:
        error = replace(error, digits=_digits_at_zero(error, value, dtype))
    if tolerance is not None:
        size = abs(exact.mid.fraction())
        allowed = Fraction(tolerance.atol) + Fraction(tolerance.rtol) * size
        if error.absolute <= allowed:
            return _verdict(Status.MATCH, None, error)
        return _verdict(
            Status.MISMATCH,
            f"the error {float(error.absolute):.2g} is beyond rtol={tolerance.rtol:.15g}, atol={tolerance.atol:.15g}",
            error,
        )
    if error.ulps <= CRITERION.ulps or _vanishes(exact, number, dtype):
        return _verdict(Status.MATCH, None, error)
    return _explained(error, exact, gradient, looks)


def _explained(error: Error, exact: Enclosure, gradient: Gradient, looks: _Looks) -> Verdict:
    """The verdict on an error of more than a few ulps: what explains it is looked for where it costs least first."""
    dtype = gradient.dtype
    before = looks.forward()
    if before is not None and error.absolute <= _exactly(CRITERION.forward_spreads * before.absolute):
        return _by_rounding(error, exact, gradient, before.relative)
    around = looks.spread()
    sigma = None if around is None else around.relative
    if around is not None and error.absolute <= _explained_by(around):
        return _by_rounding(error, exact, gradient, sigma)
    loss = _explaining_loss(around, exact, dtype)
    if loss is not None:
        return _verdict(Status.UNSTABLE, _loss_reason(loss, exact, gradient), error, sigma)
    if _is_subnormal(exact, gradient):
        return _verdict(
            Status.UNSTABLE,
            f"the true number, {exact.decimal(6)}, is below the smallest normal {dtype}; torch returned "
            f"{_shown(gradient)}",
            error,
            sigma,
        )
    between = looks.exactly()
    if between is not None and error.absolute <= _explained_by(between):
        return _by_rounding(error, exact, gradient, between.relative)
    if error.relative is not None and error.relative <= RTOL[dtype]:
        return _verdict(
            Status.INACCURATE,
            f"{_amount(error)}, more than rounding explains: "
            f"the true number is {exact.decimal(20)}, torch returned {_shown(gradient)}",
            error,
            sigma,
        )
    return _verdict(
        Status.MISMATCH, f"the true number is {exact.decimal(20)}, torch returned {_shown(gradient)}", error, sigma
    )


def _by_rounding(error: Error, exact: Enclosure, gradient: Gradient, sigma: float | None) -> Verdict:
    """The verdict on an error that rounding explains: how many digits are left."""
    dtype = gradient.dtype
    if error.digits >= dtype.digits / 2:
        return _verdict(Status.MATCH, f"{_amount(error)}, which rounding explains", error, sigma)
    return _verdict(
        Status.UNSTABLE,
        f"rounding explains the error, but {_digits_left(error, dtype)}: "
        f"the true number is {exact.decimal(12)}, torch returned {_shown(gradient)}",
        error,
        sigma,
    )


def _explaining_loss(spread: Spread | None, exact: Enclosure, dtype: DType) -> RangeLoss | None:
    """The operation that left the format's range, where that explains an error.

    In a narrow format it does if float64, which has the range, gets the number right, but for rounding. In float64
    itself an overflow does, and an underflow of the formula or of the chain rule's factors; any other underflow in
    torch's backward pass is torch's own.
    """
    return next((loss for loss in (spread.losses if spread else ()) if _explains(loss, exact, dtype)), None)


def _explains(loss: RangeLoss, exact: Enclosure, dtype: DType) -> bool:
    if dtype is DType.FLOAT64:
        return loss.range is Range.OVERFLOW or loss.in_forward or loss.in_chain
    if loss.wide is None:
        return True
    if not math.isfinite(loss.wide) or not exact.mid.is_moderate:
        return False
    if _vanishes(exact, loss.wide, dtype):
        return True
    wide = error_of(Fraction(loss.wide), exact, DType.FLOAT64)
    return wide.digits >= dtype.digits / 2 or wide.absolute <= CRITERION.spreads * Fraction(loss.wide_spread)


def _explained_by(spread: Spread) -> Fraction:
    """The largest error that rounding explains."""
    return max(_exactly(CRITERION.spreads * spread.absolute), _exactly(spread.farthest))


def _exactly(distance: float) -> Fraction:
    return Fraction(min(distance, sys.float_info.max))


def _nonfinite(exact: Enclosure, gradient: Gradient, looks: _Looks) -> Verdict:
    """The verdict on nan or inf although there is a number."""
    number, dtype = gradient.value, gradient.dtype
    assert number is not None
    beyond = exact.mid.magnitude > dtype.max_exponent + 1 or (
        exact.mid.is_moderate and abs(exact.mid.fraction()) + dtype.ulp(dtype.largest) / 2 >= dtype.largest
    )
    if math.isinf(number) and beyond and (exact.mid.man > 0) == (number > 0):
        return Verdict(Status.MATCH, f"the true number, {exact.decimal(6)}, is beyond the largest {dtype}")
    if beyond and math.isnan(number):
        return Verdict(
            Status.UNSTABLE,
            f"the true number, {exact.decimal(6)}, is beyond the largest {dtype}; torch returned {_shown(gradient)}",
        )
    around = looks.spread()
    loss = _explaining_loss(around, exact if exact.mid.is_moderate else _ZERO, dtype)
    if loss is not None:
        return Verdict(Status.UNSTABLE, _loss_reason(loss, exact, gradient))
    if around is not None and around.finite >= CRITERION.chance:
        return Verdict(
            Status.UNSTABLE,
            f"rounding decides whether there is a number: torch returned {_shown(gradient)}, "
            f"the true number is {exact.decimal(12)}",
        )
    if looks.singular():
        return Verdict(
            Status.UNSTABLE,
            f"rounding leads to a point where there is no such number: torch returned {_shown(gradient)}, "
            f"the true number is {exact.decimal(12)}",
        )
    return Verdict(
        Status.NONFINITE, f"torch returned {_shown(gradient)} although the true number is {exact.decimal(20)}"
    )


def error_of(number: Fraction, exact: Enclosure, dtype: DType) -> Error:
    """The distance of a number, that of a float, from the nearest point of an enclosure.

    All of these are whole multiples of one power of 2: whole numbers are faster than fractions, and as exact.
    """
    mid, rad = exact.mid, exact.rad if exact.rad.is_moderate else _ZERO.rad
    own = 1 - number.denominator.bit_length()
    unit = min(own, mid.exp, rad.exp)
    middle = mid.man << (mid.exp - unit)
    distance = max(0, abs((number.numerator << (own - unit)) - middle) - (rad.man << (rad.exp - unit)))
    in_ulps = unit - dtype.ulp_exponent(mid.magnitude)
    ulps = _quotient(distance << max(in_ulps, 0), 1 << max(-in_ulps, 0))
    relative = _quotient(distance, abs(middle)) if middle else None
    if distance == 0:
        digits = dtype.digits
    elif relative is None or relative >= 1:
        digits = 0.0
    else:
        digits = min(dtype.digits, -math.log10(relative)) if relative > 0 else dtype.digits
    return Error(dyadic_fraction(distance, unit), relative, ulps, digits)


def _digits_at_zero(error: Error, value: Gradient | None, dtype: DType) -> float:
    """How many digits are right where the true number is 0: those of 1, or of the function's value if that is larger.

    No digit of a 0 is ever right but for 0 itself, and 1e-16 is what honest rounding leaves of 1 - 1.
    """
    size = 1.0 if value is None or value.value is None or not math.isfinite(value.value) else max(1.0, abs(value.value))
    relative = _as_float(error.absolute) / size
    return dtype.digits if relative == 0 else max(0.0, min(dtype.digits, -math.log10(relative)))


def _quotient(numerator: int, denominator: int) -> float:
    try:
        return numerator / denominator
    except OverflowError:
        return math.inf


def _vanishes(exact: Enclosure, number: float, dtype: DType) -> bool:
    """Whether the truth is below the smallest subnormal, for which 0 and the smallest subnormal are both right."""
    return abs(exact.mid.fraction()) < dtype.smallest_subnormal and abs(number) <= float(dtype.smallest_subnormal)


def _is_subnormal(exact: Enclosure, gradient: Gradient) -> bool:
    """Whether the true number and torch's are below the smallest normal one, where kernels may flush to 0."""
    smallest = Fraction(2) ** gradient.dtype.min_exponent
    assert gradient.value is not None
    if not exact.mid.is_moderate:
        return False
    return 0 < abs(exact.mid.fraction()) < smallest and abs(gradient.value) < smallest


def _is_beyond(exact: Enclosure, dtype: DType) -> bool:
    """Whether a number is beyond the largest of the format."""
    return exact.mid.magnitude > dtype.max_exponent and abs(exact.mid.fraction()) > dtype.largest


def _clamped(exact: Enclosure, dtype: DType) -> Fraction:
    """A number beyond the largest of the format, as the largest."""
    return dtype.largest if exact.mid.man > 0 else -dtype.largest


# --- against one-sided derivatives -----------------------------------------------------------------------------------


def _against_sides(truth: Truth, gradient: Gradient, spread: LazySpread) -> Verdict:
    """The verdict where only one-sided derivatives exist, or an infinite one."""
    number = gradient.value
    assert number is not None
    sides = [side for side in (truth.left, truth.right) if side is not None and side is not Side.DOMAIN]
    between = _between(truth)
    finite = [side for side in sides if isinstance(side, Enclosure)]
    if math.isnan(number) and finite:  # one finite slope is enough: any number from there on would be a convention
        return Verdict(Status.NONFINITE, f"{truth.reason}; torch returned nan, the derivative is {between}")
    if math.isnan(number):
        return Verdict(Status.UNDEFINED, f"{truth.reason}; torch returned nan, the derivative is {between}")
    if _lies_within(number, sides, gradient.dtype, spread):
        status = Status.MATCH if truth.kind is Kind.INFINITE else Status.CONVENTION
        return Verdict(status, f"{truth.reason}; torch's choice {_shown(gradient)} is {between}")
    if len(finite) < len(sides) and math.isfinite(number):
        return Verdict(
            Status.UNDEFINED, f"{truth.reason}; torch returned {_shown(gradient)}, the derivative is {between}"
        )
    status = Status.NONFINITE if math.isinf(number) else Status.MISMATCH
    return Verdict(status, f"{truth.reason}; torch returned {_shown(gradient)}, the derivative is {between}")


def _is_conventional(truth: Truth, gradient: Gradient, spread: LazySpread) -> bool:
    """Whether a number lies between finite one-sided derivatives, where the derivative of one order less is missing."""
    sides = [side for side in (truth.left, truth.right) if isinstance(side, Enclosure)]
    number = gradient.value
    return len(sides) == 2 and number is not None and _lies_within(number, sides, gradient.dtype, spread)


def _lies_within(number: float, sides: Sequence[Enclosure | Side], dtype: DType, spread: LazySpread) -> bool:
    """Whether a number lies between the sides, but for rounding."""
    sides = [_spelled_out(side) for side in sides]
    bounds = [_bound(side) for side in sides]
    if math.isinf(number):
        return number in bounds
    if math.isnan(number):
        return False
    exact = Fraction(number)
    if any(low <= exact for low in bounds) and any(exact <= high for high in bounds):
        return True
    numbers = [side for side in sides if isinstance(side, Enclosure)]
    errors = [error_of(exact, side, dtype) for side in numbers]
    if any(error.ulps <= CRITERION.ulps for error in errors) or any(_vanishes(side, number, dtype) for side in numbers):
        return True
    close = [error for error in errors if error.digits >= dtype.digits / 2]
    around = spread() if close else None
    return around is not None and any(error.absolute <= _explained_by(around) for error in close)


def _spelled_out(side: Enclosure | Side) -> Enclosure | Side:
    """The side, as 0 or as infinite where no float is anywhere near it."""
    if isinstance(side, Side) or side.mid.is_moderate:
        return side
    if side.mid.magnitude < 0:
        return _ZERO
    return Side.POSITIVE_INFINITY if side.mid.man > 0 else Side.NEGATIVE_INFINITY


def _bound(side: Enclosure | Side) -> Fraction | float:
    if isinstance(side, Enclosure):
        return side.mid.fraction()
    return math.inf if side is Side.POSITIVE_INFINITY else -math.inf if side is Side.NEGATIVE_INFINITY else math.nan


# --- words -----------------------------------------------------------------------------------------------------------


def _verdict(status: Status, reason: str | None, error: Error, sigma: float | None = None) -> Verdict:
    return Verdict(
        status,
        reason,
        absolute=_as_float(error.absolute),
        relative=error.relative,
        ulps=error.ulps,
        digits=error.digits,
        sigma=sigma,
    )


def _shown(gradient: Gradient) -> str:
    return repr(gradient.value)


def _side(side: Enclosure | Side | None) -> str:
    return side.decimal(12) if isinstance(side, Enclosure) else str(side)


def _between(truth: Truth) -> str:
    """What the derivative is where only one-sided ones exist, or an infinite one."""
    if truth.kind is Kind.INFINITE:
        return f"infinite, {_side(truth.left)}"
    if Side.DOMAIN in (truth.left, truth.right):
        return f"{_side(truth.right if truth.left is Side.DOMAIN else truth.left)}, from inside the domain"
    return f"between {_side(truth.left)} on the left and {_side(truth.right)} on the right"


def _amount(error: Error) -> str:
    if error.relative is None or not math.isfinite(error.ulps):
        return f"an error of {_as_float(error.absolute):.2g}"
    return f"{error.ulps:.3g} ulps"


def _digits_left(error: Error, dtype: DType) -> str:
    return f"{error.digits:.1f} of {dtype.digits:.0f} digits are right"


def _loss_reason(loss: RangeLoss, exact: Enclosure, gradient: Gradient) -> str:
    derived = "in the tangents" if gradient.mode is Mode.FORWARD else "in the backward pass"
    where = "on the way" if loss.in_forward else derived
    return (
        f"{loss.operation} {loss.range.value} {gradient.dtype} {where}: "
        f"torch returned {_shown(gradient)}, the true number is {exact.decimal(12)}"
    )


def _as_float(value: Fraction) -> float:
    return _quotient(value.numerator, value.denominator)


_ZERO = Enclosure(Dyadic(0, 0), Dyadic(0, 0))
