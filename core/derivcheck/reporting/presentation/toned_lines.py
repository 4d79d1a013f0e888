"""Lines of pieces, each with its tone: what a table, a list or a paragraph is made of before it has colours."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum, auto
from typing import NamedTuple

from derivcheck.model import Severity
from derivcheck.reporting.presentation.widths import fit, printable, wrapped

LEAST_WIDTH = 30
"""The columns of the narrowest screen that lines are laid out for; on a narrower one the terminal breaks them."""

INDENT = "  "


class Tone(Enum):
    """What a piece of a line is; a renderer has a colour for each."""

    PLAIN = auto()
    HEADING = auto()
    ASIDE = auto()
    NAME = auto()
    CLAIM = auto()
    PASS = auto()
    WARN = auto()
    FAIL = auto()
    ERROR = auto()

    @classmethod
    def of(cls, severity: Severity) -> Tone:
        """The tone of a status."""
        return cls[severity.name]


class Fragment(NamedTuple):
    """Some characters of a line that have one tone."""

    text: str
    tone: Tone = Tone.PLAIN


Line = tuple[Fragment, ...]


def plain(line: Line) -> str:
    """The line's characters."""
    return "".join(piece.text for piece in line)


def cut(text: str, width: int) -> str:
    """The text on one line of at most `width` columns, with … where it was cut."""
    return fit(printable(text), max(1, width))


def paragraph(text: str, width: int, *, tone: Tone = Tone.PLAIN, indent: int = 2) -> Iterator[Line]:
    """The text on as many lines as it takes, each indented and of at most `width` columns."""
    before = indent * INDENT
    for line in wrapped(printable(text), width - len(before)):
        yield (Fragment(before + line, tone),)
