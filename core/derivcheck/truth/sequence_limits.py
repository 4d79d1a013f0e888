"""The limits of sequences that are known at a few terms, along steps that tend to 0."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise

from flint import arb

from derivcheck.balls.ball import Ball, Outside, enclosure, exact_ball, precision, to_ball
from derivcheck.model import Side
from derivcheck.numbers import Enclosure

SIZES = (1500, 3000, 6000)
"""The sizes of a one-sided quotient's steps: the smallest positive float64 is 2**-1074. Doubling them tells a number
(constant), a power of h (factor 2**(p*k)) and a power of log h (constant factor) from one another."""

MORE_SIZES = tuple(1500 + 100 * k + 37 * k**2 % 89 for k in range(1, 13))
"""At sizes that are evenly spaced log h is in step with what swings as cos(log h): 100*log(2) is 11.03 periods."""

_FURTHER = 4
_SWING = 16
"""Among those sizes, what swings and tends to 0 falls by this factor from one to the fourth after it: the slowest that
counts as a power of h, by 75 bits from 1500 to 3000, falls by 20 bits."""

_ODD_BITS = 32
_KNUTH = 2654435761
"""2**32 over the golden ratio, which scatters multiples (D. E. Knuth, "The Art of Computer Programming", 6.4)."""


@lru_cache(maxsize=256)
def step_of(size: int) -> Fraction:
    """The step of a size k: between 2**-(k + 1) and 2**-k, and an odd number of 32 bits in units of its last bit.

    At h = 2**-k, x*sin(pi/x) is 0 for every k: powers of 2 see a limit at 0 where there is none. What oscillates as
    1/h or log h does stands at unrelated places at steps whose odd numbers are unrelated.
    """
    odd = _KNUTH * size % 2**_ODD_BITS | 2 ** (_ODD_BITS - 1) | 1
    return Fraction(odd, 2 ** (size + _ODD_BITS))


NARROW_BITS = 80
"""Relative accuracy, in bits, at which a quotient counts as known."""

TINY = arb((1, -1150))
"""Below it every float64 is 0."""


def is_tiny(ball: arb) -> bool:
    """Whether every number in the ball is below what any float can hold."""
    return bool(abs(ball) < TINY)


def is_narrow(ball: arb, bits: int = NARROW_BITS) -> bool:
    """Whether a ball is a number for our purposes: exact, relatively narrow, or tiny."""
    if not ball.is_finite():
        return False
    return ball.is_exact() or ball.rel_accuracy_bits() >= bits or is_tiny(ball)


# --- limits --------------------------------------------------------------------------------------------------------

Limit = Enclosure | Side

_CLOSE = arb((1, -75))
_SMOOTH = arb((1, -400))
"""A sequence that moves by less, relative to its size, does so as a power of h."""

_FAR = arb((1, 60))
_ALIKE = arb((1, -50))
_LOGARITHMIC = arb((1, -20))
_SMALL = arb((1, -90))  # so much of a number near 0 no float64 beside 1 can tell
_POWERS_OF_LOGARITHMS = (0.5, 1, 1.5, 2, 3)
_LEAST = arb((1, -8000))  # no radius is smaller but 0: exp(-2**3000) has an exponent of a thousand digits


def limit(term: Callable[[int], Ball | None], *, swings: bool = False) -> Limit:
    """The limit of a sequence along the steps of the sizes 1500, 3000, 6000.

    Args:
        term: the sequence; an Outside says that it is not defined, None that it could not be computed.
        swings: whether it may come and go, as sign(sin(1/h)) does; what it shows then has to last at more steps.
    """
    found = _limit(term)
    if swings and found is not Side.UNDECIDED and not _lasts(found, [term(size) for size in MORE_SIZES]):
        return Side.UNDECIDED
    return found


def _lasts(found: Limit, terms: Sequence[Ball | None]) -> bool:
    """Whether a dozen terms show a limit as well; those of what takes two values do by a chance of 1 in some hundreds.

    A number is met by all, what tends to 0 does so all the time, and so does 1 over what tends to an infinity.
    """
    if found is Side.DOMAIN:
        return all(isinstance(ball, Outside) for ball in terms)
    numbers = [ball for ball in terms if isinstance(ball, arb)]
    if len(numbers) < len(terms):
        return False
    with precision(4 * NARROW_BITS):
        if isinstance(found, Side):
            return all(_infinity(ball) is found for ball in numbers) and _vanish([1 / abs(ball) for ball in numbers])
        number = to_ball(found)
        if number.contains(0):
            return _vanish([arb(0) if is_tiny(ball) else abs(ball) for ball in numbers])
        return all(abs(ball - number) < abs(number) * _ALIKE for ball in numbers)


def _vanish(sizes: Sequence[arb]) -> bool:
    """Whether the sizes of a dozen terms tend to 0: each is smaller than the last, or all those that follow are."""
    if all(after < before or (before.is_zero() and after.is_zero()) for before, after in pairwise(sizes)):
        return True
    largest = list(itertools.accumulate(reversed(sizes), arb.max))[::-1]  # from each term on
    return all(after <= before / _SWING for before, after in zip(largest, largest[_FURTHER:], strict=False))


def _limit(term: Callable[[int], Ball | None]) -> Limit:
    first = term(SIZES[0])
    if first is None:
        return Side.UNDECIDED
    second = term(SIZES[1])
    if isinstance(first, Outside) and isinstance(second, Outside):
        return Side.DOMAIN
    if second is None or isinstance(first, Outside) or isinstance(second, Outside):
        return Side.UNDECIDED
    with precision(4 * NARROW_BITS):
        if not second.is_finite():
            return _infinity(second)
        difference = abs(second - first)
        if difference <= _CLOSE * abs(second):
            if difference > _SMOOTH * abs(second):
                third = term(SIZES[2])
                if isinstance(third, arb) and _moves_as_a_logarithm(first, second, third):
                    return _infinity(third - second)
            return enclosure(second + arb(0, difference.upper()))
        if is_tiny(second) or abs(second) <= _CLOSE * abs(first):
            return _zero(second, term)
        if abs(second) >= _FAR * abs(first):
            return _infinity(second)
    return _slow_limit(first, second, term(SIZES[2]))


def _zero(second: arb, term: Callable[[int], Ball | None]) -> Limit:
    """The limit of a sequence that tends to 0, give or take its second term; where that is no small number, its third.

    Of 1e300*x*abs(x)**0.06 at 0 the quotients are 2**907, 2**817, 2**637: what falls so from step to step goes on.
    """
    if not abs(second) > _SMALL:
        return enclosure(arb(0, arb.max(abs(second).upper(), _LEAST)))
    third = term(SIZES[2])
    if not isinstance(third, arb) or not abs(third) <= _CLOSE * abs(second):
        return Side.UNDECIDED
    return enclosure(arb(0, TINY))


def _slow_limit(first: arb, second: arb, third: Ball | None) -> Limit:
    """The limit of a sequence that moves like a power of h or of log h, 0 or infinite; anything else is undecided."""
    if third is None or isinstance(third, Outside):
        return Side.UNDECIDED
    with precision(4 * NARROW_BITS):
        exponent = _exponent(first, second, third)
        if exponent is not None:
            return _infinity(third) if exponent < 0 else enclosure(arb(0, TINY))
        before, after = second / first, third / second
        if before > 1.05 and after > 1.05 and abs(after - before) < 0.1 * before:
            return _infinity(third)
        if 0 < before < 0.95 and 0 < after < 0.95 and _falls_as_a_logarithm(first, second, third):
            return enclosure(arb(0, abs(third).upper() * arb((1, -1200))))
        if _moves_as_a_logarithm(first, second, third):
            return _infinity(third - second)
    return Side.UNDECIDED


def _moves_as_a_logarithm(first: arb, second: arb, third: arb) -> bool:
    """Whether terms move as c + a*log(h) does, whatever c is: without end, however slowly.

    The quotients of x*log(x) + 1e30*x at 0 are 1e30 + log(h): beside 1e30 they hardly move, and they tend to -infinity.
    """
    return bool(abs((third - second) / (second - first) - _ratio_of_logarithms()) < _LOGARITHMIC)


def _exponent(first: arb, second: arb, third: arb) -> arb | None:
    """The p of a sequence that moves as h**p does, x**1.01's quotients at 0 as h**0.01; None of any other.

    c + a*log(h) looks like c*h**(a/c) where c is large: the exponents then differ, though by very little.
    """
    steps = [exact_ball(step_of(size)) for size in SIZES]
    before, after = (
        (later / earlier).log() / (finer / coarser).log()
        for earlier, later, coarser, finer in ((first, second, *steps[:2]), (second, third, *steps[1:]))
    )
    if _moves_as_a_logarithm(first, second, third) and not (after - before).contains(0):
        return None
    return after if abs(after - before) < abs(after) * _ALIKE else None


def _falls_as_a_logarithm(*terms: arb) -> bool:
    """Whether terms of one sign fall as 1/(a + b*log h)**p does, for a p that occurs.

    Less would not do: 1e-5 + 1/log h halves from step to step as well, but for 2 %, and its limit is 1e-5.
    """
    for power in _POWERS_OF_LOGARITHMS:
        first, second, third = (abs(term) ** (-1 / arb(power)) for term in terms)
        if abs((third - second) / (second - first) - _ratio_of_logarithms()) < _LOGARITHMIC:
            return True
    return False


def _ratio_of_logarithms() -> arb:
    """How much further the third step is from the second than that from the first, where log h counts."""
    first, second, third = (exact_ball(step_of(size)).log() for size in SIZES)
    return (third - second) / (second - first)


def _infinity(ball: arb) -> Side:
    if ball > 0:
        return Side.POSITIVE_INFINITY
    return Side.NEGATIVE_INFINITY if ball < 0 else Side.UNDECIDED
