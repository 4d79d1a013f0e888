"""The truth: what a derivative, or a value, exactly is, and how that is known."""

from __future__ import annotations

from dataclasses import field
from enum import Enum

from derivcheck.model.light_records import record
from derivcheck.numbers import Enclosure


class Kind(Enum):
    """What is known of a derivative, or of a value, at a point."""

    VALUE = "value"
    ONE_SIDED = "one-sided"
    ENDPOINT = "endpoint"
    INFINITE = "infinite"
    UNDEFINED = "undefined"
    UNDECIDED = "undecided"

    def __str__(self) -> str:
        return self.value


class Evidence(Enum):
    """How a truth is known."""

    PROVEN = "proven"
    """Enclosed on a ball around the point, or at the point itself: a proof, as far as Arb goes."""
    SHOWN = "shown"
    """Seen in difference quotients: each encloses f with proof, but a few of them only sample the limit."""

    def __str__(self) -> str:
        return self.value


class Side(Enum):
    """A one-sided derivative that is no number."""

    POSITIVE_INFINITY = "inf"
    NEGATIVE_INFINITY = "-inf"
    DOMAIN = "domain"
    UNDECIDED = "undecided"

    def __str__(self) -> str:
        return self.value


@record
class Truth:
    """What the exact derivative (or, at order 0, the value) is at the exact point.

    Attributes:
        kind: which of the six cases holds.
        value: the enclosure; present exactly where the kind is `value`.
        left, right: the one-sided derivatives, for every kind but `value` and where they were looked for.
        reason: why there is no number, one sentence; empty for `value`.
        limit: where the function itself has no value here but a limit, that limit (1 for sin(x)/x at 0).
        evidence: how this is known; None where it is undecided.
        swings: whether quotients decided it although infinitely many swings, poles or jumps of a function may crowd
            together at the point. Nobody is accused on such a ground.
        missing_order: where a derivative is missing for want of one of a lower order, which order that is; no record
            keeps this.
    """

    kind: Kind
    value: Enclosure | None = None
    left: Enclosure | Side | None = None
    right: Enclosure | Side | None = None
    reason: str = ""
    limit: Enclosure | None = None
    evidence: Evidence | None = None
    swings: bool = False
    missing_order: int | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        if (self.kind is Kind.VALUE) != (self.value is not None):
            raise ValueError("a Truth carries a value exactly where its kind is 'value'")
