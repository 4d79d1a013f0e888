"""Proven intervals around exact numbers."""

from __future__ import annotations

import decimal
from dataclasses import dataclass

from derivcheck.numbers.dyadic import Dyadic


@dataclass(slots=True, unsafe_hash=True)  # not frozen: thousands are made, each in a third of the time
class Enclosure:
    """A proven interval [mid - rad, mid + rad] around an exact number. It never changes."""

    mid: Dyadic
    rad: Dyadic

    @property
    def is_exact(self) -> bool:
        """Whether the number is known exactly."""
        return self.rad.man == 0

    @property
    def is_exact_zero(self) -> bool:
        """Whether the number is proven to be 0."""
        return self.is_exact and self.mid.man == 0

    def contains_zero(self) -> bool:
        """Whether 0 lies in the interval."""
        if self.mid.man == 0 or self.rad.man == 0:
            return self.mid.man == 0
        if self.mid.magnitude > self.rad.magnitude:
            return False
        if self.mid.magnitude < self.rad.magnitude:
            return True
        shift = min(self.mid.exp, self.rad.exp)
        return abs(self.mid.man) << (self.mid.exp - shift) <= self.rad.man << (self.rad.exp - shift)

    def decimal(self, digits: int = 25) -> str:
        """The number in decimal, to at most `digits` significant digits."""
        return self.mid.decimal(digits)

    def exact_decimal(self) -> str:
        """The number in decimal: all of it where it is exact, as far as 80 digits go, else 25 significant digits."""
        return self.mid.decimal(80 if self.is_exact else 25)

    def radius(self) -> str:
        """The radius in decimal, rounded up to two digits."""
        return self.rad.decimal(2, rounding=decimal.ROUND_UP)
