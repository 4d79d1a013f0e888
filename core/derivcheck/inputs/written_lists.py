"""Reads nested lists, `[[1, 2], [3, pi/4]]`: their shape, and where each element stands."""

from __future__ import annotations

import re

from derivcheck.errors import NoNumberError
from derivcheck.inputs.arrays import MOST_DIMENSIONS, MOST_ELEMENTS, Piece, too_many
from derivcheck.model.shaped_values import Shape, address

_SIGN = re.compile(r"[\[\](),]")
_EXAMPLE = "write a list as [1, 2, 3]"
_EMPTY = "an array without elements is written zeros(0), or zeros(0, 3)"


def read_list(piece: Piece) -> tuple[Shape, list[tuple[int, int]]]:
    """Read a nested list.

    Args:
        piece: the list, from its first bracket to its last one.

    Returns:
        Its shape, and where each element begins and ends in the whole text, with the blanks around it.

    Raises:
        NoNumberError: for lists of different lengths, numbers beside lists, empty lists, and brackets that do not fit.
        PointError: for too many elements.

    Example:
        >>> text = "[[1, 2], [3, max(4, 5)]]"
        >>> shape, places = read_list(Piece("A", text, 0, len(text)))
        >>> shape, [text[start:end].strip() for start, end in places]
        ((2, 2), ['1', '2', '3', 'max(4, 5)'])
    """
    text = piece.text
    if "(" not in text and text.count(",") > MOST_ELEMENTS:  # where every comma stands between two elements
        raise too_many(f"`{piece.name}`")
    scan = _Scan(piece)
    for found in _SIGN.finditer(piece.whole, piece.start, piece.end):
        scan.meet(found.group(), found.start())
    return scan.shape(), scan.places


class _Scan:
    """What is known of a nested list from its beginning up to some place."""

    def __init__(self, piece: Piece) -> None:
        self.places: list[tuple[int, int]] = []
        self._piece = piece
        self._sizes: dict[int, int] = {}  # of the first list that ended, at each depth
        self._counts: list[int] = []  # how many elements each open list has so far
        self._opened: list[int] = []  # where the open lists begin
        self._round: list[int] = []  # where the open round brackets begin
        self._begins = piece.start  # where the text of the next element does
        self._ended = False  # whether a list has ended and no comma has followed
        self._depth_of_numbers: int | None = None

    def meet(self, sign: str, at: int) -> None:
        """Take the next sign into account."""
        if sign == "(":
            self._round.append(at)
        elif sign == ")":
            self._round = self._round[:-1]
        elif not self._round:
            _MEET[sign](self, at)
        elif sign == "[":
            raise self._error("there is a list within round brackets", at)
        elif sign == "]":
            raise self._error("the bracket is not closed", self._round[-1])

    def shape(self) -> Shape:
        """The shape of the whole list, after its last sign."""
        if still_open := self._round or self._opened:
            raise self._error("the bracket is not closed", still_open[-1])
        return tuple(self._sizes[depth] for depth in sorted(self._sizes))

    def _open(self, at: int) -> None:
        depth = len(self._opened) + 1
        if self._ended or self._rest(at).text:
            raise self._error("there is no comma before this list", at)
        if depth > MOST_DIMENSIONS:
            raise self._error(f"lists are nested more than {MOST_DIMENSIONS} deep", at)
        if depth == self._depth_of_numbers_below():
            raise self._mixed("a list", "a number", at, at + 1)
        self._opened.append(at)
        self._counts.append(0)
        self._begins = at + 1

    def _depth_of_numbers_below(self) -> int:
        return -1 if self._depth_of_numbers is None else self._depth_of_numbers + 1

    def _comma(self, at: int) -> None:
        if not self._opened:
            raise self._error("the list ends before this comma", at)
        if not self._take_element(at):
            raise self._error("there is nothing before this comma", at)
        self._counts[-1] += 1
        self._ended, self._begins = False, at + 1

    def _close(self, at: int) -> None:
        if not self._opened:
            raise self._error("this bracket closes nothing", at)
        has_last = self._take_element(at)
        begins, depth = self._opened.pop(), len(self._opened)
        count = self._counts.pop() + has_last
        if not count:
            name = address(self._piece.name, self._counts)
            raise self._piece.part(begins, at + 1).error(f"`{name}` is an empty list", hint=_EMPTY)
        if self._sizes.setdefault(depth, count) != count:
            here, first = address(self._piece.name, self._counts), address(self._piece.name, [0] * depth)
            message = f"`{here}` has {_elements(count)}, and `{first}` has {_elements(self._sizes[depth])}"
            hint = "the lists of an array have one length"
            raise self._piece.part(begins, at + 1).error(message, hint=hint)
        self._ended, self._begins = True, at + 1

    def _take_element(self, at: int) -> bool:
        """Take what stands before `at`, a number or a list that has ended; return whether there is anything."""
        before = self._piece.whole[self._begins : at]
        if not before or before.isspace():
            return self._ended
        if self._ended:
            raise self._rest(at).error("there is no comma before this", hint=_EXAMPLE)
        depth = len(self._opened)
        if self._depth_of_numbers is None:
            self._depth_of_numbers = depth
        if depth != self._depth_of_numbers or depth in self._sizes:
            rest = self._rest(at)
            raise self._mixed("a number", "a list", rest.start, rest.end)
        self.places.append((self._begins, at))
        if len(self.places) > MOST_ELEMENTS:
            raise too_many(f"`{self._piece.name}`")
        return True

    def _rest(self, at: int) -> Piece:
        return self._piece.part(self._begins, at)

    def _mixed(self, this: str, other: str, start: int, end: int) -> NoNumberError:
        here = address(self._piece.name, self._counts)
        before = address(self._piece.name, [0] * len(self._counts))
        message = f"`{here}` is {this}, and `{before}` is {other}"
        return self._piece.part(start, end).error(message, hint="the lists of an array are nested equally deep")

    def _error(self, message: str, at: int) -> NoNumberError:
        return self._piece.part(at, at + 1).error(message, hint=_EXAMPLE)


_MEET = {"[": _Scan._open, ",": _Scan._comma, "]": _Scan._close}


def _elements(count: int) -> str:
    return "1 element" if count == 1 else f"{count:,} elements"
