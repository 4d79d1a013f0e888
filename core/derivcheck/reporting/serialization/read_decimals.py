"""Reads exact numbers and enclosures back from their decimal texts."""

from __future__ import annotations

import decimal
import re
from fractions import Fraction
from functools import lru_cache

from derivcheck.numbers import Dyadic, Enclosure

_DECIMAL = re.compile(r"(?P<sign>-?)(?P<whole>\d+)(?:\.(?P<part>\d+))?(?:e(?P<exponent>-?\d+))?", re.ASCII)

_BITS = 448
"""Bits for a number that is not dyadic: more than the 80 + 40 digits that Dyadic.decimal computes with."""

_RADIUS_BITS = 64
_POWERS_OF_TEN = 20_000
"""Up to this exponent, a power of ten is computed as a whole number."""


@lru_cache(maxsize=16)
def read_enclosure(value: str, radius: str) -> Enclosure:
    """Return the enclosure whose `exact_decimal` and `radius` are these texts.

    The last ones are kept: SymPy's number and the truth of a claim mostly stand beside the truth with the same texts.

    Raises:
        ValueError: where one of the texts is no decimal number.

    Example:
        >>> third = read_enclosure("0.3333333333333333333333333", "1.3e-40")
        >>> third.exact_decimal(), third.radius()
        ('0.3333333333333333333333333', '1.3e-40')
    """
    return Enclosure(_dyadic(value, _BITS), _dyadic(radius, _RADIUS_BITS))


def read_rounded(text: str) -> Enclosure:
    """Return an enclosure of the number that `exact_decimal` wrote, where the radius is not known.

    It is exact if the text shows an exact number; else its radius is one unit of the last digit.
    """
    middle = _dyadic(text, _BITS)
    _, digits, exponent = _parts(text)
    known = len(str(digits)) > _ROUNDED or (middle.is_moderate and middle.fraction() == Fraction(text))
    if known and middle.decimal(_ALL) == text:
        return Enclosure(middle, Dyadic(0, 0))
    return Enclosure(middle, _dyadic(f"1e{exponent}", _RADIUS_BITS))


def read_enclosing(text: str) -> Enclosure:
    """Return an enclosure that holds the number of which `exact_decimal` wrote the text, wherever it was cut.

    Example:
        >>> read_enclosing("0.3333333333333333333333333").radius()
        '2e-25'
    """
    _, digits, exponent = _parts(text)
    figures = len(str(digits))
    last = exponent + figures - (_ROUNDED if figures <= _ROUNDED else _ALL)
    return Enclosure(_dyadic(text, _BITS), _dyadic(f"2e{last}" if digits else "0", _RADIUS_BITS))


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
    """Return the number itself if it is dyadic, else the nearest number towards zero with `bits` bits."""
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
    """Do the same by way of the logarithm, for powers of ten that are too large to compute."""
    with decimal.localcontext() as context:
        context.Emax, context.Emin = decimal.MAX_EMAX, decimal.MIN_EMIN
        context.prec = bits // 3 + 20 + len(str(exponent))
        two = decimal.Decimal(2)
        power = exponent * (decimal.Decimal(10).ln() / two.ln())
        whole = int(power.to_integral_value(decimal.ROUND_FLOOR))
        mantissa = digits * two ** (power - whole)
        shift = max(0, bits - digits.bit_length())
        return Dyadic(sign * int(mantissa * two**shift), whole - shift)
