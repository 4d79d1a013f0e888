"""Climbs from a point to the worst one near it, over the places of the numbers."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator

from derivcheck.hunting.known_points import KnownPoints
from derivcheck.hunting.searched import Place

_DIRECTIONS = 24
"""So many random directions are tried at each step, of several variables."""

_FEW_STEPS, _FAR_APART = 3, 12
"""Where each point goes the ordinary way, a climb takes fewer steps, and looks at fewer distances: every 2**12-th."""

_MOST_STEPS = 12
"""So many steps a climb takes at most."""


def climb(known: KnownPoints, start: Place, column: int, draw: random.Random) -> Place:
    """The worst point that a climb finds: each step is to the worst of points at all distances, by powers of 4.

    Of several variables each is moved alone, and all together in random directions.

    Args:
        known: the points that are known; those that it looks at come to them.
        start: where it starts.
        column: whose error grows.
        draw: the source of chance.
    """
    searched = known.searched
    here = start
    for _ in range(_MOST_STEPS if known.errors else _FEW_STEPS):
        around = [place for place in _around(known, here, draw) if searched.holds(place)]
        known.look_at(around)
        best = max(around, key=lambda place: error_at(known, place, column), default=here)
        if not error_at(known, best, column) > error_at(known, here, column):
            break
        here = best
    return here


def _around(known: KnownPoints, here: Place, draw: random.Random) -> Iterator[Place]:
    """Points around one, within the ranges or not."""
    searched = known.searched
    shifts = [
        range(0, (high - low + 1).bit_length(), 2 if known.errors else _FAR_APART)
        for low, high in zip(searched.lows, searched.highs, strict=True)
    ]
    for index, each in enumerate(shifts):
        for shift in each:
            for step in (1 << shift, -(1 << shift)):
                yield (*here[:index], here[index] + step, *here[index + 1 :])
    if len(here) > 1:
        for _ in range(_DIRECTIONS):
            yield tuple(
                at + draw.choice((-1, 0, 1)) * (1 << draw.choice(each)) for at, each in zip(here, shifts, strict=True)
            )


def error_at(known: KnownPoints, place: Place, column: int) -> float:
    """The error at a point, -1 where it is not known."""
    ulps = known.looks[place][column].ulps
    return -1.0 if math.isnan(ulps) else ulps
