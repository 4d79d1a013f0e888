"""Numbers of a floating-point format in decimal: the shortest that read back, and enough to tell two apart."""

from __future__ import annotations

import math
from fractions import Fraction

from derivcheck.model import Coordinate, DType, Dyadic

_FIGURES = 15
_MOST_FIGURES = 60


def shortest(value: float, dtype: DType) -> str:
    """The fewest digits that round to `value` in its own format, as Python's `repr` has them for float64.

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
    """The number that the dtype holds, with at least 15 digits and as many as it takes to differ from the typed one.

    Example:
        >>> rounded_text(Coordinate("0.1", Fraction(1, 10), Fraction(0.1)))
        '0.10000000000000001'
    """
    exact = coordinate.exact
    number = Dyadic(exact.numerator, 1 - exact.denominator.bit_length())
    texts = (number.decimal(figures) for figures in range(_FIGURES, _MOST_FIGURES))
    return next((text for text in texts if Fraction(text) != coordinate.typed), number.decimal(_MOST_FIGURES))
