"""Truncated power series: of one infinitesimal, with negative exponents, and of two, the first far below the second."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from mpmath import mpf

from fuzzing.taylor import Coefficients, Number, inverse, product

Zero = Callable[[Number], bool]
"""Says whether a coefficient is nothing but rounding."""


class NotAnalyticError(Exception):
    """There is no such series: a root or a logarithm of 0, an exponential of infinity."""


class Series(Protocol):
    """What the evaluator computes with."""

    @property
    def ordered(self) -> Coefficients:
        """The coefficients, that of the largest infinitesimal first."""

    @property
    def head(self) -> Number:
        """The constant term."""

    @property
    def is_constant(self) -> bool:
        """Whether nothing but the constant term is there."""

    def plus(self, other: Series) -> Series:
        """The sum."""

    def times(self, other: Series) -> Series:
        """The product."""

    def scaled(self, factor: Number) -> Series:
        """The product with a number."""

    def inverted(self, zero: Zero) -> Series:
        """One over it."""

    def regular(self, zero: Zero) -> Series:
        """The same without negative exponents; NotAnalyticError where there are any."""

    def composed(self, outer: Callable[[Number, int], Coefficients]) -> Series:
        """A function of it, given the function's Taylor coefficients; it has to be regular."""

    def constant(self, number: Number) -> Series:
        """A constant of the same kind."""


@dataclass(frozen=True, slots=True)
class Laurent:
    """t**lowest times a power series of t."""

    lowest: int
    coefficients: Coefficients

    @property
    def ordered(self) -> Coefficients:
        """From the lowest exponent up."""
        return self.coefficients

    @property
    def head(self) -> Number:
        """The coefficient of t**0."""
        return self.at(0)

    def at(self, exponent: int) -> Number:
        """The coefficient of a power; IndexError where it is not known."""
        if exponent < self.lowest:
            return mpf(0)
        return self.coefficients[exponent - self.lowest]

    @property
    def is_constant(self) -> bool:
        """Whether every other coefficient is exactly 0."""
        return self.lowest == 0 and not any(self.coefficients[1:])

    def constant(self, number: Number) -> Laurent:
        """A constant, as far as this is known."""
        return Laurent(0, [mpf(number), *[mpf(0)] * (max(1, self.lowest + len(self.coefficients)) - 1)])

    def plus(self, other: Series) -> Laurent:
        """The sum, as far as both are known."""
        assert isinstance(other, Laurent)
        lowest = min(self.lowest, other.lowest)
        end = min(self.lowest + len(self.coefficients), other.lowest + len(other.coefficients))
        return Laurent(lowest, [self.at(k) + other.at(k) for k in range(lowest, end)])

    def times(self, other: Series) -> Laurent:
        """The product."""
        assert isinstance(other, Laurent)
        return Laurent(self.lowest + other.lowest, product(self.coefficients, other.coefficients))

    def scaled(self, factor: Number) -> Laurent:
        """The product with a number."""
        return Laurent(self.lowest, [factor * c for c in self.coefficients])

    def inverted(self, zero: Zero) -> Laurent:
        """One over it: its first coefficient that is not 0 counts."""
        for k, c in enumerate(self.coefficients):
            if not zero(c):
                return Laurent(-(self.lowest + k), inverse(self.coefficients[k:]))
        raise NotAnalyticError("one over what is 0 as far as it is known")

    def regular(self, zero: Zero) -> Laurent:
        """The same from t**0 on."""
        if self.lowest >= 0:
            return Laurent(0, [mpf(0)] * self.lowest + self.coefficients)
        if not all(zero(c) for c in self.coefficients[: -self.lowest]):
            raise NotAnalyticError("infinite")
        if len(self.coefficients) <= -self.lowest:
            raise NotAnalyticError("the constant term is not known")
        return Laurent(0, self.coefficients[-self.lowest :])

    def composed(self, outer: Callable[[Number, int], Coefficients]) -> Laurent:
        """A function of it."""
        n = len(self.coefficients) - 1
        inner = [mpf(0), *self.coefficients[1:]]
        if self.is_constant:
            return self.constant(outer(self.coefficients[0], 0)[0])
        found = [mpf(0)] * (n + 1)
        for c in reversed(outer(self.coefficients[0], n)):
            found = product(found, inner)
            found[0] += c
        return Laurent(0, found)


Monomials = tuple[tuple[int, int], ...]


@lru_cache(maxsize=32)
def _triples(monomials: Monomials) -> tuple[tuple[int, int, int], ...]:
    """Which two coefficients multiply into which."""
    place = {monomial: k for k, monomial in enumerate(monomials)}
    return tuple(
        (i, j, place[one[0] + other[0], one[1] + other[1]])
        for i, one in enumerate(monomials)
        for j, other in enumerate(monomials)
        if (one[0] + other[0], one[1] + other[1]) in place
    )


def monomials(first: int, second: int) -> Monomials:
    """The exponents of two infinitesimals up to these, the first one smaller than any power of the second."""
    return tuple((i, j) for i in range(first + 1) for j in range(second + 1))


@dataclass(frozen=True, slots=True)
class Mixed:
    """A polynomial of two infinitesimals, from whose higher powers nothing is kept."""

    monomials: Monomials
    coefficients: Coefficients

    @property
    def ordered(self) -> Coefficients:
        """As the monomials are."""
        return self.coefficients

    @property
    def head(self) -> Number:
        """The constant term."""
        return self.coefficients[0]

    def at(self, first: int, second: int) -> Number:
        """The coefficient of a monomial."""
        return self.coefficients[self.monomials.index((first, second))]

    @property
    def is_constant(self) -> bool:
        """Whether every other coefficient is exactly 0."""
        return not any(self.coefficients[1:])

    def constant(self, number: Number) -> Mixed:
        """A constant."""
        return Mixed(self.monomials, [mpf(number), *[mpf(0)] * (len(self.monomials) - 1)])

    def plus(self, other: Series) -> Mixed:
        """The sum."""
        assert isinstance(other, Mixed)
        return Mixed(self.monomials, [a + b for a, b in zip(self.coefficients, other.coefficients, strict=True)])

    def times(self, other: Series) -> Mixed:
        """The product."""
        assert isinstance(other, Mixed)
        found = [mpf(0)] * len(self.monomials)
        for i, j, k in _triples(self.monomials):
            if self.coefficients[i] and other.coefficients[j]:
                found[k] += self.coefficients[i] * other.coefficients[j]
        return Mixed(self.monomials, found)

    def scaled(self, factor: Number) -> Mixed:
        """The product with a number."""
        return Mixed(self.monomials, [factor * c for c in self.coefficients])

    def inverted(self, zero: Zero) -> Mixed:
        """One over it; its constant term has to be a number other than 0."""
        if zero(self.head):
            raise NotAnalyticError("one over 0")
        return self.composed(lambda a, n: inverse(([a, mpf(1)] + [mpf(0)] * n)[: n + 1]))

    def regular(self, zero: Zero) -> Mixed:
        """Itself."""
        del zero
        return self

    def composed(self, outer: Callable[[Number, int], Coefficients]) -> Mixed:
        """A function of it."""
        if self.is_constant:
            return self.constant(outer(self.head, 0)[0])
        inner = Mixed(self.monomials, [mpf(0), *self.coefficients[1:]])
        found = self.constant(0)
        for c in reversed(outer(self.head, sum(self.monomials[-1]))):
            found = found.times(inner)
            found.coefficients[0] += c
        return found
