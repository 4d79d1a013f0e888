"""Decimal text read back into the exact numbers and enclosures that it was written from."""

from __future__ import annotations

import decimal
import re
from fractions import Fraction

from derivcheck.numbers import Dyadic, Enclosure

_DECIMAL = re.compile(r"(?P<sign>-?)(?P<whole>\d+)(?:\.(?P<part>\d+))?(?:e(?P<exponent>-?\d+))?", re.ASCII)

_BITS = 448
"""Bits of a number that is no dyadic one: more than the 80 + 40 digits with which Dyadic.decimal works."""

_RADIUS_BITS = 64
_POWERS_OF_TEN = 20_000
"""Exponents within which a power of ten may be spelled out."""


def read_enclosure(value: str, radius: str) -> Enclosure:
    """The enclosure that `exact_decimal` and `radius` write so; it writes the same again.

    Raises:
        ValueError: where one of the texts is no decimal number.

    Example:
        >>> third = read_enclosure("0.3333333333333333333333333", "1.3e-40")
        >>> third.exact_decimal(), third.radius()
        ('0.3333333333333333333333333', '1.3e-40')
    """
    return Enclosure(_dyadic(value, _BITS), _dyadic(radius, _RADIUS_BITS))


def read_rounded(text: str) -> Enclosure:
    """The enclosure of a number that `exact_decimal` writes so, where the radius is not known.

    It is exact where an exact number is written so; else it is as wide as the last digit.
    """
    middle = _dyadic(text, _BITS)
    _, digits, exponent = _parts(text)
    known = len(str(digits)) > _ROUNDED or (middle.is_moderate and middle.fraction() == Fraction(text))
    if known and middle.decimal(_ALL) == text:
        return Enclosure(middle, Dyadic(0, 0))
    return Enclosure(middle, _dyadic(f"1e{exponent}", _RADIUS_BITS))


_ROUNDED, _ALL = 25, 80
"""The digits of a number that is not known exactly, and the most of one that is."""


def _parts(text: str) -> tuple[int, int, int]:
    """The sign, the significant digits and the exponent of ten, so that the number is sign * digits * 10**exponent."""
    found = _DECIMAL.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no decimal number")
    part = found["part"] or ""
    figures, exponent = (found["whole"] + part).lstrip("0") or "0", int(found["exponent"] or 0) - len(part)
    return -1 if found["sign"] else 1, int(figures), exponent


def _dyadic(text: str, bits: int) -> Dyadic:
    """The number itself where it is a dyadic one, else the one with so many bits next to it towards zero."""
    sign, digits, exponent = _parts(text)
    if digits == 0:
        return Dyadic(0, 0)
    if abs(exponent) > _POWERS_OF_TEN:
        return _astronomical(sign, digits, exponent, bits)
    if exponent >= 0:
        return Dyadic(sign * digits * 10**exponent, 0)
    divisor = 5**-exponent
    if digits % divisor == 0:
        return Dyadic(sign * (digits // divisor), exponent)
    shift = max(0, bits + divisor.bit_length() - digits.bit_length())
    return Dyadic(sign * ((digits << shift) // divisor), exponent - shift)


def _astronomical(sign: int, digits: int, exponent: int, bits: int) -> Dyadic:
    """The same by way of the logarithm, for powers of ten that are no numbers to spell out."""
    with decimal.localcontext() as context:
        context.Emax, context.Emin = decimal.MAX_EMAX, decimal.MIN_EMIN
        context.prec = bits // 3 + 20 + len(str(exponent))
        two = decimal.Decimal(2)
        power = exponent * (decimal.Decimal(10).ln() / two.ln())
        whole = int(power.to_integral_value(decimal.ROUND_FLOOR))
        mantissa = digits * two ** (power - whole)
        shift = max(0, bits - digits.bit_length())
        return Dyadic(sign * int(mantissa * two**shift), whole - shift)
