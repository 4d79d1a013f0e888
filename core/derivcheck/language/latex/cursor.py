"""A place in the marks of a LaTeX text, and the errors that know it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import NoReturn

from derivcheck.errors import ParseError, Span
from derivcheck.language.latex.marks import Mark, marks
from derivcheck.language.latex.written import Piece, Pieces

MAX_DEPTH = 40
"""Braces and brackets in one another: each takes some of Python's frames."""

MAX_STEPS = 20_000
"""Values that are read, those of a sum once for each term."""

Ends = Callable[[Mark], bool]
"""Whether a formula ends before a mark."""


class Cursor:
    """A place in the marks.

    Attributes:
        text: the LaTeX text.
        marks: its marks.
        at: the position of the next one.
        given: the names that have a value; None where nobody has said.
        shapes: the Greek letters of the text, each with how it is drawn, as phi or varphi.
        bound: indices of sums with the number that they stand for; None for an index that runs over a tensor.
    """

    def __init__(self, text: str, given: Collection[str] | None) -> None:
        self.text = text
        self.marks = marks(text)
        self.at = 0
        self.given = None if given is None else frozenset(given)
        self.bound: dict[str, int | None] = {}
        self.indexed = 0
        self.shapes: dict[str, str] = {}
        self._depth = 0
        self._steps = 0

    @property
    def next(self) -> Mark:
        """The next mark."""
        return self.marks[self.at]

    def after(self, count: int = 1) -> Mark:
        """The mark that many places behind the next one; the END where there are not so many."""
        return self.marks[min(self.at + count, len(self.marks) - 1)]

    def take(self) -> Mark:
        """The next mark, which is passed."""
        found = self.marks[self.at]
        self.at = min(self.at + 1, len(self.marks) - 1)
        return found

    def take_sign(self, *signs: str) -> bool:
        """Pass the next mark if it is one of these characters, and tell."""
        if self.next.is_sign(*signs):
            self.take()
            return True
        return False

    def is_known(self, name: str) -> bool:
        """Whether a name has a value."""
        return self.given is not None and name in self.given

    def formula(self, ends: Ends) -> Pieces:
        """The formula from here to the mark at which it ends."""
        raise NotImplementedError

    def product(self, ends: Ends) -> Pieces:
        """What is multiplied from here on."""
        raise NotImplementedError

    def group(self) -> Pieces:
        """The argument of a command: what braces hold, or one mark."""
        raise NotImplementedError

    def deeper(self, read: Callable[[], Pieces]) -> Pieces:
        """Read something inside of something else."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            self.fail("the LaTeX text is nested too deep", self.next, hint=f"{MAX_DEPTH} levels can be read")
        found = read()
        self._depth -= 1
        return found

    def is_inside(self) -> bool:
        """Whether a bracket or a brace is open."""
        return self._depth > 0

    def count_step(self) -> None:
        """Count a value that is read, and stop where they are too many."""
        self._steps += 1
        if self._steps > MAX_STEPS:
            self.fail(f"more than {MAX_STEPS:,} values, those of sums written out", self.next)

    def expect(self, ends: str, opened: Mark) -> Mark:
        """Pass the mark that closes what `opened` has opened."""
        if not (self.next.is_sign(ends) or self.next.is_command(ends)):
            self.fail("this is never closed", opened)
        return self.take()

    def word(self) -> tuple[str, Mark, Mark]:
        """The word in the braces of a command, blanks taken away, with its first and its last mark."""
        first = self.next
        if not first.is_sign("{"):
            taken = self.take()
            return taken.text, taken, taken
        self.take()
        letters = []
        depth = 1
        while True:
            mark = self.take()
            depth += mark.is_sign("{") - mark.is_sign("}")
            if not depth:
                break
            letters.append((" " if mark.is_apart else "") + ("" if mark.is_sign("{", "}") else mark.text))
        last = mark
        return "".join(letters).strip(), first, last

    def fail(self, message: str, first: Mark, last: Mark | None = None, hint: str | None = None) -> NoReturn:
        """Raise the error of some marks."""
        end = max((last or first).end, first.start)
        raise ParseError(message, text=self.text, span=Span(first.start, end), hint=hint)

    def shown(self, first: int, last: int) -> str:
        """The LaTeX text from one mark, by its position, up to another one."""
        return self.text[self.marks[first].start : self.marks[max(last - 1, first)].end]


def piece(text: str, first: Mark, last: Mark | None = None) -> Pieces:
    """A piece that stands for some marks."""
    return (Piece(text, first.start, max((last or first).end, first.start)),)
