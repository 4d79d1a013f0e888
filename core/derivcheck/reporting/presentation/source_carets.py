"""A line of source with carets under the piece that is meant."""

from __future__ import annotations

from collections.abc import Iterator

from derivcheck.errors import Span
from derivcheck.reporting.presentation.toned_lines import Fragment, Line, Tone
from derivcheck.reporting.presentation.widths import printable
from derivcheck.reporting.presentation.widths import width as width_of
from derivcheck.system.harmless import one_line

_INDENT = 4


def carets(text: str, span: Span, columns: int) -> tuple[str, str]:
    r"""The line of a text in which a span begins, cut to a window of so many columns, and the carets under the span.

    Example:
        >>> print(*carets("1 - cos(x)", Span(4, 10), 40), sep="\n")
        1 - cos(x)
            ^^^^^^
        >>> print(*carets("a + b + c + d", Span(8, 9), 9), sep="\n")
        … + c + …
            ^
    """
    start = min(span.start, len(text))
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", start)
    last = len(text) if last < 0 else last
    end = max(start + 1, min(span.end, last))
    room = max(8, columns)
    if last - first > room:
        inside = room - 2
        low = max(first, min(start - max(0, inside - (end - start)) // 2, last - inside))
        high = min(last, low + inside)
    else:
        low, high = first, last
    before, after = ("…" if low > first else ""), ("…" if high < last else "")
    shown = printable(one_line(text[low:high]))
    indent = width_of(before + printable(one_line(text[low:start])))
    return f"{before}{shown}{after}", " " * indent + "^" * max(1, width_of(text[start : min(end, high)]))


def caret_lines(text: str, span: Span, width: int, tone: Tone) -> Iterator[Line]:
    """The same as lines, indented."""
    line, marks = carets(text, span, width - _INDENT)
    before = Fragment(" " * _INDENT)
    yield before, Fragment(line)
    yield before, Fragment(marks, tone)
