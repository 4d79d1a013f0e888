"""The block of lines for one point of one case: a header and a row a result."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence

from rich.cells import cell_len
from rich.text import Text

from derivcheck.model import Point, Result, Status, What
from derivcheck.numerals import rounded_text
from derivcheck_cli.render.cells import (
    NOTHING,
    autograd_text,
    error_text,
    reason_text,
    row_name,
    status_text,
    symbolic_text,
    truth_text,
)
from derivcheck_cli.screen import printable

_GAP = "    "
_NARROW_GAP = "  "
_HEADER_GAP = "   "
_INDENT = "  "
_LEAST_FORMULA = 12


def block(results: Sequence[Result], *, width: int, verbose: bool = False, wrap: bool = True) -> Iterator[Text]:
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
    yield _line(rows[0], gap, style="dim")
    for result, cells in zip(results, rows[1:], strict=True):
        yield _line(cells, gap)
        if verbose and any(cell.plain.rstrip().endswith("…") for cell in cells):
            yield from _paragraph(f"formula {result.formula}", width, wrap=True, style="dim")
        reason = reason_text(result)
        if reason and (verbose or result.status is not Status.MATCH):
            yield from _paragraph(reason, width, wrap=wrap or verbose)
        if verbose and (facts := truth_text(result)):
            yield from _paragraph(facts, width, wrap=True, style="dim")


def at_text(point: Point) -> str:
    """The point as it was typed."""
    return "at " + ", ".join(f"{name} = {value.text}" for name, value in point.items()) if point else ""


def cut(text: str, width: int) -> str:
    """The text on one line of at most `width` columns, with … where it was cut."""
    shown = Text(printable(text))
    shown.truncate(max(1, width), overflow="ellipsis")
    return shown.plain


def _header(results: Sequence[Result], width: int) -> Iterator[Text]:
    first = results[0]
    names = first.expression.variables if first.expression else tuple(first.point or ())
    formula = f"f({', '.join(names)}) = {first.case.expr.strip()}" if names else f"f = {first.case.expr.strip()}"
    gradients = [result.gradient for result in results if result.gradient]
    settings = []
    if gradients:
        modes = dict.fromkeys(gradient.mode.value for gradient in gradients)
        settings = [f"{gradients[0].dtype} · {gradients[0].device} · {', '.join(modes)}"]
    pieces = [formula, *filter(None, [at_text(first.point or {})]), *settings]
    if cell_len(_HEADER_GAP.join(pieces)) <= width:
        yield Text(printable(_HEADER_GAP.join(pieces)), style="bold")
        return
    yield Text(cut(formula, width), style="bold")
    rest = _HEADER_GAP.join(pieces[1:])
    room = width - len(_INDENT)
    for piece in [rest] if cell_len(rest) <= room else pieces[1:]:
        yield Text(_INDENT + cut(piece, room), style="bold")


def _notes(results: Iterable[Result], width: int, wrap: bool) -> Iterator[Text]:
    results = list(results)
    point = results[0].point or {}
    dtype = next((result.gradient.dtype for result in results if result.gradient), results[0].case.dtype)
    moved = [f"{name} = {value.text} → {rounded_text(value)}" for name, value in point.items() if value.is_rounded]
    if moved:
        yield from _paragraph(", ".join(moved) + (f" ({dtype})" if dtype else ""), width, wrap=wrap, style="dim")
    for note in dict.fromkeys(note for result in results for note in result.notes):
        yield from _paragraph(f"note: {note}", width, wrap=wrap, style="dim")


def _table(results: Sequence[Result], width: int) -> tuple[list[list[Text]], str]:
    """The cells, the titles first, padded to their columns; the formulas give way where the screen is narrow."""
    with_mode = len({result.gradient.mode for result in results if result.gradient}) > 1
    titles = ["", *(["mode"] if with_mode else []), "formula", "symbolic", "autograd", "error", "status"]
    rows = [[Text(title) for title in titles], *([*_cells(result, with_mode=with_mode)] for result in results)]
    widths = [max(row[column].cell_len for row in rows) for column in range(len(titles))]
    formula = titles.index("formula")
    others = sum(widths) - widths[formula] + len(_INDENT)
    gap = _GAP if others + widths[formula] + len(_GAP) * len(titles) <= width else _NARROW_GAP
    widths[formula] = min(widths[formula], max(_LEAST_FORMULA, width - others - len(gap) * (len(titles) - 1)))
    for row in rows:
        for cell, columns in zip(row[:-1], widths, strict=False):
            cell.truncate(columns, overflow="ellipsis", pad=True)
    return rows, gap


def _cells(result: Result, *, with_mode: bool) -> Iterator[Text]:
    gradient = result.gradient
    yield Text(printable(row_name(result)), style="magenta" if result.what is What.CLAIM else "cyan")
    if with_mode:
        yield Text(gradient.mode.value if gradient else NOTHING)
    yield Text(printable(result.formula or NOTHING))
    yield Text(symbolic_text(result))
    yield Text(autograd_text(gradient))
    yield Text(error_text(result.verdict.ulps))
    yield status_text(result.status)


def _line(cells: Sequence[Text], gap: str, style: str = "") -> Text:
    line = Text.assemble(_INDENT, Text(gap).join(cells))
    line.rstrip()
    line.stylize(style)
    return line


def _paragraph(text: str, width: int, *, wrap: bool, style: str = "") -> Iterator[Text]:
    indent = 2 * _INDENT
    room = max(20, width - len(indent))
    lines = textwrap.wrap(printable(text), room, break_on_hyphens=False) if wrap else [cut(text, room)]
    for line in lines:
        yield Text(indent + line, style=style)
