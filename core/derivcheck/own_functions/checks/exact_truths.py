"""Exact arithmetic on truths: times an upstream gradient, added up along several arguments, as a Fraction."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import repeat

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


def add_up(truths: Iterable[Truth], factors: Iterable[Fraction] | None = None) -> Truth | None:
    """Add up truths that are numbers, exactly; None where one is no number. The sum is proven where all of them are.

    Args:
        truths: the truths.
        factors: a dyadic number for each, which it is multiplied by; None: 1 for each.
    """
    terms = list(truths)
    mids, rads = list[Dyadic](), list[Dyadic]()
    for truth, factor in zip(terms, repeat(_ONE) if factors is None else factors, strict=factors is not None):
        if truth.kind is not Kind.VALUE or truth.value is None:
            return None
        if truth.value.is_exact_zero:
            continue
        value = truth.value if factor == 1 else _times(truth.value, factor)
        if not (value.mid.is_moderate and value.rad.is_moderate):
            return None
        mids.append(value.mid)
        rads.append(value.rad)
    mid, rad = _total(mids), _total(rads)
    if Enclosure(mid, rad).contains_zero():  # as everywhere, an enclosure that contains 0 is centred there
        mid, rad = Dyadic(0, 0), _total([rad, Dyadic(abs(mid.man), mid.exp)])
    shown = any(truth.evidence is Evidence.SHOWN for truth in terms)
    return Truth(
        Kind.VALUE,
        Enclosure(mid, rad),
        evidence=Evidence.SHOWN if shown else Evidence.PROVEN,
        swings=any(truth.swings for truth in terms),
    )


_ONE = Fraction(1)


def _total(numbers: Sequence[Dyadic]) -> Dyadic:
    """The exact sum, in lowest terms."""
    least = min((number.exp for number in numbers if number.man), default=0)
    total = sum(number.man << (number.exp - least) for number in numbers if number.man)
    if least >= 0 or not total:
        return Dyadic(total << least if total else 0, 0)
    spare = min((total & -total).bit_length() - 1, -least)
    return Dyadic(total >> spare, least + spare)


def as_fraction(number: Dyadic) -> Fraction:
    """A number as a Fraction, 0 where it is astronomically small; OverflowError where it is astronomically large."""
    return Fraction(0) if not number.is_moderate and number.magnitude < 0 else number.fraction()


def as_float(number: Dyadic) -> float:
    """A number as a float, infinite where it is larger than all of them."""
    try:
        return float(as_fraction(number))
    except OverflowError:
        return math.copysign(math.inf, number.man)


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
