"""Exact arithmetic on truths: times an upstream gradient, added up along several arguments, as a Fraction."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction

from derivcheck.model import Evidence, Kind, Side, Truth
from derivcheck.numbers import Dyadic, Enclosure


def scale(truth: Truth, factor: Fraction) -> Truth:
    """Multiply a truth by a dyadic number, exactly."""
    if factor == 1:
        return truth
    return replace(
        truth,
        value=None if truth.value is None else _times(truth.value, factor),
        left=_side_times(truth.left, factor),
        right=_side_times(truth.right, factor),
    )


def add_up(truths: Iterable[Truth]) -> Truth | None:
    """Add up truths that are numbers, exactly; None where one is no number. The sum is proven where all of them are."""
    mid, rad = Fraction(0), Fraction(0)
    terms = list(truths)
    for truth in terms:
        if truth.kind is not Kind.VALUE or truth.value is None:
            return None
        if not (truth.value.mid.is_moderate and truth.value.rad.is_moderate):
            return None
        mid, rad = mid + truth.value.mid.fraction(), rad + truth.value.rad.fraction()
    if abs(mid) <= rad:  # as everywhere, an enclosure that contains 0 is centred there
        mid, rad = Fraction(0), rad + abs(mid)
    shown = any(truth.evidence is Evidence.SHOWN for truth in terms)
    return Truth(
        Kind.VALUE,
        Enclosure(_dyadic(mid), _dyadic(rad)),
        evidence=Evidence.SHOWN if shown else Evidence.PROVEN,
        swings=any(truth.swings for truth in terms),
    )


def as_fraction(number: Dyadic) -> Fraction:
    """A number as a Fraction, 0 where it is astronomically small; OverflowError where it is astronomically large."""
    return Fraction(0) if not number.is_moderate and number.magnitude < 0 else number.fraction()


def as_float(number: Dyadic) -> float:
    """A number as a float, infinite where it is larger than all of them."""
    try:
        return float(as_fraction(number))
    except OverflowError:
        return math.copysign(math.inf, number.man)


def _dyadic(value: Fraction) -> Dyadic:
    return Dyadic(value.numerator, 1 - value.denominator.bit_length())


def _times(enclosure: Enclosure, factor: Fraction) -> Enclosure:
    shift = 1 - factor.denominator.bit_length()
    mid, rad = enclosure.mid, enclosure.rad
    return Enclosure(
        Dyadic(mid.man * factor.numerator, mid.exp + shift), Dyadic(rad.man * abs(factor.numerator), rad.exp + shift)
    )


def _side_times(side: Enclosure | Side | None, factor: Fraction) -> Enclosure | Side | None:
    if isinstance(side, Enclosure):
        return _times(side, factor)
    if factor < 0 and side in (Side.POSITIVE_INFINITY, Side.NEGATIVE_INFINITY):
        return Side.NEGATIVE_INFINITY if side is Side.POSITIVE_INFINITY else Side.POSITIVE_INFINITY
    return side
