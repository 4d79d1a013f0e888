"""Numbers of a floating-point format as decimal texts, as short as their purpose allows."""

from __future__ import annotations

import math
import re
from fractions import Fraction

from derivcheck.model import Coordinate
from derivcheck.numbers import DType, Dyadic

_FIGURES = 15
_NUMBER = re.compile(r"(?P<sign>-?)(?P<whole>\d+)(?:\.(?P<part>\d+))?(?P<power>e[+-]?\d+)?")
_MOST_FIGURES = 60
_LEAST_DECIMALS = 2
"""Decimals that a shortened number keeps."""

LEAST_IN_A_LIST = 8
"""The columns that a number of a list may be shortened to."""

_LONGEST = 25
"""More columns than the longest number of a list takes: -2.2250738585072014e-308."""

_IN_A_LIST = re.compile(r"[^\[\], ]+")


def shortest(value: float, dtype: DType) -> str:
    """Return the shortest text that reads back as `value` in its own format, as Python's `repr` does for float64.

    Example:
        >>> shortest(0.10000000149011612, DType.FLOAT32)
        '0.1'
    """
    if dtype is DType.FLOAT64 or value == 0 or not math.isfinite(value):
        return repr(value)
    exact = Fraction(value)
    for figures in range(1, 17):
        text = f"{value:.{figures - 1}e}"
        if dtype.nearest(Fraction(text)) == exact:
            return repr(float(text))
    return repr(value)


def rounded_text(coordinate: Coordinate) -> str:
    """Return the number that the dtype holds, in enough digits to differ from the typed one, and at least 15.

    Example:
        >>> rounded_text(Coordinate("0.1", Fraction(1, 10), Fraction(0.1)))
        '0.10000000000000001'
    """
    exact = coordinate.exact
    number = Dyadic(exact.numerator, 1 - exact.denominator.bit_length())
    texts = (number.decimal(figures) for figures in range(_FIGURES, _MOST_FIGURES))
    return next((text for text in texts if Fraction(text) != coordinate.typed), number.decimal(_MOST_FIGURES))


def shorten(text: str, columns: int) -> str:
    """Shorten a number to at most `columns` columns: digits give way to a …, the sign and the magnitude stay.

    A number that cannot be made so short is made as short as possible. What is no number stays as it is. In a list all
    numbers are shortened alike, as far as `LEAST_IN_A_LIST`.

    Example:
        >>> shorten("0.49999999999583333", 10), shorten("-8.333333333277779e-07", 12)
        ('0.4999999…', '-8.3333…e-07')
        >>> shorten("1234567890123456.0", 9)
        '1.23…e+15'
        >>> shorten("[0.25, 0.49999999999583333]", 20)
        '[0.25, 0.499999999…]'
    """
    if text.startswith("["):
        return _shorten_list(text, columns)
    found = _NUMBER.fullmatch(text)
    if len(text) <= columns or found is None:
        return text
    sign, whole, part, power = found["sign"], found["whole"], found["part"] or "", found["power"] or ""
    leading = len(sign) + len(whole) + 1
    if not power and leading + _LEAST_DECIMALS > columns and len(whole) > 1:
        whole, part, power = whole[0], whole[1:] + part, f"e+{len(whole) - 1:02}"
        leading = len(sign) + 2
    room = max(_LEAST_DECIMALS, columns - leading - len("…") - len(power))
    shown = f"{sign}{whole}.{part[:room]}…{power}"
    return shown if len(shown) < len(text) else text


def _shorten_list(text: str, columns: int) -> str:
    shown = text
    for most in range(min(len(text), _LONGEST), LEAST_IN_A_LIST - 1, -1):
        if len(shown) <= columns:
            break
        shown = _IN_A_LIST.sub(lambda found, most=most: shorten(found[0], most), text)  # type: ignore[misc]
    return shown
