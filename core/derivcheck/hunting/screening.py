"""The screen: torch alone at millions of points, to see where its numbers jump against their neighbours.

A screen proves nothing. It proposes places at which balls then look. Each binade is divided evenly, so that no interval
of relative width 1e-6 lies between two points where the budget is long enough. The fourth difference of a smooth
function on so fine a grid is rounding alone; where it is many times what it is around, something happens: a wrong
branch of a kernel, a threshold, a kink, a pole.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from derivcheck.hunting.batched_numbers import BatchedNumbers
from derivcheck.hunting.bit_patterns import binade_of, first_of_binade
from derivcheck.hunting.searched import Searched
from derivcheck.hunting.watch import Watch
from derivcheck.numbers import DType

_CHUNK = 1 << 16
"""So many points go through torch at once: their tensors stay in the processor's cache."""

_PART, _MEANS = 1 << 11, 32
"""The noise of rounding is taken as that of so many points around: the median of the means of so many of them."""

_DENSE = 1 << 20
"""So many points of a binade leave no gap of relative width 1e-6."""

_SPARSE = 1 << 11
"""So many points of a binade for those far from 1."""

_EACH_FAR = 300_000
"""There is one such binade for so many points; the others are left to the sample that balls look at."""

_MOST_DENSE = 24
"""From 2**-24 to 2**24 the screen is dense; or in the binades of the largest numbers of the range."""

_FAR, _ULPS = 40.0, 64.0
"""A fourth difference stands out if it is so many times the median around, and at least so many ulps of the numbers."""

_LEAST = 1e-300
"""No differences are divided by 0."""

_MOST_OF_CHUNK = 4
"""So many places of a chunk are proposed at most, for each column."""


@dataclass(frozen=True, slots=True)
class Jump:
    """A place where torch's numbers stand out.

    Attributes:
        before, after: the places between which that is; torch's numbers before and after them are smooth.
        column: the column in which they stand out.
        size: how many times what is allowed the fourth difference is.
    """

    before: int
    after: int
    column: int
    size: float


@dataclass(frozen=True, slots=True)
class Stripe:
    """Evenly divided places: `count` of them from `first` on, `step` apart."""

    first: int
    step: int
    count: int


def stripes(searched: Searched, points: int, draw: random.Random) -> list[Stripe]:
    """The stripes of a screen, those nearest to 1 first.

    Args:
        searched: the search, of one range.
        points: how many points there may be.
        draw: where each stripe begins within its first step.
    """
    low, high, dtype = searched.lows[0], searched.highs[0], searched.dtype
    parts = sorted(_binades(low, high, dtype), key=lambda part: (abs(part[2]), part[0]))
    dense = sum(abs(exponent) <= _MOST_DENSE for _, _, exponent in parts)
    far = parts[dense:]
    parts = [*parts[:dense], *far[:: max(1, len(far) * _EACH_FAR // max(points, 1))]]
    each = min(_DENSE, points // max(dense, 1))
    found = []
    for first, last, exponent in parts:
        count = max(each if abs(exponent) <= _MOST_DENSE else min(each, _SPARSE), 16)
        whole = first_of_binade(exponent + 1, dtype) - first_of_binade(exponent, dtype)
        step = max(1, whole // count)
        start = first + draw.randrange(min(step, last - first + 1))
        found.append(Stripe(start, step, (last - start) // step + 1))
    return found


def _binades(low: int, high: int, dtype: DType) -> Iterator[tuple[int, int, int]]:
    """The parts of a range within one binade each: their first and last places, and the exponent."""
    for sign in (1, -1):
        first, last = (max(low, 1), high) if sign > 0 else (max(-high, 1), -low)
        while first <= last:
            exponent = binade_of(first, dtype)
            end = min(last, first_of_binade(exponent + 1, dtype) - 1)
            yield (first, end, exponent) if sign > 0 else (-end, -first, exponent)
            first = end + 1


def screen(
    stripes: list[Stripe], done: int, batched: BatchedNumbers, searched: Searched, watch: Watch
) -> Iterator[tuple[int, list[Jump]]]:
    """Run torch along stripes.

    Args:
        stripes: the stripes.
        done: how many of them were screened before.
        batched: torch's numbers.
        searched: the search.
        watch: its watch.

    Yields:
        After each stripe, how many are done, and the places that stand out in it.
    """
    for number, stripe in enumerate(stripes[done:], done + 1):
        found: list[Jump] = []
        for start in range(0, stripe.count, _CHUNK):
            count = min(_CHUNK + 4, stripe.count - start)
            if count < 5:
                continue
            places = torch.arange(count, dtype=torch.int64) * stripe.step + (stripe.first + start * stripe.step)
            columns = batched.in_tensors(batched.inputs_at(places[None]))
            watch.screened += count
            for column, numbers in enumerate(columns):
                if numbers is not None:
                    found += _jumps(numbers, places, column, searched.dtype)
            watch.look()
        yield number, found


def _jumps(numbers: Tensor, places: Tensor, column: int, dtype: DType) -> list[Jump]:
    """The places at which numbers stand out from their neighbours."""
    plain = torch.nan_to_num(numbers, nan=0.0, posinf=0.0, neginf=0.0)
    second = plain[2:] - 2 * plain[1:-1] + plain[:-2]
    fourth = (second[2:] - 2 * second[1:-1] + second[:-2]).abs()
    ratio = fourth / (_noise(fourth) * _FAR + plain[2:-2].abs() * (_ULPS * 2 * dtype.unit_roundoff) + _LEAST)
    found: list[Jump] = []
    if not float(ratio.max()) > 1:
        return found
    values, indices = ratio.topk(min(16 * _MOST_OF_CHUNK, len(ratio)))
    taken: list[int] = []
    for value, index in zip(values.tolist(), indices.tolist(), strict=True):
        if value <= 1 or len(found) == _MOST_OF_CHUNK:
            break
        if any(abs(index - other) <= 4 for other in taken):
            continue
        taken.append(index)
        found.append(Jump(int(places[index]), int(places[index + 4]), column, value))
    return found


def _noise(fourth: Tensor) -> Tensor:
    """What the differences are around each place: the median of their means, which a few large ones do not move."""
    count = len(fourth)
    padded = torch.nn.functional.pad(fourth, (0, -count % _PART), value=float(fourth[-1]))
    means = padded.reshape(-1, _PART // _MEANS, _MEANS).mean(2)
    return means.median(1, keepdim=True).values.expand(-1, _PART).reshape(-1)[:count]
