"""Lines made of fragments, each with a tone. Tables and paragraphs consist of them; a renderer adds the colours."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum, auto
from typing import NamedTuple

from derivcheck.model import Severity
from derivcheck.reporting.presentation.widths import fit, printable, wrap

LEAST_WIDTH = 30
"""The narrowest screen that lines are laid out for, in columns. On a narrower one the terminal breaks the lines."""

INDENT = "  "


class Tone(Enum):
    """The role of a fragment; a renderer has a colour for each."""

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
    """Characters of a line that share a tone."""

    text: str
    tone: Tone = Tone.PLAIN


Line = tuple[Fragment, ...]


def plain(line: Line) -> str:
    """Return the line as plain text."""
    return "".join(piece.text for piece in line)


def cut(text: str, width: int) -> str:
    """Cut the text to one line of at most `width` columns, with … at its end."""
    return fit(printable(text), max(1, width))


def paragraph(text: str, width: int, *, tone: Tone = Tone.PLAIN, indent: int = 2) -> Iterator[Line]:
    """Break the text into indented lines of at most `width` columns."""
    before = indent * INDENT
    for line in wrap(printable(text), width - len(before)):
        yield (Fragment(before + line, tone),)
