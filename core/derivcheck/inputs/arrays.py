"""What an array of a point is once it is read, and how large it may be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

from derivcheck.errors import NoNumberError, PointError, Span
from derivcheck.model import Coordinate
from derivcheck.model.shaped_values import Index, Shape

MOST_ELEMENTS = 200_000
"""Elements of a value, and of a point as a whole: an expression may have no more scalar operations than that."""

MOST_DIMENSIONS = 16
"""Dimensions of a value. A batch of images with its channels has four."""


@dataclass(frozen=True, slots=True)
class Array:
    """The numbers of an array.

    Attributes:
        shape: its shape.
        elements: its elements, the last dimension first as in C.
        is_integer: whether they are integers by their own type, as class labels and masks are.
    """

    shape: Shape
    elements: Sequence[Coordinate]
    is_integer: bool = False


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a value's text, which knows its place there, so that an error can show it.

    Attributes:
        name: the variable whose value the text is.
        whole: the text.
        start: where the piece begins in it.
        end: where it ends.
    """

    name: str
    whole: str
    start: int
    end: int

    @property
    def text(self) -> str:
        """The characters of the piece."""
        return self.whole[self.start : self.end]

    def part(self, start: int, end: int) -> Piece:
        """The piece between two places of the whole text, without the blanks at its ends."""
        while start < end and self.whole[start].isspace():
            start += 1
        while end > start and self.whole[end - 1].isspace():
            end -= 1
        return Piece(self.name, self.whole, start, end)

    def error(self, message: str, hint: str | None = None) -> NoNumberError:
        """The error about these characters."""
        return NoNumberError(message, text=self.whole, span=Span(self.start, self.end), hint=hint)


def too_many(what: str, count: int | None = None) -> PointError:
    """The error for what has more elements than `MOST_ELEMENTS`; its count, where it is known."""
    hint = "give smaller arrays, or fewer of them"
    if count is None:
        return PointError(f"{what} has more than {MOST_ELEMENTS:,} elements", hint=hint)
    shown = f"{count:,}" if count < _LARGE else f"over {_LARGE:,}"
    return PointError(f"{what} has {shown} elements; {MOST_ELEMENTS:,} are allowed", hint=hint)


_LARGE = 10**15


def check_size(shape: Shape, what: str) -> None:
    """Fail for a shape of too many elements, before any of them is made.

    Raises:
        PointError: which says how many there would be.
    """
    if len(shape) > MOST_DIMENSIONS:
        raise PointError(f"{what} has {len(shape):,} dimensions; {MOST_DIMENSIONS} are allowed")
    if (count := prod(shape)) > MOST_ELEMENTS:
        raise too_many(what, count)


def index_of(place: int, shape: Shape) -> Index:
    """The index of an element from its place among all of them.

    Example:
        >>> index_of(5, (2, 3))
        (1, 2)
    """
    index: list[int] = []
    for size in reversed(shape):
        place, rest = divmod(place, size)
        index.append(rest)
    return tuple(reversed(index))
