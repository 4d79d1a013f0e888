"""How far a number is from an enclosure: absolutely, relatively, in ulps and in digits."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from derivcheck.model import Gradient
from derivcheck.numbers import DType, Dyadic, Enclosure, dyadic_fraction

ZERO = Enclosure(Dyadic(0, 0), Dyadic(0, 0))
"""The number 0 itself."""


@dataclass(frozen=True, slots=True)
class Error:
    """How far a number is from an enclosure: absolutely, relatively (None at a true 0), in ulps, and digits right."""

    absolute: Fraction
    relative: float | None
    ulps: float
    digits: float


def error_of(number: float | Fraction, exact: Enclosure, dtype: DType) -> Error:
    """The distance of a number, that of a float, from the nearest point of an enclosure."""
    distance, unit, relative, ulps, digits = measure(number.as_integer_ratio(), exact, dtype)
    return Error(dyadic_fraction(distance, unit), relative, ulps, digits)


def measure(number: tuple[int, int], exact: Enclosure, dtype: DType) -> tuple[int, int, float | None, float, float]:
    """Measure that distance: it is so many times 2**unit; then what an `Error` has besides.

    All of these are whole multiples of one power of 2: whole numbers are faster than fractions, and as exact.

    Args:
        number: the numerator and the denominator of the number.
        exact: the enclosure.
        dtype: the format.
    """
    mid, rad = exact.mid, exact.rad if exact.rad.is_moderate else ZERO.rad
    own = 1 - number[1].bit_length()
    unit = min(own, mid.exp, rad.exp)
    middle = mid.man << (mid.exp - unit)
    distance = max(0, abs((number[0] << (own - unit)) - middle) - (rad.man << (rad.exp - unit)))
    in_ulps = unit - dtype.ulp_exponent(mid.magnitude)
    ulps = _quotient(distance << max(in_ulps, 0), 1 << max(-in_ulps, 0))
    relative = _quotient(distance, abs(middle)) if middle else None
    if distance == 0:
        digits = dtype.digits
    elif relative is None or relative >= 1:
        digits = 0.0
    else:
        digits = min(dtype.digits, -math.log10(relative)) if relative > 0 else dtype.digits
    return distance, unit, relative, ulps, digits


def count_digits_at_zero(error: Error, value: Gradient | None, dtype: DType) -> float:
    """How many digits are right where the true number is 0: those of 1, or of the function's value if that is larger.

    No digit of a 0 is ever right but for 0 itself, and 1e-16 is what honest rounding leaves of 1 - 1.
    """
    size = 1.0 if value is None or value.value is None or not math.isfinite(value.value) else max(1.0, abs(value.value))
    relative = as_float(error.absolute) / size
    return dtype.digits if relative == 0 else max(0.0, min(dtype.digits, -math.log10(relative)))


def float_of(man: int, exp: int) -> float:
    """The float64 nearest to man * 2**exp; infinite where there is none."""
    return _quotient(man << max(exp, 0), 1 << max(-exp, 0))


def _quotient(numerator: int, denominator: int) -> float:
    try:
        return numerator / denominator
    except OverflowError:
        return math.inf


def vanishes(exact: Enclosure, number: float, dtype: DType) -> bool:
    """Whether the truth is below the smallest subnormal, for which 0 and the smallest subnormal are both right."""
    return abs(exact.mid.fraction()) < dtype.smallest_subnormal and abs(number) <= float(dtype.smallest_subnormal)


def are_subnormal(exact: Enclosure, gradient: Gradient) -> bool:
    """Whether the true number and torch's are below the smallest normal one, where kernels may flush to 0."""
    smallest = Fraction(2) ** gradient.dtype.min_exponent
    assert gradient.value is not None
    if not exact.mid.is_moderate:
        return False
    return 0 < abs(exact.mid.fraction()) < smallest and abs(gradient.value) < smallest


def is_beyond(exact: Enclosure, dtype: DType) -> bool:
    """Whether a number is beyond the largest of the format."""
    return exact.mid.magnitude > dtype.max_exponent and abs(exact.mid.fraction()) > dtype.largest


def clamp(exact: Enclosure, dtype: DType) -> Fraction:
    """A number beyond the largest of the format, as the largest."""
    return dtype.largest if exact.mid.man > 0 else -dtype.largest


def as_float(value: Fraction) -> float:
    """The nearest float64; infinite where there is none."""
    return _quotient(value.numerator, value.denominator)
