"""The ball kernels of arithmetic."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import wraps

from flint import arb

from derivcheck.balls.ball import is_infinite
from derivcheck.balls.kernels.domain import ZERO_DIVISION, OutOfDomain
from derivcheck.balls.kernels.enclosing import from_zero, unknown

_MAX_WRITTEN_POWER = 10**6
"""Integer exponents up to this size are multiplied out; beyond, exp(n log x) costs less and loses 20 bits."""

_ROUGH = 20
"""Relative accuracy, in bits, from which on the power of a ball is as narrow as that of its ends."""

_ANY = 2**60
"""Only an exact number, be it an infinity, has a relative accuracy above this one."""

_ONE = arb(1)


def add(x: arb, y: arb) -> arb:
    """x + y."""
    total = x + y
    if total.is_nan() and is_infinite(x) and is_infinite(y):
        raise OutOfDomain("infinity minus infinity")
    return total


def sub(x: arb, y: arb) -> arb:
    """x - y."""
    rest = x + -y
    if rest.is_nan() and is_infinite(x) and is_infinite(y):
        raise OutOfDomain("infinity minus infinity")
    return rest


def mul(x: arb, y: arb) -> arb:
    """x*y."""
    product = x * y
    if product.is_nan() and ((x.is_zero() and is_infinite(y)) or (y.is_zero() and is_infinite(x))):
        raise OutOfDomain("zero times infinity")
    return product


def div(x: arb, y: arb) -> arb:
    """x/y."""
    quotient = x / y
    if quotient.is_nan():
        if y.is_zero():
            raise OutOfDomain("zero divided by zero" if x.is_zero() else ZERO_DIVISION)
        if is_infinite(x) and is_infinite(y):
            raise OutOfDomain("infinity divided by infinity")
    return quotient


def neg(x: arb) -> arb:
    """-x."""
    return -x


def power(x: arb, y: arb) -> arb:
    """x**y, where 0**0 is 1 and a negative base has integer exponents only."""
    if x.is_nan() or y.is_nan():
        return unknown()
    if y.is_exact() and y.is_integer():
        return _integer_power(x, y)
    if x > 0:
        return x**y
    if x.is_zero():
        if y > 0:
            return arb(0)
        if y < 0:
            raise OutOfDomain(ZERO_DIVISION)
        return unknown()
    if x < 0 and not y.contains_integer():
        raise OutOfDomain("a noninteger power of a negative number")
    if x >= 0 and y > 0:
        upper = x.upper()
        return from_zero(arb.max(upper ** y.lower(), upper ** y.upper()).upper())
    return unknown()


def _integer_power(x: arb, y: arb) -> arb:
    """x**y for an exact integer y."""
    if y.is_zero():
        return arb(1)
    if y < 0:
        if x.is_zero():
            raise OutOfDomain(ZERO_DIVISION)
        return 1 / _integer_power(x, -y)
    if is_infinite(x):
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
        return unknown()
    if even:
        return from_zero(_integer_power(x.abs_upper(), y).upper())
    return _integer_power(x.lower(), y).union(_integer_power(x.upper(), y))


def power_to(exponent: Fraction) -> Callable[[arb, arb], arb]:
    """`power` for an exponent that is known beforehand, with less to find out each time."""
    if exponent.denominator != 1:
        return _power_to_no_integer
    if not 0 < abs(exponent) <= _MAX_WRITTEN_POWER:
        return power
    times, odd, inverse = arb(abs(exponent.numerator)), exponent.numerator % 2 == 1, exponent < 0

    @wraps(power)
    def power_to_integer(x: arb, y: arb) -> arb:
        accuracy = x.rel_accuracy_bits()
        if accuracy <= _ROUGH or (accuracy > _ANY and (x.is_zero() or not x.is_finite())):
            return power(x, y)
        raised = abs(x) ** times
        if odd and x < 0:
            raised = -raised
        return _ONE / raised if inverse else raised

    return power_to_integer


@wraps(power)
def _power_to_no_integer(x: arb, y: arb) -> arb:
    return x**y if x > 0 else power(x, y)
