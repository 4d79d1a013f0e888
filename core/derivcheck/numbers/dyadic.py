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


@dataclass(slots=True, unsafe_hash=True, init=False)  # not frozen: thousands are made, each in a third of the time
class Dyadic:
    """The exact number man * 2**exp, of any magnitude: exp(10**6) is one, and no float. It never changes."""

    man: int
    exp: int

    #: Exponents within which a Dyadic may be spelled out as a Fraction.
    _FRACTION_RANGE = 20_000

    def __init__(self, man: int, exp: int) -> None:
        self.man = man
        self.exp = exp if man else 0

    @property
    def magnitude(self) -> int:
        """e such that 2**(e-1) <= |x| < 2**e; a very small number for 0."""
        return self.man.bit_length() + self.exp if self.man else -(10**18)

    @property
    def is_moderate(self) -> bool:
        """Whether the number is 0 or neither astronomically large nor small, so that a Fraction of it is cheap."""
        return self.man == 0 or -self._FRACTION_RANGE <= self.man.bit_length() + self.exp <= self._FRACTION_RANGE

    def fraction(self) -> Fraction:
        """The number as a Fraction; OverflowError unless `is_moderate`."""
        if not self.is_moderate:
            raise OverflowError(f"2**{self.magnitude} is no number to spell out")
        return dyadic_fraction(self.man, self.exp)

    def decimal(self, digits: int, *, rounding: str = decimal.ROUND_HALF_EVEN) -> str:
        """The number in decimal with at most `digits` significant digits, scientific where that is shorter."""
        man = self.man
        if self.is_moderate:
            figures = _rounded(abs(man), self.exp, digits, up=rounding == decimal.ROUND_UP)
            if figures is not None:
                return ("-" if man < 0 else "") + positional_or_scientific(*figures, digits)
        elif abs(self.exp) > _DECIMAL_EXPONENTS:
            return self._decimal_of_astronomical(digits, rounding)
        return self._decimal_of_any(digits, rounding)

    def _decimal_of_any(self, digits: int, rounding: str) -> str:
        """Write the number by way of one with 40 digits more."""
        with decimal.localcontext() as context:
            context.Emax, context.Emin = decimal.MAX_EMAX, decimal.MIN_EMIN
            context.prec = digits + 40
            exact = decimal.Decimal(self.man) * decimal.Decimal(2) ** self.exp
            context.prec = digits
            context.rounding = rounding
            number = +exact
        if number == 0:
            return "0"
        sign, figures, exponent = number.as_tuple()
        assert isinstance(exponent, int)
        return ("-" if sign else "") + positional_or_scientific("".join(map(str, figures)), exponent, digits)

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


def _rounded(man: int, exp: int, digits: int, *, up: bool) -> tuple[str, int] | None:
    """The number man * 2**exp as figures * 10**exponent of so many digits, rounded up or to the nearest.

    None where it is so near to a number at which the rounding changes that more digits have to decide; so is 0.
    """
    if not man:
        return None
    exponent = floor(log10(man) + exp * _LOG10_OF_2) - digits + 1
    while True:
        top, bottom = (man * 10**-exponent, 1) if exponent < 0 else (man, 10**exponent)
        if exp < 0:
            bottom <<= -exp
        else:
            top <<= exp
        figures, rest = divmod(top, bottom)
        if 10 ** (digits - 1) <= figures < 10**digits:
            break
        exponent += 1 if figures >= 10**digits else -1  # the logarithm was rounded
    share = (rest << _SHARE_BITS) // bottom
    if _NEAR < share < _HALF - _NEAR:
        return str(figures + up), exponent
    if _HALF + _NEAR < share < 2 * _HALF - _NEAR:
        return str(figures + 1), exponent
    return None


_SHARE_BITS = 96
_HALF = 1 << (_SHARE_BITS - 1)
_NEAR = 1 << 8
_LOG10_OF_2 = log10(2)

_DECIMAL_EXPONENTS = 10**17
"""Powers of 2 with a larger exponent do not fit the module `decimal`, whose exponents end at 10**18."""
