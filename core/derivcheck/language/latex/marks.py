"""The marks of a LaTeX text: commands, groups, scripts and characters, with their spans."""

from __future__ import annotations

import re
from enum import Enum, auto

from derivcheck.errors import ParseError, Span
from derivcheck.model.light_records import record

MAX_LENGTH = 20_000
"""Characters in a LaTeX text: reading it may make it several times as long."""

_MARK = re.compile(
    r"""(?P<blank>\s+|~|%[^\n]*|\\[,;:!>\ ]|\\q?quad(?![A-Za-z]))
      |(?P<command>\\(?:[A-Za-z]+|.))
      |(?P<number>\d+(?:\.\d+)?|\.\d+)
      |(?P<letter>[^\W\d_])
      |(?P<prime>['′]+)
      |(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_FENCES = re.compile(r"\$\$?|\\\[|\\\]|\\\(|\\\)")

_IN_WORDS = re.compile(r"\\(?:text|mbox|textrm)\{[^{}]*\}")


class MarkKind(Enum):
    """What a mark is."""

    COMMAND = auto()  # \frac, without its backslash
    NUMBER = auto()
    LETTER = auto()
    PRIME = auto()
    OTHER = auto()  # brackets, operators, scripts
    END = auto()


@record
class Mark:
    """One mark.

    Attributes:
        kind: what it is.
        text: its text, of a command without the backslash.
        start, end: where it stands.
        is_apart: whether a blank stands before it.
    """

    kind: MarkKind
    text: str
    start: int
    end: int
    is_apart: bool = False

    def is_command(self, *names: str) -> bool:
        """Whether it is one of these commands."""
        return self.kind is MarkKind.COMMAND and self.text in names

    def is_sign(self, *signs: str) -> bool:
        """Whether it is one of these characters, such as a bracket or an operator."""
        return self.kind is MarkKind.OTHER and self.text in signs


_KINDS = {
    "command": MarkKind.COMMAND,
    "number": MarkKind.NUMBER,
    "letter": MarkKind.LETTER,
    "prime": MarkKind.PRIME,
    "other": MarkKind.OTHER,
}


def marks(text: str) -> tuple[Mark, ...]:
    r"""The marks of a LaTeX text, an END behind the last one; dollars around the formula are no part of it.

    Raises:
        ParseError: for a text that is too long, that holds two formulas, or whose braces do not match.

    Example:
        >>> [mark.text for mark in marks(r"$\frac12 x^{2}$")]
        ['frac', '12', 'x', '^', '{', '2', '}', '']
    """
    if len(text) > MAX_LENGTH:
        raise ParseError(
            f"the LaTeX text has {len(text):,} characters, of at most {MAX_LENGTH:,}", text=text, span=Span(0, 1)
        )
    body = _without_fences(text)
    found: list[Mark] = []
    is_apart = False
    for match in _MARK.finditer(body):
        kind = match.lastgroup
        if kind == "blank":
            is_apart = True
        elif kind:
            shown = match[0][1:] if kind == "command" else match[0]
            found.append(Mark(_KINDS[kind], shown, match.start(), match.end(), is_apart))
            is_apart = False
    _check_braces(text, found)
    return (*found, Mark(MarkKind.END, "", len(body.rstrip()), len(body.rstrip()), is_apart))


def _without_fences(text: str) -> str:
    """The text with blanks in the place of what opens and closes the formula: every character keeps its place."""
    text = _IN_WORDS.sub(lambda match: match[0].replace("$", " "), text)
    fences = list(_FENCES.finditer(text))
    inner = [fence for fence in fences if text[: fence.start()].strip() and text[fence.end() :].strip()]
    if inner:
        raise ParseError(
            "two formulas, or words around one",
            text=text,
            span=Span(inner[0].start(), inner[0].end()),
            hint="give the formula alone",
        )
    for fence in fences:
        text = text[: fence.start()] + " " * len(fence[0]) + text[fence.end() :]
    return text


def _check_braces(text: str, found: list[Mark]) -> None:
    """Refuse braces that do not match."""
    opened: list[Mark] = []
    for mark in found:
        if mark.is_sign("{"):
            opened.append(mark)
        elif mark.is_sign("}") and not opened:
            raise ParseError("this brace closes nothing", text=text, span=Span(mark.start, mark.end))
        elif mark.is_sign("}"):
            opened.pop()
    if opened:
        raise ParseError("this brace is never closed", text=text, span=Span(opened[-1].start, opened[-1].end))
