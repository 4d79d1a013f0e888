"""The ball kernels: every function of the table as a proven enclosure in Arb's ball arithmetic.

A kernel takes and returns `flint.arb` at the precision of `flint.ctx`, which it never changes; conditions are `bool`,
or None where the balls do not decide. The result encloses the image of every point of the balls. Where the balls reach
over the edge of the domain or over a pole the result is nan, which means "unknown"; where they lie outside of the
domain altogether the kernel raises `OutOfDomain`. Infinities are the limits log(0) and the like, no more.

Every kernel is F. Johansson's Arb (IEEE Trans. Comput. 66 (2017) 1281–1292); what is added here are the cases in which
Arb says "unknown" although the answer is known, and the difference between "unknown" and "outside of the domain".
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache, reduce, wraps
from typing import TypeAlias

from flint import acb, arb, arb_poly, ctx, fmpz_poly

from derivcheck.balls import incomplete_gamma
from derivcheck.balls.hurwitz_zeta import hurwitz_zeta, plus_smaller
from derivcheck.errors import UnsupportedError

Condition: TypeAlias = "bool | arb | None"
"""A truth value; None where the balls do not decide, nan where they may lie outside of a domain: then nobody knows
whether there is a truth value at all, as of sqrt(x) < x on a ball around 0."""

MAX_ORDER = 1000
"""The largest order of a polygamma or a Bessel function, and the largest dimension of mvlgamma."""

LEAST_EXPONENT = -200
"""The least exponent of zeta: below, its Bernoulli polynomials take SymPy and Arb seconds, and at -10**300 for ever."""

_MAX_WRITTEN_POWER = 10**6
"""Integer exponents up to this size are multiplied out; beyond, exp(n log x) costs less and loses 20 bits."""

_ROUGH = 20
"""Relative accuracy, in bits, from which on the power of a ball is as narrow as that of its ends."""

_FAR_OUT = 2**20
"""From here on the terms of erfc's expansion fall fast enough for any precision in use."""

_FAR_FOR_ERFC = 2**16
"""From here on Arb's erfc of a ball is wider than the ball makes it: 1000 bits are lost at 3e5, and all at 2e6."""

_PATIENT_BITS = 1000
"""Up to this precision Arb is fast with an inexact number wherever it is with an exact one."""

_NEGATIVE_ROOT = "the square root of a negative number"
_NEGATIVE_LOG = "the logarithm of a negative number"
_ZERO_DIVISION = "division by zero"


class OutOfDomain(Exception):
    """Raised where every point of the balls lies outside of a function's real domain.

    Args:
        reason: what is at fault, in a few words: "the square root of a negative number".
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


# --- balls -----------------------------------------------------------------------------------------------------------


def _nan() -> arb:
    return arb.nan()


def _known(y: arb) -> arb:
    """`y`, or nan where it is unbounded: next to a pole Arb may return the whole line."""
    return y if y.is_finite() else _nan()


def _is_infinite(x: arb) -> bool:
    """Whether `x` is an infinity, as opposed to a ball of infinite radius."""
    if x.is_finite():
        return False
    middle = x.mid()
    return not middle.is_finite() and not middle.is_nan()


def _from_zero(upper: arb) -> arb:
    """The ball [0, upper], whose lower end is exactly zero."""
    return arb(0).union(upper).nonnegative_part()


def _hull(kernel: Callable[[arb], arb], x: arb) -> arb:
    """The image of `x` under a monotonic function, from the ends of `x`."""
    return kernel(x.lower()).union(kernel(x.upper()))


def _monotonic(kernel: Callable[[arb], arb], x: arb) -> arb:
    """The image of `x` under a monotonic function: Arb's own, or from the ends where Arb gives up on a wide ball."""
    y = kernel(x)
    return y if x.is_exact() or y.is_finite() else _hull(kernel, x)


def _remembered(kernel: Callable[..., arb]) -> Callable[..., arb]:
    """The kernel, which remembers its last results: f and each of its derivatives ask for the same ones.

    For kernels that take a millisecond or more at a few thousand bits; to look a ball up takes a few microseconds.
    """

    @lru_cache(maxsize=128)
    def known(bits: int, *balls: tuple[tuple[int, int], tuple[int, int]]) -> arb:
        with ctx.workprec(bits):
            return kernel(*(arb(arb(middle), arb(radius)) for middle, radius in balls))

    @wraps(kernel)
    def looked_up(*args: arb) -> arb:
        if not all(x.is_finite() for x in args):
            return kernel(*args)
        return known(ctx.prec, *((_exact(x.mid()), _exact(x.rad())) for x in args))

    _MEMORIES.append(known.cache_clear)
    return looked_up


_MEMORIES: list[Callable[[], None]] = []


def forget() -> None:
    """Let the kernels forget their last results: for who measures how long they take."""
    for clear in _MEMORIES:
        clear()


def _exact(x: arb) -> tuple[int, int]:
    man, exp = x.man_exp()
    return int(man), int(exp)


def _has_pole_of_gamma(x: arb) -> bool:
    """Whether `x` may contain one of 0, -1, -2 and so on."""
    return not x > 0 and bool(x.contains_integer()) and bool(x.lower() <= 0)


def _require_no_pole_of_gamma(x: arb, name: str) -> None:
    if x.is_exact() and x <= 0 and x.is_integer():
        raise OutOfDomain(f"a pole of {name}")


def _positive_integer(x: arb, what: str, least: int = 0) -> int:
    """An order, which has to be an exact integer of moderate size."""
    if not (x.is_exact() and x >= least and x <= MAX_ORDER and x.is_integer()):
        raise UnsupportedError(f"{what} must be an integer from {least} to {MAX_ORDER}")
    return int(x.unique_fmpz())


def _bounded_order(n: arb, what: str) -> arb:
    if not abs(n) <= MAX_ORDER:
        raise UnsupportedError(f"{what} must be at most {MAX_ORDER}")
    return n


# --- arithmetic ------------------------------------------------------------------------------------------------------


def add(x: arb, y: arb) -> arb:
    """x + y."""
    total = x + y
    if total.is_nan() and _is_infinite(x) and _is_infinite(y):
        raise OutOfDomain("infinity minus infinity")
    return total


def sub(x: arb, y: arb) -> arb:
    """x - y."""
    return add(x, -y)


def mul(x: arb, y: arb) -> arb:
    """x*y."""
    product = x * y
    if product.is_nan() and ((x.is_zero() and _is_infinite(y)) or (y.is_zero() and _is_infinite(x))):
        raise OutOfDomain("zero times infinity")
    return product


def div(x: arb, y: arb) -> arb:
    """x/y."""
    quotient = x / y
    if quotient.is_nan():
        if y.is_zero():
            raise OutOfDomain("zero divided by zero" if x.is_zero() else _ZERO_DIVISION)
        if _is_infinite(x) and _is_infinite(y):
            raise OutOfDomain("infinity divided by infinity")
    return quotient


def neg(x: arb) -> arb:
    """-x."""
    return -x


def power(x: arb, y: arb) -> arb:
    """x**y, where 0**0 is 1 and a negative base has integer exponents only."""
    if x.is_nan() or y.is_nan():
        return _nan()
    if y.is_exact() and y.is_integer():
        return _integer_power(x, y)
    if x > 0:
        return x**y
    if x.is_zero():
        if y > 0:
            return arb(0)
        if y < 0:
            raise OutOfDomain(_ZERO_DIVISION)
        return _nan()
    if x < 0 and not y.contains_integer():
        raise OutOfDomain("a noninteger power of a negative number")
    if x >= 0 and y > 0:
        upper = x.upper()
        return _from_zero(arb.max(upper ** y.lower(), upper ** y.upper()).upper())
    return _nan()


def _integer_power(x: arb, y: arb) -> arb:
    """x**y for an exact integer y."""
    if y.is_zero():
        return arb(1)
    if y < 0:
        if x.is_zero():
            raise OutOfDomain(_ZERO_DIVISION)
        return 1 / _integer_power(x, -y)
    if _is_infinite(x):
        even = (y / 2).is_integer()
        return arb.pos_inf() if x > 0 or even else arb.neg_inf()
    if x.is_zero():
        return arb(0)
    even = (y / 2).is_integer()
    if x > 0 or x < 0:
        size = abs(x)
        if y <= _MAX_WRITTEN_POWER:
            n = y.unique_fmpz()
            raised = size**n if x.rel_accuracy_bits() > _ROUGH else (size.lower() ** n).union(size.upper() ** n)
        else:
            raised = (y * size.log()).exp()
        return raised if even or x > 0 else -raised
    if not x.is_finite():
        return _nan()
    if even:
        return _from_zero(_integer_power(x.abs_upper(), y).upper())
    return _integer_power(x.lower(), y).union(_integer_power(x.upper(), y))


@lru_cache(maxsize=256)
def power_to(exponent: Fraction) -> Callable[[arb, arb], arb]:
    """`power` for an exponent that is known beforehand, with less to find out each time."""
    if exponent.denominator != 1 or not 0 < abs(exponent) <= _MAX_WRITTEN_POWER:
        return power
    times, odd, inverse = arb(abs(exponent.numerator)), exponent.numerator % 2 == 1, exponent < 0

    @wraps(power)
    def raised(x: arb, y: arb) -> arb:
        size = abs(x)
        if not (size > 0 and x.rel_accuracy_bits() > _ROUGH and x.is_finite()):
            return power(x, y)
        result = -(size**times) if odd and x < 0 else size**times
        return 1 / result if inverse else result

    return raised


def is_power(kernel: Callable[..., arb]) -> bool:
    """Whether a kernel is `power`, for any exponent or for one."""
    return kernel is power or getattr(kernel, "__wrapped__", None) is power


# --- conditions ------------------------------------------------------------------------------------------------------


def lt(x: arb, y: arb) -> Condition:
    """x < y."""
    return True if x < y else False if x >= y else _undecided(x, y)


def le(x: arb, y: arb) -> Condition:
    """x <= y."""
    return True if x <= y else False if x > y else _undecided(x, y)


def gt(x: arb, y: arb) -> Condition:
    """x > y."""
    return lt(y, x)


def ge(x: arb, y: arb) -> Condition:
    """x >= y."""
    return le(y, x)


def eq(x: arb, y: arb) -> Condition:
    """x == y."""
    if x.is_exact() and y.is_exact() and x == y:
        return True
    return False if x < y or x > y else _undecided(x, y)


def _undecided(x: arb, y: arb) -> Condition:
    """What a comparison gives that the balls leave open."""
    return _nan() if x.is_nan() or y.is_nan() else None


def ne(x: arb, y: arb) -> Condition:
    """x != y."""
    return logical_not(eq(x, y))


def logical_and(*conditions: Condition) -> Condition:
    """Whether all hold: Kleene's three-valued conjunction."""
    if any(condition is False for condition in conditions):
        return False
    return None if any(condition is None for condition in conditions) else True


def logical_or(*conditions: Condition) -> Condition:
    """Whether one holds: Kleene's three-valued disjunction."""
    return logical_not(logical_and(*(logical_not(condition) for condition in conditions)))


def logical_not(condition: Condition) -> Condition:
    """Whether it does not hold."""
    return not condition if isinstance(condition, bool) else condition


def where(condition: Condition, x: arb, y: arb) -> arb:
    """`x` where the condition holds, else `y`; both where it is undecided."""
    if condition is None:
        return x.union(y)
    return x if condition else y


# --- pieces and steps ------------------------------------------------------------------------------------------------


def absolute(x: arb) -> arb:
    """|x|."""
    if x >= 0:
        return x
    if x <= 0:
        return -x
    return _from_zero(x.abs_upper()) if x.is_finite() else abs(x)


def sign(x: arb) -> arb:
    """-1, 0 or 1."""
    return _nan() if x.is_nan() else x.sgn()


def maximum(*args: arb) -> arb:
    """The largest."""
    return reduce(arb.max, args)


def minimum(*args: arb) -> arb:
    """The smallest."""
    return reduce(arb.min, args)


def floor(x: arb) -> arb:
    """The largest integer that is not above x."""
    if _is_infinite(x):
        return x
    return x.floor() if x.is_exact() else _hull(arb.floor, x)


def ceiling(x: arb) -> arb:
    """The smallest integer that is not below x."""
    if _is_infinite(x):
        return x
    return x.ceil() if x.is_exact() else _hull(arb.ceil, x)


def truncate(x: arb) -> arb:
    """The integer part, towards zero."""
    if x >= 0:
        return floor(x)
    if x <= 0:
        return ceiling(x)
    return ceiling(x.lower()).union(floor(x.upper()))


def nearest(x: arb) -> arb:
    """The nearest integer, halves to even (IEEE 754's roundTiesToEven)."""
    if _is_infinite(x):
        return x
    return _nearest(x) if x.is_exact() else _hull(_nearest, x)


def _nearest(x: arb) -> arb:
    below = x.floor()
    rest = x - below
    if 2 * rest < 1:
        return below
    if 2 * rest > 1:
        return below + 1
    if rest.is_exact() and 2 * rest == 1:
        return below if (below / 2).is_integer() else below + 1
    return below.union(below + 1)


def heaviside(x: arb, at_zero: arb | None = None) -> arb:
    """0 below zero, 1 above, `at_zero` (one half) at zero."""
    middle = arb(0.5) if at_zero is None else at_zero
    if x.is_nan():
        return _nan()
    if x > 0:
        return arb(1)
    if x < 0:
        return arb(0)
    return middle if x.is_zero() else arb(0).union(arb(1)).union(middle)


def dirac_delta(x: arb, order: arb | None = None) -> arb:  # noqa: ARG001 (its derivatives are 0 off zero as well)
    """0 off zero."""
    if x.is_zero():
        raise OutOfDomain("the Dirac delta at zero")
    return arb(0) if x > 0 or x < 0 else _nan()


def remainder(x: arb, y: arb) -> arb:
    """x - y*floor(x/y), with the sign of y."""
    _require_finite(x)
    rest = x - y * floor(div(x, y))
    return _within(rest, arb(0).union(y))


def fmod(x: arb, y: arb) -> arb:
    """x - y*trunc(x/y), with the sign of x."""
    _require_finite(x)
    rest = x - y * truncate(div(x, y))
    size = y.abs_upper()
    return _within(rest, _from_zero(size) if x >= 0 else -_from_zero(size) if x <= 0 else size.union(-size))


def _require_finite(x: arb) -> None:
    if _is_infinite(x):
        raise OutOfDomain("the remainder of an infinity")


def _within(y: arb, bounds: arb) -> arb:
    """What is in both balls, which are known to share the true value."""
    if not y.is_finite() or not bounds.is_finite():
        return y
    return y if y.is_exact() or bounds.rad() >= y.rad() else y.intersection(bounds)


# --- roots, exponentials, logarithms ---------------------------------------------------------------------------------


def sqrt(x: arb) -> arb:
    """The square root."""
    if x > 0:
        return arb.pos_inf() if _is_infinite(x) else x.sqrt()
    if x < 0:
        raise OutOfDomain(_NEGATIVE_ROOT)
    if x.is_zero():
        return arb(0)
    return _from_zero(x.upper().sqrt()) if x >= 0 and x.is_finite() else _nan()


def exp(x: arb) -> arb:
    """The exponential function."""
    if _is_infinite(x):
        return arb.pos_inf() if x > 0 else arb(0)
    y = x.exp()
    return y if y > 0 or not y.is_finite() else y.nonnegative_part()


def expm1(x: arb) -> arb:
    """exp(x) - 1."""
    if _is_infinite(x):
        return arb.pos_inf() if x > 0 else arb(-1)
    return x.expm1()


def log(x: arb, base: arb | None = None) -> arb:
    """The natural logarithm, or that to a base; -inf at zero."""
    if base is not None:
        return div(log(x), log(base))
    if x > 0:
        return arb.pos_inf() if _is_infinite(x) else x.log()
    if x < 0:
        raise OutOfDomain(_NEGATIVE_LOG)
    return arb.neg_inf() if x.is_zero() else _nan()


def log1p(x: arb) -> arb:
    """log(1 + x)."""
    if x > -1 and x.is_finite():
        return x.log1p()
    return log(1 + x)


def xlogy(x: arb, y: arb) -> arb:
    """x*log(y), and 0 where x is 0, whatever y is: so torch and SciPy have it."""
    if x.is_zero() and y.is_finite():
        return arb(0)
    if x.contains(0) and y < 0:  # 0 within the ball, no value beside it
        return _nan()
    return x * log(y)


def entr(x: arb) -> arb:
    """-x*log(x), and 0 where x is 0."""
    if x < 0:
        raise OutOfDomain(_NEGATIVE_LOG)
    if x > 0:
        return -x * log(x)
    if x.is_zero():
        return arb(0)
    if not x >= 0 or not x.is_finite():
        return _nan()
    upper = x.upper()
    value, top = -upper * upper.log(), arb(-1).exp()
    return arb(0).union(value).union(top) if not upper < top else _from_zero(value.upper())


def sigmoid(x: arb) -> arb:
    """1/(1 + exp(-x)), without overflow."""
    if _is_infinite(x):
        return arb(1) if x > 0 else arb(0)
    if x < 0:
        grown = exp(x)
        return grown / (1 + grown)
    y = 1 / (1 + exp(-x))
    return y if y.is_finite() else _hull(sigmoid, x) if x.is_finite() and not x.is_exact() else y


def softplus(x: arb, beta: arb | None = None) -> arb:
    """log(1 + exp(beta*x))/beta, without overflow."""
    if beta is not None:
        return div(softplus(beta * x), beta)
    if _is_infinite(x):
        return arb.pos_inf() if x > 0 else arb(0)
    return maximum(x, arb(0)) + exp(-absolute(x)).log1p()


def logsigmoid(x: arb) -> arb:
    """log(1/(1 + exp(-x))), without overflow."""
    return -softplus(-x)


def logaddexp(x: arb, y: arb) -> arb:
    """log(exp(x) + exp(y)), without overflow."""
    return maximum(x, y) + exp(-absolute(x - y)).log1p()


# --- trigonometric and hyperbolic functions --------------------------------------------------------------------------


def _entire(name: str, doc: str, low: float | None = None, high: float | None = None) -> Callable[[arb], arb]:
    """The kernel of a function without poles: Arb's method, and the limits at -inf and inf.

    Where there is no limit an infinity is outside of the domain: `sin(log(x))` has no value at 0.
    """
    method: Callable[[arb], arb] = getattr(arb, name)

    def kernel(x: arb) -> arb:
        if x.is_finite():
            return method(x)
        if _is_infinite(x):
            limit = high if x > 0 else low
            if limit is None:
                raise OutOfDomain(f"`{name}` of an infinity")
            return arb(limit)
        return _nan() if x.is_nan() else method(x)  # arb.sinc(nan) is [-1, 1]

    kernel.__name__ = kernel.__qualname__ = name
    kernel.__doc__ = doc
    return kernel


def _with_poles(
    name: str, doc: str, pole_at_zero: str | None = None, low: float | None = None, high: float | None = None
) -> Callable[[arb], arb]:
    """The kernel of a function with poles, of which only one at zero can be hit by an exact number."""
    entire = _entire(name, doc, low, high)

    def kernel(x: arb) -> arb:
        if pole_at_zero is not None and x.is_zero():
            raise OutOfDomain(pole_at_zero)
        return _known(entire(x))

    kernel.__name__ = kernel.__qualname__ = name
    kernel.__doc__ = doc
    return kernel


_INF = float("inf")

sin = _entire("sin", "Sine.")
cos = _entire("cos", "Cosine.")
tan = _with_poles("tan", "Tangent.")
cot = _with_poles("cot", "Cotangent.", _ZERO_DIVISION)
sec = _with_poles("sec", "Secant.")
csc = _with_poles("csc", "Cosecant.", _ZERO_DIVISION)
sinh = _entire("sinh", "Hyperbolic sine.", -_INF, _INF)
cosh = _entire("cosh", "Hyperbolic cosine.", _INF, _INF)
tanh = _entire("tanh", "Hyperbolic tangent.", -1, 1)
coth = _with_poles("coth", "Hyperbolic cotangent.", _ZERO_DIVISION, -1, 1)
sech = _entire("sech", "Hyperbolic secant.", 0, 0)
csch = _with_poles("csch", "Hyperbolic cosecant.", _ZERO_DIVISION, 0, 0)
asinh = _entire("asinh", "Inverse hyperbolic sine.", -_INF, _INF)
sinc = _entire("sinc", "sin(x)/x, and 1 at zero.")


def atan(x: arb) -> arb:
    """Inverse tangent."""
    return x.atan()


def asin(x: arb) -> arb:
    """Inverse sine."""
    return _inverse_on_unit_interval(arb.asin, x, "the inverse sine of a number outside of [-1, 1]")


def acos(x: arb) -> arb:
    """Inverse cosine."""
    return _inverse_on_unit_interval(arb.acos, x, "the inverse cosine of a number outside of [-1, 1]")


def _inverse_on_unit_interval(method: Callable[[arb], arb], x: arb, reason: str) -> arb:
    if x > 1 or x < -1:
        raise OutOfDomain(reason)
    return _monotonic(method, x) if x >= -1 and x <= 1 else _nan()


def acosh(x: arb) -> arb:
    """Inverse hyperbolic cosine."""
    if x < 1:
        raise OutOfDomain("the inverse hyperbolic cosine of a number below 1")
    if _is_infinite(x):
        return arb.pos_inf()
    return _monotonic(arb.acosh, x) if x >= 1 else _nan()


def atanh(x: arb) -> arb:
    """Inverse hyperbolic tangent; infinite at -1 and 1."""
    if x > 1 or x < -1:
        raise OutOfDomain("the inverse hyperbolic tangent of a number outside of [-1, 1]")
    return _onto_the_line(arb.atanh, x, arb(-1), arb(1))


def _onto_the_line(method: Callable[[arb], arb], x: arb, low: arb, high: arb) -> arb:
    """A monotonic function that rises, or falls, from one infinity at `low` to the other at `high`.

    The ends are limits as log(0) is one, from within the domain, and what torch returns there.
    """
    if x > low and x < high:
        return _monotonic(method, x)
    if not x.is_exact():
        return _nan()
    rises = method((low + 7 * high) / 8) > method((7 * low + high) / 8)
    return arb.pos_inf() if rises == bool(x == high) else arb.neg_inf()


def atan2(y: arb, x: arb) -> arb:
    """The angle of the point (x, y), in (-pi, pi]; 0 at the origin, as in IEEE 754."""
    return arb.atan2(y, x)


# --- the error function and its like ---------------------------------------------------------------------------------

erf = _entire("erf", "The error function.", -1, 1)
_erfc = _entire("erfc", "1 - erf(x).", 2, 0)


def erfc(x: arb) -> arb:
    """1 - erf(x); far out, where Arb's own loses every bit of an inexact number, by Gamma(1/2, x**2)/sqrt(pi)."""
    if x.is_exact() or not x > _FAR_FOR_ERFC or _is_infinite(x):
        return _erfc(x)
    return (x * x).gamma_upper(arb(0.5)) / arb.pi().sqrt()  # https://dlmf.nist.gov/7.11.E2


erfi = _entire("erfi", "-i*erf(i*x).", -_INF, _INF)
fresnels = _entire("fresnel_s", "The integral of sin(pi*t**2/2) from 0 to x.", -0.5, 0.5)
fresnelc = _entire("fresnel_c", "The integral of cos(pi*t**2/2) from 0 to x.", -0.5, 0.5)


def erfinv(x: arb) -> arb:
    """The inverse of erf; infinite at -1 and 1."""
    if x > 1 or x < -1:
        raise OutOfDomain("the inverse error function of a number outside of [-1, 1]")
    return _onto_the_line(arb.erfinv, x, arb(-1), arb(1))


def erfcinv(x: arb) -> arb:
    """The inverse of erfc; infinite at 0 and 2."""
    if x < 0 or x > 2:
        raise OutOfDomain("the inverse complementary error function of a number outside of [0, 2]")
    return _onto_the_line(arb.erfcinv, x, arb(0), arb(2))


def log_ndtr(x: arb) -> arb:
    """log(erfc(-x/sqrt(2))/2); far out by the expansion of erfc, https://dlmf.nist.gov/7.12.E1."""
    if _is_infinite(x):
        return arb(0) if x > 0 else arb.neg_inf()
    if not x < -_FAR_OUT:
        return log(erfc(-x / arb(2).sqrt()) / 2)
    total, term, k, square = arb(0), arb(1), 0, x * x
    while abs(term) > arb((1, -ctx.prec)):
        total += term
        k += 1
        term = -term * (2 * k - 1) / square
    total += arb(0, abs(term).upper())  # the terms alternate: what is left out is less than the first of it
    return -square / 2 - (-x).log() - (2 * arb.pi()).log() / 2 + total.log()


# --- gamma and its like ----------------------------------------------------------------------------------------------


@_remembered
def gamma(x: arb) -> arb:
    """Euler's gamma function."""
    if _is_infinite(x):
        return arb.pos_inf() if x > 0 else _nan()
    _require_no_pole_of_gamma(x, "gamma")
    return _known(x.gamma())


@_remembered
def lgamma(x: arb) -> arb:
    """log|gamma(x)|."""
    if _is_infinite(x):
        return arb.pos_inf()
    _require_no_pole_of_gamma(x, "log|gamma|")
    if x > 0:
        return _known(x.lgamma())
    if not x < 0 or _has_pole_of_gamma(x):
        return _nan()
    # Γ(x)·Γ(1 − x) = π/sin(πx), https://dlmf.nist.gov/5.5.E3
    return _known((arb.pi() / absolute(x.sin_pi())).log() - (1 - x).lgamma())


@_remembered
def digamma(x: arb) -> arb:
    """The derivative of log(gamma(x))."""
    if _is_infinite(x):
        return arb.pos_inf() if x > 0 else _nan()
    _require_no_pole_of_gamma(x, "digamma")
    return _nan() if _has_pole_of_gamma(x) else _known(_monotonic(arb.digamma, x))  # it rises between two poles


@_remembered
def polygamma(n: arb, x: arb) -> arb:
    """The n-th derivative of digamma."""
    order = _positive_integer(n, "the order of polygamma")
    if order == 0:
        return digamma(x)
    if _is_infinite(x):
        return arb(0) if x > 0 else _nan()
    _require_no_pole_of_gamma(x, "polygamma")
    if x > 0:
        return _known(_monotonic(lambda t: _polygamma_right(order, t), x))
    return _nan() if _has_pole_of_gamma(x) else _known(_polygamma_left(order, x))


def _polygamma_right(order: int, x: arb) -> arb:
    """(-1)**(n+1)*n!*zeta(n+1, x) for positive x, https://dlmf.nist.gov/5.15.E1."""
    size = arb(order).fac() * hurwitz_zeta(order + 1, x)
    return size if order % 2 else -size


def _polygamma_left(order: int, x: arb) -> arb:
    """The reflection of the right half, https://dlmf.nist.gov/5.15.E6: Arb's own gives up at -10**6."""
    poles = -(arb.pi() ** (order + 1)) * _cotangent_derivative(order)(x.cot_pi())
    sign = -1 if order % 2 else 1
    return plus_smaller(poles, lambda: sign * _polygamma_right(order, 1 - x))


@lru_cache(maxsize=64)
def _cotangent_derivative(order: int) -> arb_poly:
    """The polynomial P with P(cot(x)) = the n-th derivative of cot(x); its terms never cancel."""
    derivative = fmpz_poly([0, 1])
    for _ in range(order):
        derivative = derivative.derivative() * fmpz_poly([-1, 0, -1])
    return arb_poly(derivative)


@_remembered
def zeta(s: arb, a: arb) -> arb:
    """The Hurwitz zeta function, the sum of 1/(a + k)**s."""
    if s.is_exact() and s == 1:
        raise OutOfDomain("the pole of zeta at s = 1")
    if s.is_exact() and (s > MAX_ORDER or s < LEAST_EXPONENT):
        raise UnsupportedError(f"the exponent of zeta must be from {LEAST_EXPONENT} to {MAX_ORDER}")
    _require_no_pole_of_gamma(a, "the Hurwitz zeta function")
    if a > 0:
        y = s.zeta(a)
        return y if y.is_finite() or not s > 1 else _known(_monotonic(s.zeta, a))
    if a < 0 and s.is_exact() and not s.is_integer():
        raise OutOfDomain("a noninteger power of a negative number")
    if not a < 0 or not s.is_exact() or _has_pole_of_gamma(a):
        return _nan()
    if s >= 2:
        order = int(s.unique_fmpz()) - 1
        size = _polygamma_left(order, a) / arb(order).fac()
        return _known(size if order % 2 else -size)
    return _known(acb(s).zeta(acb(a)).real)


@_remembered
def mvlgamma(x: arb, p: arb) -> arb:
    """The logarithm of the multivariate gamma function of dimension p, https://dlmf.nist.gov/35.3."""
    dimension = _positive_integer(p, "the dimension of mvlgamma", 1)
    if x <= arb(dimension - 1) / 2:
        raise OutOfDomain("mvlgamma at or below (p - 1)/2")
    if not x > arb(dimension - 1) / 2:
        return _nan()
    total = arb.pi().log() * (dimension * (dimension - 1)) / 4
    return sum((lgamma(x - arb(i) / 2) for i in range(dimension)), total)


@_remembered
def lowergamma(a: arb, x: arb) -> arb:
    """The lower incomplete gamma function, the integral of t**(a-1)*exp(-t) from 0 to x."""
    _require_no_pole_of_gamma(a, "the lower incomplete gamma function")
    if x < 0 and a.is_exact() and not a.is_integer():
        raise OutOfDomain("a noninteger power of a negative number")
    if x.is_zero() and a > 0:
        return arb(0)
    if x.is_zero() and a < 0:
        raise OutOfDomain("a pole of the lower incomplete gamma function")
    if _is_infinite(x):
        return gamma(a) if x > 0 else _nan()
    if a > 0 and x > 0:
        above = incomplete_gamma.upper(a, x)
        rest = gamma(a) - above if above.is_finite() else above
        # Near x = a Arb's own takes minutes where a is large; what cancels here is regained at a higher precision.
        if 2 * rest.rel_accuracy_bits() > ctx.prec or (a > MAX_ORDER and 2 * x > a):
            return _known(rest)
    return _known(incomplete_gamma.lower(a, x) if x > 0 else x.gamma_lower(a))


@_remembered
def uppergamma(a: arb, x: arb) -> arb:
    """The upper incomplete gamma function, the integral of t**(a-1)*exp(-t) from x to infinity."""
    if x < 0:
        if a.is_exact() and a.is_integer() and a > 0:
            return _known(x.gamma_upper(a))
        if a > 0 and a.contains_integer():
            return _nan()
        raise OutOfDomain("the upper incomplete gamma function of a negative number")
    if x.is_zero():
        if a > 0:
            return gamma(a)
        if a <= 0:
            raise OutOfDomain("a pole of the upper incomplete gamma function")
        return _nan()
    if _is_infinite(x):
        return arb(0)
    return _known(incomplete_gamma.upper(a, x) if x > 0 else x.gamma_upper(a))


@_remembered
def gammainc(a: arb, x: arb) -> arb:
    """lowergamma(a, x)/gamma(a), for a > 0 and x >= 0."""
    _require_regular(a, x)
    return _known(div(lowergamma(a, x), gamma(a)))


@_remembered
def gammaincc(a: arb, x: arb) -> arb:
    """uppergamma(a, x)/gamma(a), for a > 0 and x >= 0."""
    _require_regular(a, x)
    return _known(div(uppergamma(a, x), gamma(a)))


def _require_regular(a: arb, x: arb) -> None:
    """Fail outside of torch's domain, a > 0 and x >= 0."""
    if a <= 0:
        raise OutOfDomain("an incomplete gamma function of a shape that is not positive")
    if x < 0:
        raise OutOfDomain("an incomplete gamma function of a negative number")


# --- integrals -------------------------------------------------------------------------------------------------------


def si(x: arb) -> arb:
    """The sine integral."""
    return (arb.pi() / 2 if x > 0 else -arb.pi() / 2) if _is_infinite(x) else x.si()


def ci(x: arb) -> arb:
    """The cosine integral."""
    return arb(0) if _is_infinite(x) and x > 0 else _on_positive_axis(arb.ci, x, "the cosine integral")


shi = _entire("shi", "The hyperbolic sine integral.", -_INF, _INF)


def chi(x: arb) -> arb:
    """The hyperbolic cosine integral."""
    return _on_positive_axis(arb.chi, x, "the hyperbolic cosine integral")


def ei(x: arb) -> arb:
    """The exponential integral, Cauchy's principal value."""
    if x.is_zero():
        raise OutOfDomain("the pole of Ei at 0")
    return _known(x.ei()) if x > 0 or x < 0 else _nan()


def li(x: arb) -> arb:
    """The logarithmic integral, Cauchy's principal value."""
    if x < 0:
        raise OutOfDomain("the logarithmic integral of a negative number")
    if x.is_exact() and x == 1:
        raise OutOfDomain("the pole of li at 1")
    return _known(x.li())


def expint(n: arb, x: arb) -> arb:
    """The generalized exponential integral E_n."""
    _bounded_order(n, "the order of expint")
    if x < 0:
        raise OutOfDomain("the generalized exponential integral of a negative number")
    if x.is_zero():
        if n > 1:
            return 1 / (n - 1)
        if n <= 1:
            raise OutOfDomain("the pole of expint at 0")
        return _nan()
    if _is_infinite(x):
        return arb(0)
    if not x > 0:
        return _nan()
    if not x.is_exact() and ctx.prec > _PATIENT_BITS:  # it falls; of a ball at 700 Arb's own takes a minute
        return _known(_hull(lambda end: expint(n, end), x))
    if incomplete_gamma.is_slow(1 - n, x):
        return _known(x ** (n - 1) * incomplete_gamma.upper(1 - n, x))
    return _known(x.expint(n))


def _on_positive_axis(method: Callable[[arb], arb], x: arb, name: str) -> arb:
    if x.is_zero():
        raise OutOfDomain(f"a pole of {name}")
    if x < 0:
        raise OutOfDomain(f"{name} of a negative number")
    return _known(method(x)) if x > 0 else _nan()


# --- Bessel, Airy and Lambert functions ------------------------------------------------------------------------------


def besselj(n: arb, x: arb) -> arb:
    """The Bessel function of the first kind."""
    return arb(0) if _is_infinite(x) else _bessel_first_kind(arb.bessel_j, n, x)


def bessely(n: arb, x: arb) -> arb:
    """The Bessel function of the second kind."""
    _bounded_order(n, "the order of a Bessel function")
    return _on_positive_axis(lambda t: t.bessel_y(n), x, "bessely")


def besseli(n: arb, x: arb) -> arb:
    """The modified Bessel function of the first kind."""
    return _bessel_first_kind(arb.bessel_i, n, x)


def besselk(n: arb, x: arb) -> arb:
    """The modified Bessel function of the second kind."""
    _bounded_order(n, "the order of a Bessel function")
    return _on_positive_axis(lambda t: t.bessel_k(n), x, "besselk")


def _bessel_first_kind(method: Callable[[arb, arb], arb], n: arb, x: arb) -> arb:
    _bounded_order(n, "the order of a Bessel function")
    integer = n.is_exact() and n.is_integer()
    if x < 0 and not integer:
        raise OutOfDomain("a Bessel function of noninteger order at a negative number")
    if x.is_zero() and n < 0 and not integer:
        raise OutOfDomain("a pole of a Bessel function")
    if x.is_zero() and n > 0:
        return arb(0)
    if not integer and not x >= 0:
        return _nan()
    return _known(method(x, n))


def airyai(x: arb) -> arb:
    """The Airy function Ai."""
    return arb(0) if _is_infinite(x) else _known(x.airy_ai())


def airybi(x: arb) -> arb:
    """The Airy function Bi."""
    return _nan() if _is_infinite(x) else _known(x.airy_bi())


def airyaiprime(x: arb) -> arb:
    """The derivative of Ai."""
    return _nan() if _is_infinite(x) else _known(x.airy_ai(derivative=1))


def airybiprime(x: arb) -> arb:
    """The derivative of Bi."""
    return _nan() if _is_infinite(x) else _known(x.airy_bi(derivative=1))


def lambertw(x: arb) -> arb:
    """The principal branch of the solution w of w*exp(w) = x."""
    edge = -arb(-1).exp()
    if x < edge:
        raise OutOfDomain("Lambert's W of a number below -1/e")
    if not x > edge:
        return _nan()
    return arb.pos_inf() if _is_infinite(x) else _known(_monotonic(arb.lambertw, x))


# --- constants -------------------------------------------------------------------------------------------------------


def pi() -> arb:
    """The circle constant."""
    return arb.pi()


def e() -> arb:
    """Euler's number."""
    return arb.const_e()


def imaginary_unit() -> arb:
    """No real number."""
    raise OutOfDomain("complex numbers, by way of `I`")


def euler_gamma() -> arb:
    """The Euler–Mascheroni constant."""
    return arb.const_euler()


def nan() -> arb:
    """No number."""
    return _nan()
