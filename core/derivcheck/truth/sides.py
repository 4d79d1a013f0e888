"""What two one-sided limits say of a derivative."""

from __future__ import annotations

from flint import arb

from derivcheck.balls.ball import enclosure, precision, to_ball
from derivcheck.model import Evidence, Kind, Side, Truth
from derivcheck.numbers import Enclosure
from derivcheck.truth.sequence_limits import TINY, Limit

_ALIKE = arb((1, -70))
"""A smaller difference, relative to their size, between two limits is none: they are known to 75 bits."""


def outside(reason: str) -> Truth:
    """The truth where f has no value around the point."""
    return Truth(
        Kind.UNDEFINED,
        left=Side.DOMAIN,
        right=Side.DOMAIN,
        reason=f"outside the real domain: {reason}",
        evidence=Evidence.PROVEN,
    )


def opposite(limit: Limit) -> Limit:
    """The other infinity; anything else as it is."""
    if limit is Side.POSITIVE_INFINITY:
        return Side.NEGATIVE_INFINITY
    return Side.POSITIVE_INFINITY if limit is Side.NEGATIVE_INFINITY else limit


def agree(left: arb, right: arb) -> bool:
    """Whether two limits are the same number, as far as they are known."""
    with precision(256):
        return not abs(left - right) > _ALIKE * (abs(left) + abs(right)) + TINY


def same(one: Limit, other: Limit) -> bool:
    """Whether two limits are the same number, or infinite or missing alike."""
    if isinstance(one, Enclosure) and isinstance(other, Enclosure):
        return agree(to_ball(one), to_ball(other))
    return one == other


def combine(left: Limit, right: Limit, jump_left: bool, jump_right: bool) -> Truth:
    """The truth about a first derivative from its two sides."""
    sides = (left, right)
    if jump_left or jump_right:
        where = "on both sides" if jump_left and jump_right else "on the left" if jump_left else "on the right"
        return Truth(Kind.UNDEFINED, left=left, right=right, reason=f"the function jumps {where}")
    if Side.UNDECIDED in sides:
        return Truth(Kind.UNDECIDED, left=left, right=right, reason="the difference quotients show no limit")
    if sides == (Side.DOMAIN, Side.DOMAIN):
        return Truth(Kind.UNDEFINED, left=left, right=right, reason="the function is defined at this point alone")
    if Side.DOMAIN in sides:
        side = "left" if left is Side.DOMAIN else "right"
        return Truth(Kind.ENDPOINT, left=left, right=right, reason=f"the domain ends here: nothing on the {side}")
    if isinstance(left, Enclosure) and isinstance(right, Enclosure):
        one, other = to_ball(left), to_ball(right)
        if agree(one, other):
            return Truth(Kind.VALUE, _narrower(left, right) if one.overlaps(other) else _both(one, other))
        return Truth(Kind.ONE_SIDED, left=left, right=right, reason="a kink: left and right derivative differ")
    if left == right:
        return Truth(Kind.INFINITE, left=left, right=right, reason="the tangent is vertical")
    return Truth(Kind.ONE_SIDED, left=left, right=right, reason="a kink: left and right derivative differ")


def _both(one: arb, other: arb) -> Enclosure:
    """Both of two limits, which agree as far as limits are known, and yet are two numbers."""
    with precision(256):
        return enclosure(one.union(other))


def _narrower(left: Enclosure, right: Enclosure) -> Enclosure:
    return left if left.rad.magnitude <= right.rad.magnitude else right
