"""What is done to the HTML of a page: the colours of a terminal, tables that a phone can show, options in one piece."""

from __future__ import annotations

import re
from html import escape, unescape

_NO_PROMPT = re.compile(r'<span class="gp"># </span>(?P<line>[^\n]*)')
"""A line of output that begins with a number sign, which the highlighter takes for the prompt of the root."""

_OUTPUT = re.compile(r'(?<=<span class="go">).*?(?=</span>)')
_STATUS = re.compile(r"(?P<mark>[✓!✗])(?= )(?P<words>(?: \d+ of \d+)? [a-z][a-z-]+)?|\berror:")
_TONES = {"✓": "pass", "!": "warn", "✗": "fail", "error:": "fail"}

_INLINE = re.compile(r"(?<=<code>)[^<]+(?=</code>)")
_OPTION = re.compile(r"(?<![^\s(])-[\w-]+")

_TABLE = re.compile(r"<table>.*?</table>", re.DOTALL)
_ROW = re.compile(r"<tr>.*?</tr>", re.DOTALL)
_CELL = re.compile(r"<(?P<kind>t[hd])(?P<style>[^>]*)>(?P<body>.*?)</t[hd]>", re.DOTALL)
_TAG = re.compile(r"<[^>]+>")
_SENTENCE = 32
"""A table with a longer cell than so many characters is read, and not compared column by column."""


def polished(html: str) -> str:
    """The HTML of a page, better to look at."""
    html = _NO_PROMPT.sub(r'<span class="go"># \g<line></span>', html)
    html = _OUTPUT.sub(lambda match: _STATUS.sub(_toned, match[0]), html)
    html = _INLINE.sub(lambda match: _OPTION.sub(r'<span class="option">\g<0></span>', match[0]), html)
    # Within a table, Markdown asks for a backslash before a bar; this one leaves it where the bar is in code.
    return _TABLE.sub(lambda match: labelled(match[0].replace("\\|", "|")), html)


def _toned(match: re.Match[str]) -> str:
    return f'<span class="{_TONES[match["mark"] or unescape(match[0])]}">{match[0]}</span>'


def labelled(table: str) -> str:
    """A table of sentences whose cells know their heading: on a phone each row becomes a list.

    Examples:
        >>> head, text = "<tr><th>a</th><th>b</th></tr>", "a sentence that is too long for a column"
        >>> labelled(f"<table>{head}<tr><td>1</td><td>{text}</td></tr></table>").partition("</tr>")[2]
        '<tr><td data-label="a">1</td><td data-label="b">a sentence that is too long for a column</td></tr></table>'
        >>> labelled(f"<table>{head}<tr><td>1</td><td>2</td></tr></table>").partition("</tr>")[2]
        '<tr><td>1</td><td>2</td></tr></table>'
    """
    rows = [[cell["body"] for cell in _CELL.finditer(row)] for row in _ROW.findall(table)]
    if not any(len(_text(cell)) > _SENTENCE for row in rows[1:] for cell in row):
        return table
    heads = [escape(_text(cell)) for cell in rows[0]]

    def row(match: re.Match[str]) -> str:
        labels = iter(heads)
        return _CELL.sub(lambda cell: _with_label(cell, next(labels, "")), match[0])

    return _ROW.sub(row, table).replace("<table>", "<table data-read>", 1)


def _with_label(cell: re.Match[str], label: str) -> str:
    return cell[0] if cell["kind"] == "th" else f'<td data-label="{label}"{cell["style"]}>{cell["body"]}</td>'


def _text(html: str) -> str:
    return " ".join(unescape(_TAG.sub("", html)).split())
