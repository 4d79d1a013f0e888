"""Fits texts into columns of a terminal: measures, cuts, breaks and pads them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from derivcheck.system.harmless import one_line


def width(text: str) -> int:
    """The columns that a text takes: two for a wide character, none for a combining one.

    Example:
        >>> width("d²f/dλ"), width("数"), width("e\N{COMBINING ACUTE ACCENT}")
        (6, 2, 1)
    """
    return len(text) if text.isascii() else sum(map(_columns, text))


def fit(text: str, columns: int, *, pad: bool = False) -> str:
    """Cut the text to at most `columns` columns, with … at its end; with `pad`, fill it up with spaces."""
    taken = width(text)
    if taken > columns:
        text, taken = _head(text, columns - 1) + "…", columns
    return text + " " * (columns - taken) if pad else text


def wrap(text: str, columns: int) -> list[str]:
    """Break the text into lines of at most `columns` columns, between words; only a longer word is broken itself.

    Example:
        >>> wrap("the true number is 0.25", 12)
        ['the true', 'number is', '0.25']
    """
    lines: list[str] = []
    line = ""
    for word in text.split():
        longer = f"{line} {word}" if line else word
        if width(longer) <= columns:
            line = longer
            continue
        if line:
            lines.append(line)
        *heads, line = _pieces(word, columns)
        lines += heads
    return [*lines, line] if line else lines


def _pieces(word: str, columns: int) -> Iterator[str]:
    while width(word) > columns:
        head = _head(word, columns).rstrip() or word[0]
        yield head
        word = word[len(head) :]
    yield word


def printable(text: str, *, keep: str = "") -> str:
    """Replace control characters, which could write over the terminal; those in `keep` stay."""
    return text if text.isprintable() else "".join(char if char in keep else one_line(char) for char in text)


def _head(text: str, columns: int) -> str:
    taken = 0
    for index, char in enumerate(text):
        taken += _columns(char)
        if taken > columns:
            return text[:index] + " " * (columns - taken + _columns(char))
    return text


def _columns(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in {"W", "F"} else 1
