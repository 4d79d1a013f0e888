"""The block of lines for one point of one case: a header and a row a result, each piece with its tone."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from enum import Enum, auto
from typing import NamedTuple

from derivcheck.model import Point, Result, Severity, Status, What
from derivcheck.presentation.cells import (
    NOTHING,
    autograd_text,
    error_text,
    reason_text,
    row_name,
    status_text,
    symbolic_text,
    truth_text,
)
from derivcheck.presentation.numerals import rounded_text
from derivcheck.presentation.widths import fit, printable
from derivcheck.presentation.widths import width as width_of

_GAP = "    "
_NARROW_GAP = "  "
_HEADER_GAP = "   "
_INDENT = "  "
_LEAST_FORMULA = 12


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


class Piece(NamedTuple):
    """Some characters of a line that have one tone."""

    text: str
    tone: Tone = Tone.PLAIN


Line = tuple[Piece, ...]


def plain(line: Line) -> str:
    """The line's characters."""
    return "".join(piece.text for piece in line)


def block(results: Sequence[Result], *, width: int, verbose: bool = False, wrap: bool = True) -> Iterator[Line]:
    """The lines for the results at one point.

    Args:
        results: the rows, all of one case and one point.
        width: the columns of a line.
        verbose: whether the truth and the error are spelled out under each row.
        wrap: whether a long reason goes on on the next line, or is cut.
    """
    yield from _header(results, width)
    yield from _notes(results, width, wrap)
    rows, gap = _table(results, width)
    yield _line(rows[0], gap, Tone.ASIDE)
    for result, cells in zip(results, rows[1:], strict=True):
        yield _line(cells, gap)
        if verbose and any(cell.text.rstrip().endswith("…") for cell in cells):
            yield from _paragraph(f"formula {result.formula_text}", width, wrap=True, tone=Tone.ASIDE)
        reason = reason_text(result)
        if reason and (verbose or result.status is not Status.MATCH):
            yield from _paragraph(reason, width, wrap=wrap or verbose)
        if verbose and (facts := truth_text(result)):
            yield from _paragraph(facts, width, wrap=True, tone=Tone.ASIDE)


def at_text(point: Point) -> str:
    """The point as it was typed."""
    return "at " + ", ".join(f"{name} = {value.text}" for name, value in point.items()) if point else ""


def cut(text: str, width: int) -> str:
    """The text on one line of at most `width` columns, with … where it was cut."""
    return fit(printable(text), max(1, width))


def _header(results: Sequence[Result], width: int) -> Iterator[Line]:
    first = results[0]
    names = first.expression.variables if first.expression else tuple(first.point or ())
    formula = f"f({', '.join(names)}) = {first.case.expr.strip()}" if names else f"f = {first.case.expr.strip()}"
    gradients = [result.gradient for result in results if result.gradient]
    settings = []
    if gradients:
        modes = dict.fromkeys(gradient.mode.value for gradient in gradients)
        settings = [f"{gradients[0].dtype} · {gradients[0].device} · {', '.join(modes)}"]
    pieces = [formula, *filter(None, [at_text(first.point or {})]), *settings]
    if width_of(_HEADER_GAP.join(pieces)) <= width:
        yield (Piece(printable(_HEADER_GAP.join(pieces)), Tone.HEADING),)
        return
    yield (Piece(cut(formula, width), Tone.HEADING),)
    rest = _HEADER_GAP.join(pieces[1:])
    room = width - len(_INDENT)
    for piece in [rest] if width_of(rest) <= room else pieces[1:]:
        yield (Piece(_INDENT + cut(piece, room), Tone.HEADING),)


def _notes(results: Iterable[Result], width: int, wrap: bool) -> Iterator[Line]:
    results = list(results)
    point = results[0].point or {}
    dtype = next((result.gradient.dtype for result in results if result.gradient), results[0].case.dtype)
    moved = [f"{name} = {value.text} → {rounded_text(value)}" for name, value in point.items() if value.is_rounded]
    if moved:
        yield from _paragraph(", ".join(moved) + (f" ({dtype})" if dtype else ""), width, wrap=wrap, tone=Tone.ASIDE)
    for note in dict.fromkeys(note for result in results for note in result.notes):
        yield from _paragraph(f"note: {note}", width, wrap=wrap, tone=Tone.ASIDE)


def _table(results: Sequence[Result], width: int) -> tuple[list[list[Piece]], str]:
    """The cells, the titles first, padded to their columns; the formulas give way where the screen is narrow."""
    with_mode = len({result.gradient.mode for result in results if result.gradient}) > 1
    titles = ["", *(["mode"] if with_mode else []), "formula", "symbolic", "autograd", "error", "status"]
    rows = [[*map(Piece, titles)], *([*_cells(result, with_mode=with_mode)] for result in results)]
    widths = [max(width_of(row[column].text) for row in rows) for column in range(len(titles))]
    formula = titles.index("formula")
    others = sum(widths) - widths[formula] + len(_INDENT)
    gap = _GAP if others + widths[formula] + len(_GAP) * len(titles) <= width else _NARROW_GAP
    widths[formula] = min(widths[formula], max(_LEAST_FORMULA, width - others - len(gap) * (len(titles) - 1)))
    for row in rows:
        for column, (cell, columns) in enumerate(zip(row[:-1], widths, strict=False)):
            row[column] = cell._replace(text=fit(cell.text, columns, pad=True))
    return rows, gap


def _cells(result: Result, *, with_mode: bool) -> Iterator[Piece]:
    gradient = result.gradient
    yield Piece(printable(row_name(result)), Tone.CLAIM if result.what is What.CLAIM else Tone.NAME)
    if with_mode:
        yield Piece(gradient.mode.value if gradient else NOTHING)
    yield Piece(printable(result.formula_text or NOTHING))
    yield Piece(symbolic_text(result))
    yield Piece(autograd_text(gradient))
    yield Piece(error_text(result.verdict.ulps))
    yield Piece(status_text(result.status), Tone.of(result.status.severity))


def _line(cells: Sequence[Piece], gap: str, tone: Tone | None = None) -> Line:
    pieces = [Piece(_INDENT)]
    for cell in cells:
        pieces += [cell if tone is None else cell._replace(tone=tone), Piece(gap)]
    while pieces and not pieces[-1].text.rstrip():
        pieces.pop()
    pieces[-1] = pieces[-1]._replace(text=pieces[-1].text.rstrip())
    return tuple(pieces)


def _paragraph(text: str, width: int, *, wrap: bool, tone: Tone = Tone.PLAIN) -> Iterator[Line]:
    indent = 2 * _INDENT
    room = max(20, width - len(indent))
    lines = textwrap.wrap(printable(text), room, break_on_hyphens=False) if wrap else [cut(text, room)]
    for line in lines:
        yield (Piece(indent + line, tone),)
