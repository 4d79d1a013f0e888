"""The ball kernels of roots, exponential functions and logarithms."""

from __future__ import annotations

from flint import arb

from derivcheck.balls.ball import is_infinite
from derivcheck.balls.kernels.arithmetic import div
from derivcheck.balls.kernels.domain import NEGATIVE_LOG, NEGATIVE_ROOT, OutOfDomain
from derivcheck.balls.kernels.enclosing import from_zero, hull, unknown
from derivcheck.balls.kernels.steps import absolute, maximum


def sqrt(x: arb) -> arb:
    """The square root."""
    root = x.sqrt()
    if root > 0 and root.is_finite():  # as most are; then so is x
        return root
    if x > 0:
        return arb.pos_inf() if is_infinite(x) else root
    if x < 0:
        raise OutOfDomain(NEGATIVE_ROOT)
    if x.is_zero():
        return arb(0)
    return from_zero(x.upper().sqrt()) if x >= 0 and x.is_finite() else unknown()


def exp(x: arb) -> arb:
    """The exponential function."""
    y = x.exp()
    if y > 0 and y.is_finite():  # as most are; then so is x
        return y
    if is_infinite(x):
        return arb.pos_inf() if x > 0 else arb(0)
    return y if y > 0 or not y.is_finite() else y.nonnegative_part()


def expm1(x: arb) -> arb:
    """exp(x) - 1."""
    if is_infinite(x):
        return arb.pos_inf() if x > 0 else arb(-1)
    return x.expm1()


def log(x: arb, base: arb | None = None) -> arb:
    """The natural logarithm, or that to a base; -inf at zero."""
    if base is not None:
        return div(log(x), log(base))
    y = x.log()
    if y.is_finite():  # as most are; then x is positive, and finite
        return y
    if x > 0:
        return arb.pos_inf() if is_infinite(x) else y
    if x < 0:
        raise OutOfDomain(NEGATIVE_LOG)
    return arb.neg_inf() if x.is_zero() else unknown()


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
        return unknown()
    return x * log(y)


def entr(x: arb) -> arb:
    """-x*log(x), and 0 where x is 0."""
    if x < 0:
        raise OutOfDomain(NEGATIVE_LOG)
    if x > 0:
        return -x * log(x)
    if x.is_zero():
        return arb(0)
    if not x >= 0 or not x.is_finite():
        return unknown()
    upper = x.upper()
    value, top = -upper * upper.log(), arb(-1).exp()
    return arb(0).union(value).union(top) if not upper < top else from_zero(value.upper())


def sigmoid(x: arb) -> arb:
    """1/(1 + exp(-x)), without overflow."""
    if is_infinite(x):
        return arb(1) if x > 0 else arb(0)
    if x < 0:
        grown = exp(x)
        return grown / (1 + grown)
    y = 1 / (1 + exp(-x))
    return y if y.is_finite() else hull(sigmoid, x) if x.is_finite() and not x.is_exact() else y


def softplus(x: arb, beta: arb | None = None) -> arb:
    """log(1 + exp(beta*x))/beta, without overflow."""
    if beta is not None:
        return div(softplus(beta * x), beta)
    if is_infinite(x):
        return arb.pos_inf() if x > 0 else arb(0)
    return maximum(x, arb(0)) + exp(-absolute(x)).log1p()


def logsigmoid(x: arb) -> arb:
    """log(1/(1 + exp(-x))), without overflow."""
    return -softplus(-x)


def logaddexp(x: arb, y: arb) -> arb:
    """log(exp(x) + exp(y)), without overflow."""
    return maximum(x, y) + exp(-absolute(x - y)).log1p()
