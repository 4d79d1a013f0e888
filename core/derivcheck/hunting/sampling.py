"""The points at which a hunt holds torch's numbers against enclosures first: drawn from every binade of a range.

A third of them lies evenly among the numbers of the format, so that no binade goes without; a third evenly along the
number line, where the range is longest; a third within the binades around 1, where most code is used.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from fractions import Fraction

from derivcheck.hunting.bit_patterns import first_of_binade, number_at, place_at_or_below
from derivcheck.hunting.searched import Searched
from derivcheck.numbers import DType

_CENTRAL = 24
"""The binades around 1 are those from 2**-24 to 2**24."""


def sample(searched: Searched, index: int, count: int, draw: random.Random) -> list[int]:
    """Places within one range, in no order.

    Args:
        searched: the search.
        index: which of its ranges.
        count: how many, at most; all of them where the range holds no more.
        draw: the source of chance.
    """
    low, high, dtype = searched.lows[index], searched.highs[index], searched.dtype
    if high - low < count:
        return in_passes(list(range(low, high + 1)))
    found = set(_spread(low, high, count // 3, draw))
    found.update(_along_the_line(low, high, count // 3, dtype, draw))
    parts = [(max(first, low), min(last, high)) for first, last in _central(dtype)]
    parts = [(first, last) for first, last in parts if first <= last]
    for first, last in parts:
        found.update(_spread(first, last, count // 3 // len(parts), draw))
    return in_passes(sorted(found))


def in_passes(places: list[int], passes: int = 16) -> list[int]:
    """The same places in another order: every so many-th first, so that a search that is cut short saw all parts."""
    return [place for start in range(passes) for place in places[start::passes]]


def _spread(low: int, high: int, count: int, draw: random.Random) -> Iterator[int]:
    """One place from each of some parts of equal size."""
    size = high - low + 1
    for part in range(min(count, size)):
        first, last = low + size * part // count, low + size * (part + 1) // count - 1
        yield draw.randint(first, max(first, last))


def _along_the_line(low: int, high: int, count: int, dtype: DType, draw: random.Random) -> Iterator[int]:
    """The places of numbers from each of some parts of the range of equal length."""
    first, last = Fraction(number_at(low, dtype)), Fraction(number_at(high, dtype))
    for part in range(count):
        number = first + (last - first) * (part + Fraction(draw.random())) / count
        yield min(max(place_at_or_below(number, dtype), low), high)


def _central(dtype: DType) -> list[tuple[int, int]]:
    most = min(_CENTRAL, dtype.max_exponent)
    first, last = first_of_binade(-most, dtype), first_of_binade(most, dtype)
    return [(-last, -first), (first, last)]
