"""Exact numbers of any magnitude: a whole number times a power of 2."""

from __future__ import annotations

import decimal
from dataclasses import dataclass
from fractions import Fraction
from math import floor, log10

from derivcheck.numbers.decimals import positional_or_scientific


def dyadic_fraction(man: int, exp: int) -> Fraction:
    """The number man * 2**exp."""
    return Fraction(man << exp) if exp >= 0 else Fraction(man, 1 << -exp)


@dataclass(frozen=True, slots=True)
class Dyadic:
    """The exact number man * 2**exp, of any magnitude: exp(10**6) is one, and no float."""

    man: int
    exp: int

    #: Exponents within which a Dyadic may be spelled out as a Fraction.
    _FRACTION_RANGE = 20_000

    def __post_init__(self) -> None:
        if self.man == 0 and self.exp != 0:
            object.__setattr__(self, "exp", 0)

    @property
    def magnitude(self) -> int:
        """e such that 2**(e-1) <= |x| < 2**e; a very small number for 0."""
        return self.man.bit_length() + self.exp if self.man else -(10**18)

    @property
    def is_moderate(self) -> bool:
        """Whether the number is 0 or neither astronomically large nor small, so that a Fraction of it is cheap."""
        return self.man == 0 or abs(self.magnitude) <= self._FRACTION_RANGE

    def fraction(self) -> Fraction:
        """The number as a Fraction; OverflowError unless `is_moderate`."""
        if not self.is_moderate:
            raise OverflowError(f"2**{self.magnitude} is no number to spell out")
        return dyadic_fraction(self.man, self.exp)

    def decimal(self, digits: int, *, rounding: str = decimal.ROUND_HALF_EVEN) -> str:
        """The number in decimal with at most `digits` significant digits, scientific where that is shorter."""
        if not self.is_moderate and abs(self.exp) > _DECIMAL_EXPONENTS:
            return self._decimal_of_astronomical(digits, rounding)
        if not self.is_moderate:
            return self._decimal_of_extreme(digits, rounding)
        man = self.man
        if not man:
            return "0"
        figures, exponent = _rounded(abs(man), self.exp, digits, up=rounding == decimal.ROUND_UP)
        return ("-" if man < 0 else "") + positional_or_scientific(str(figures), exponent, digits)

    def _decimal_of_extreme(self, digits: int, rounding: str) -> str:
        """Write a number with thousands of bits before its first one, or behind its last one."""
        with decimal.localcontext() as context:
            context.Emax, context.Emin = decimal.MAX_EMAX, decimal.MIN_EMIN
            context.prec = digits + 40
            exact = decimal.Decimal(self.man) * decimal.Decimal(2) ** self.exp
            context.prec = digits
            context.rounding = rounding
            number = +exact
        figures, exponent = "".join(map(str, number.as_tuple().digits)), int(number.as_tuple().exponent)
        return ("-" if self.man < 0 else "") + positional_or_scientific(figures, exponent, digits)

    def _decimal_of_astronomical(self, digits: int, rounding: str) -> str:
        """Write the number by way of its logarithm: its exponent is too large for `decimal`, as that of exp(1e20)."""
        with decimal.localcontext() as context:
            context.Emax, context.Emin = decimal.MAX_EMAX, decimal.MIN_EMIN
            context.prec = digits + 40 + len(str(self.exp))
            logarithm = decimal.Decimal(abs(self.man)).log10() + self.exp * decimal.Decimal(2).log10()
            leading = int(logarithm.to_integral_value(decimal.ROUND_FLOOR))
            mantissa = 10 ** (logarithm - leading)
            context.prec = digits
            context.rounding = rounding
            number = +mantissa
        figures, exponent = "".join(map(str, number.as_tuple().digits)), int(number.as_tuple().exponent)
        return ("-" if self.man < 0 else "") + positional_or_scientific(figures, exponent + leading, digits)


def _rounded(man: int, exp: int, digits: int, *, up: bool) -> tuple[int, int]:
    """The number man * 2**exp, man > 0, as figures * 10**exponent of so many digits: rounded up, or half to even."""
    exponent = floor((man.bit_length() + exp) * _LOG10_OF_2) - digits  # or 1 more
    while True:
        top, bottom = (man * 10**-exponent, 1) if exponent < 0 else (man, 10**exponent)
        if exp < 0:
            bottom <<= -exp
        else:
            top <<= exp
        figures, rest = divmod(top, bottom)
        if figures < 10**digits:
            break
        exponent += 1
    rest *= 2
    if (rest and up) or rest > bottom or (rest == bottom and figures & 1):
        figures += 1
    return figures, exponent


_LOG10_OF_2 = log10(2)

_DECIMAL_EXPONENTS = 10**17
"""Powers of 2 with a larger exponent do not fit the module `decimal`, whose exponents end at 10**18."""
