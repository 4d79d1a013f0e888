"""The gradients beside a point: what they show of a kink that no partial derivative at the point sees.

The second largest of three equal numbers does not change with any one of them, so that each of its partial derivatives
is 0. Yet it has a kink there: beside the point, where the three differ, it is one of them, and has the slope 1 in that
one. torch returns such a gradient, which is as good a choice as any at a kink (F. H. Clarke, Optimization and Nonsmooth
Analysis, 1983, §2.5: the generalized gradient is made of the limits of gradients beside the point).
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from math import isfinite

from flint import arb

from derivcheck.balls.ball import precision, to_ball
from derivcheck.model import Status, Verdict
from derivcheck.numbers import Enclosure

_DISTANCE = 600
"""The points beside it are 2**-600 away, relative to each coordinate: nearer than anything but the kink itself."""

_MOST_ROTATIONS = 64
"""Points in which the elements are in order, from another one on in each, so that each element comes to each place: the
slope of what sort puts seventh is 1 in the element that is seventh beside the point."""

_DRAWN = 14
"""Points that lie in random directions, besides those."""

_BITS = 256
_APART = arb((1, -20))
"""Gradients that differ by less than this part of themselves show no kink."""

_SLACK = arb((1, -6))
"""How far torch's number may be outside of them, relative to them: the rounding of the narrowest format."""


def points_beside(exact: Mapping[str, Fraction]) -> Iterator[dict[str, Fraction]]:
    """Points beside a point, in each of which no two coordinates have moved by the same."""
    names = list(exact)
    count = len(names)
    in_order = [Fraction(at + 1, count + 1) for at in range(count)]
    ways = [in_order[first:] + in_order[:first] for first in range(0, count, max(1, count // _MOST_ROTATIONS))]
    ways.append([-way for way in in_order])
    draw = random.Random(1)
    ways += [[Fraction(draw.randrange(-(2**32), 2**32) | 1, 2**32) for _ in names] for _ in range(_DRAWN)]
    for way in ways:
        yield {
            name: value + part * max(Fraction(1), abs(value)) / 2**_DISTANCE
            for (name, value), part in zip(exact.items(), way, strict=True)
        }


def at_a_kink(returned: float, beside: Sequence[Enclosure | None]) -> Verdict | None:
    """The verdict on a number that is a choice at a kink; None where the gradients beside the point show none.

    Args:
        returned: torch's number.
        beside: the derivative at each of the points beside.
    """
    known = [to_ball(value) for value in beside if value is not None]
    if len(known) < 2 or not isfinite(returned):
        return None
    with precision(_BITS):
        low, high = known[0], known[0]
        for value in known[1:]:
            low, high = min(low, value), max(high, value)
        width = high - low
        size = max(abs(low), abs(high))
        if not width > size * _APART or not low - width * _SLACK < arb(returned) < high + width * _SLACK:
            return None
        bounds = f"{low.str(8, radius=False)} and {high.str(8, radius=False)}"
    return Verdict(
        Status.CONVENTION,
        "a kink, though none along this element alone; "
        f"torch's choice {returned} is between the derivatives beside this point, {bounds}",
    )
