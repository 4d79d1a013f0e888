"""The floating-point formats: how precise they are, and which numbers they hold."""

from __future__ import annotations

import math
from enum import Enum
from fractions import Fraction

from derivcheck.numbers.dyadic import dyadic_fraction


def magnitude(x: Fraction) -> int:
    """e such that 2**(e-1) <= |x| < 2**e, of a number other than 0."""
    size, denominator = abs(x.numerator), x.denominator
    exponent = size.bit_length() - denominator.bit_length()
    return exponent + (size << max(-exponent, 0) >= denominator << max(exponent, 0))


class DType(Enum):
    """A floating-point format: name, bits of precision (the hidden one included), and exponent range.

    A finite nonzero number is m * 2**e with |m| < 2**precision; `max_exponent` and `min_exponent` are those of the
    largest and of the smallest normal number, 2**min_exponent <= |x| < 2**(max_exponent + 1).
    Source: IEEE 754-2019 table 3.5; bfloat16 as in torch.finfo.
    """

    FLOAT64 = ("float64", 53, 1023, -1022)
    FLOAT32 = ("float32", 24, 127, -126)
    FLOAT16 = ("float16", 11, 15, -14)
    BFLOAT16 = ("bfloat16", 8, 127, -126)

    def __init__(self, label: str, precision: int, max_exponent: int, min_exponent: int) -> None:
        self.label = label
        self.precision = precision
        self.max_exponent = max_exponent
        self.min_exponent = min_exponent
        self.unit_roundoff = 2.0**-precision
        """u = 2**-precision: the largest relative error of one rounding to nearest."""
        self.digits = precision * math.log10(2)
        """How many decimal digits the format carries: -log10 of the unit roundoff."""
        self.smallest_subnormal = dyadic_fraction(1, min_exponent - precision + 1)
        """The smallest positive number of the format."""
        self.largest = dyadic_fraction((1 << precision) - 1, max_exponent - precision + 1)
        """The largest finite number of the format."""

    __hash__ = object.__hash__  # Python's own hash of a member is a call in Python, and tables of formats are many

    def __str__(self) -> str:
        return self.label

    @classmethod
    def named(cls, label: str) -> DType:
        """The format called `label`; ValueError where there is none."""
        for dtype in cls:
            if dtype.label == label:
                return dtype
        raise ValueError(f"no dtype is called {label!r}; there are {', '.join(d.label for d in cls)}")

    def ulp_exponent(self, magnitude: int) -> int:
        """e such that the unit in the last place is 2**e at an x with 2**(magnitude - 1) <= |x| < 2**magnitude."""
        return min(max(magnitude - 1, self.min_exponent), self.max_exponent) - self.precision + 1

    def ulp(self, x: Fraction) -> Fraction:
        """The unit in the last place at x: the gap between neighbouring numbers of the format there."""
        return dyadic_fraction(1, self.ulp_exponent(magnitude(x))) if x else self.smallest_subnormal

    def nearest(self, x: Fraction) -> Fraction | None:
        """x rounded to the format, ties to even; None where it overflows."""
        if not x:
            return Fraction(0)
        if self is DType.FLOAT64:  # Python divides whole numbers so: rounded once to nearest, ties to even
            try:
                return Fraction(*(x.numerator / x.denominator).as_integer_ratio())
            except OverflowError:
                return None
        exponent = self.ulp_exponent(magnitude(x))
        denominator = x.denominator << max(exponent, 0)
        units, rest = divmod(x.numerator << max(-exponent, 0), denominator)
        rounded = dyadic_fraction(units + (2 * rest + units % 2 > denominator), exponent)
        return rounded if abs(rounded) <= self.largest else None
