"""The spread: how far rounding can move a number."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum


class Range(Enum):
    """How an operation left the format's range."""

    OVERFLOW = "overflows"
    UNDERFLOW = "underflows"


@dataclass(frozen=True, slots=True)
class RangeLoss:
    """The first operation that left the format's range when torch's run was repeated without perturbations.

    Attributes:
        range: how.
        operation: torch's name of the operation, or a literal that does not fit the format.
        in_forward: whether it happened while f was computed, or in torch's backward pass.
        wide: the same number computed in float64, where the format is a narrower one: if that is right, the range is
            what went wrong. None where float64 cannot tell, since formula or backward pass leave its range too.
        wide_spread: how far rounding can move that one.
        in_chain: whether, outside of the forward pass, the exact factors of the chain rule leave the range, so that
            whoever multiplies them must.
    """

    range: Range
    operation: str
    in_forward: bool
    wide: float | None = None
    wide_spread: float = 0.0
    in_chain: bool = False


@dataclass(frozen=True, slots=True)
class Spread:
    """How far rounding can move one number.

    Attributes:
        absolute: the root mean square of the perturbed numbers' distances from the unperturbed one.
        relative: the same, relative to the largest of them.
        finite: the fraction of perturbed numbers that are finite; only these count for the other attributes.
        losses: the first operation of the forward pass that left the format's range, and the first of the others.
        farthest: the largest distance of a perturbed number from the unperturbed one: at a jump, which a step of one
            ulp may cross or not, the root mean square is the jump times a share that is left to chance.
    """

    absolute: float
    relative: float
    finite: float
    losses: tuple[RangeLoss, ...] = ()
    farthest: float = 0.0

    def times(self, factor: float) -> Spread:
        """The spread of so many times the number."""
        size = abs(factor)
        return replace(self, absolute=self.absolute * size, farthest=self.farthest * size) if size != 1 else self

    def with_losses(self, losses: Iterable[RangeLoss]) -> Spread:
        """The same spread with other losses."""
        return replace(self, losses=tuple(losses))
