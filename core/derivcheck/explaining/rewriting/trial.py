"""A trial: an expression at a point, what other ways of writing it return there, and whether they are the same."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from math import isfinite

from derivcheck.balls.ball import precision, to_ball
from derivcheck.errors import DerivcheckError
from derivcheck.explaining.rewriting.right_digits import Loss, goal, has_slopes, honest_loss, loss_of
from derivcheck.model import Kind, Side, Truth, Wrt
from derivcheck.model.expression import Expression
from derivcheck.numbers import DType, Enclosure

Rows = Sequence[Sequence[float | None]]
"""What torch returned: for each row its elements; None where it returned nothing."""

Place = Mapping[str, Fraction]
"""The exact number of each variable, or of each of its elements."""

_SCALES = (20, 4)
"""The points nearby are these powers of 1/2 away, relative to each coordinate, or absolutely from 0."""

_MANY = 12
"""Of so many coordinates, fewer points are looked at: each derivative is proven at each."""

_WAYS = ((8, -5, 7, -3, 6), (-7, 6, -4, 8, 5))
"""In which directions, in eighths, for the variables in turn."""

_LASTING = 0.7
"""At the points nearby, this part of the digits that were lost may still be lost."""

_AS_GOOD = 1.25
"""The same where torch has no number at the point, as at 0 alone: nothing need be better beside it."""

_SLACK = 0.5
"""So many digits more may be lost at all of them together."""

_BITS = 256


class Trial(ABC):
    """One case at one point."""

    dtype: DType
    wrts: Sequence[Wrt]
    """The rows that have derivatives in them; () is the value."""
    expression: Expression
    place: Place
    moving: Sequence[str]
    """The coordinates that may be moved: those that are no integers."""

    @abstractmethod
    def numbers(self, text: str, place: Place | None = None) -> Rows | None:
        """What torch returns for another way of writing, at the point or another one; None where it cannot be read."""

    @abstractmethod
    def truths(self, text: str, place: Place) -> Sequence[Sequence[Truth]]:
        """What is true of another way of writing at a point: the truths of each row."""

    @cached_property
    def exact(self) -> Sequence[Sequence[Truth]]:
        """What is true of the expression at the point."""
        return self.truths(self.expression.source, self.place)

    @cached_property
    def nearby(self) -> Sequence[tuple[Place, Sequence[Sequence[Truth]], Rows | None]]:
        """Points nearby, with what is true of the expression there, and what torch returns."""
        source = self.expression.source
        return [(place, self.truths(source, place), self.numbers(source, place)) for place in self._places()]

    def _places(self) -> Iterator[Place]:
        seen = [self.place]
        for scale in _SCALES if len(self.moving) < _MANY else _SCALES[-1:]:
            for way in _WAYS:
                moved = dict(self.place)
                for at, name in enumerate(self.moving):
                    value = moved[name]
                    step = (abs(value) or Fraction(1)) * way[at % len(way)] / 8 / 2**scale
                    near = self.dtype.nearest(value + step)
                    moved[name] = value if near is None else near
                if moved not in seen:
                    seen.append(moved)
                    yield moved

    def loss(self, text: str) -> Loss | None:
        """What another way of writing loses at the point; None where torch cannot run it."""
        found = self.numbers(text)
        if found is None or [len(row) for row in found] != [len(row) for row in self.exact]:
            return None
        return self._loss_of(self.exact, found)

    def _loss_of(self, exact: Sequence[Sequence[Truth]], found: Rows) -> Loss:
        groups = list(zip(self.wrts, exact, strict=True))
        return loss_of(groups, found, self.dtype, honest_loss(len(self.expression)))

    def is_same(self, text: str) -> bool:
        """Whether another way of writing is the same function: at the point, nearby, and its derivatives as well.

        Where the expression has a value nearby, the other has one too; where torch returns a number for the one, it
        returns one for the other.
        """
        try:
            if not _agree(self.exact, self.truths(text, self.place), is_here=True):
                return False
            for place, exact, numbers in self.nearby:
                if not _agree(exact, self.truths(text, place), is_here=False):
                    return False
                if numbers is not None and not _as_finite(numbers, self.numbers(text, place)):
                    return False
        except DerivcheckError:
            return False
        return True

    def lasts(self, text: str) -> bool:
        """Whether another way of writing is better at the points nearby as well, or at least no worse.

        What wins digits by the luck of its roundings loses them again beside the point.
        """
        losses = [
            (self._loss_of(exact, mine), self._loss_of(exact, theirs))
            for place, exact, mine in self.nearby
            if mine is not None and (theirs := self.numbers(text, place)) is not None
        ]
        before, after = sum(one.total for one, _ in losses), sum(other.total for _, other in losses)
        here = self.loss(self.expression.source)
        is_number = here is not None and all(lost <= self.dtype.digits for _, lost in here.rows)
        return after <= (_LASTING if is_number else _AS_GOOD) * before + _SLACK


def _agree(mine: Sequence[Sequence[Truth]], theirs: Sequence[Sequence[Truth]], *, is_here: bool) -> bool:
    """Whether what is true of one function is true of another, as far as it is known."""
    if [len(row) for row in mine] != [len(row) for row in theirs]:
        return False
    pairs = [pair for row, other in zip(mine, theirs, strict=True) for pair in zip(row, other, strict=True)]
    return all(_same(one, other, is_here=is_here) for one, other in pairs)


def _same(one: Truth, other: Truth, *, is_here: bool) -> bool:
    if one.kind is Kind.VALUE or (is_here and one.kind is Kind.ENDPOINT):
        return _overlap(goal(one), goal(other))
    if not is_here:
        return True
    if one.kind is not other.kind or one.kind is Kind.UNDECIDED:
        return False
    return not has_slopes(one) or (_overlap(one.left, other.left) and _overlap(one.right, other.right))


def _overlap(one: Enclosure | Side | None, other: Enclosure | Side | None) -> bool:
    """Whether two exact numbers may be the same; of two that are none, whether they are known to be."""
    if isinstance(one, Enclosure) and isinstance(other, Enclosure):
        with precision(_BITS):
            return bool(to_ball(one).overlaps(to_ball(other)))
    return one is other and one not in {None, Side.UNDECIDED}


def _as_finite(mine: Rows, theirs: Rows | None) -> bool:
    """Whether a number is finite wherever another one is."""
    if theirs is None:
        return False
    return all(
        other is not None and isfinite(other)
        for row, others in zip(mine, theirs, strict=True)
        for number, other in zip(row, others, strict=True)
        if number is not None and isfinite(number)
    )
