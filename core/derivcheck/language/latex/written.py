"""What a LaTeX text is read as: a text of the language, each of whose characters knows where it comes from."""

from __future__ import annotations

import string

from derivcheck.errors import Span
from derivcheck.model.light_records import record


@record
class Piece:
    """A piece of the text in the language.

    Attributes:
        text: its characters.
        start, end: the characters of the LaTeX text that it stands for.
    """

    text: str
    start: int
    end: int


Pieces = tuple[Piece, ...]


def enclosed(pieces: Pieces) -> Pieces:
    """Some pieces in brackets; a single name, whole number, call or bracket goes without."""
    text = "".join(piece.text for piece in pieces)
    if text.isidentifier() or text.isdecimal() or is_in_brackets(text.lstrip(_OF_NAMES)):
        return pieces
    return (Piece("(", pieces[0].start, pieces[0].start), *pieces, Piece(")", pieces[-1].end, pieces[-1].end))


_OF_NAMES = string.ascii_letters + string.digits + "_"
"""The characters of a function's name."""


def is_in_brackets(text: str) -> bool:
    """Whether one pair of brackets encloses the whole text.

    Example:
        >>> is_in_brackets("(a + b)"), is_in_brackets("(a) + (b)")
        (True, False)
    """
    if not text.startswith("("):
        return False
    depth = 0
    for index, char in enumerate(text):
        depth += (char == "(") - (char == ")")
        if depth == 0:
            return index == len(text) - 1
    return False


@record
class LatexReading:
    """A LaTeX text, read.

    Attributes:
        text: the formula in the language.
        origins: for each of its characters, the span in the LaTeX text that it stands for.
    """

    text: str
    origins: tuple[Span, ...]

    def span(self, span: Span) -> Span:
        """The characters of the LaTeX text that some characters of `text` stand for."""
        inside = self.origins[span.start : max(span.end, span.start + 1)] or self.origins[-1:]
        return Span(min(one.start for one in inside), max(one.end for one in inside)) if inside else Span(0, 0)


def joined(pieces: Pieces) -> LatexReading:
    """The reading that some pieces make."""
    origins = tuple(Span(piece.start, piece.end) for piece in pieces for _ in piece.text)
    return LatexReading("".join(piece.text for piece in pieces), origins)
