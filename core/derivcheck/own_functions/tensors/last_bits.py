"""Numbers that are right but for their last bits: most are, and to measure what rounding explains takes far longer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

from derivcheck.model import Truth
from derivcheck.numbers import Dyadic
from derivcheck.own_functions.tensors.place import Place


def are_off_in_last_bits(
    place: Place, truths: Sequence[Truth], numbers: Sequence[float], ulps: int, sizes: Sequence[float] = ()
) -> bool:
    """Whether all numbers are right but for their last bits.

    Args:
        place: where.
        truths: what is true of each number.
        numbers: what torch returned.
        ulps: how many ulps of the largest of 1, the point's numbers, the true ones and `sizes` each may be off.
        sizes: further numbers, of which the true ones are made.
    """
    true = [truth.value.mid for truth in truths if truth.value is not None]
    if len(true) < len(truths) or not all(map(math.isfinite, numbers)):
        return False
    true = [one if one.is_moderate or one.magnitude > 0 else _NOTHING for one in true]
    if not all(one.is_moderate for one in true):
        return False
    largest = max(true, key=_magnitude, default=_NOTHING)
    size = max(Fraction(1), place.largest, abs(largest.fraction()), *map(Fraction, sizes))
    room = ulps * place.subject.dtype.ulp(size)
    return all(_is_within(number, one, room) for number, one in zip(numbers, true, strict=True))


_NOTHING = Dyadic(0, 0)


def _magnitude(number: Dyadic) -> int:
    """What orders numbers up to a power of 2, which is all that an ulp depends on."""
    return number.magnitude


def _is_within(number: float, true: Dyadic, room: Fraction) -> bool:
    """Whether a number is no farther from the true one than a dyadic number; whole numbers tell, and no Fraction does.

    All three are whole numbers in units of the smallest power of 2 among theirs.
    """
    numerator, denominator = number.as_integer_ratio()
    ours, allowed = 1 - denominator.bit_length(), 1 - room.denominator.bit_length()
    unit = min(ours, allowed, true.exp)
    apart = (numerator << (ours - unit)) - (true.man << (true.exp - unit))
    return abs(apart) <= room.numerator << (allowed - unit)
