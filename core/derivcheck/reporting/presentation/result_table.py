"""Lays out the rows of one point: as columns side by side, or below one another on a narrow screen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from derivcheck.model import Result, What
from derivcheck.reporting.presentation.cells import (
    NOTHING,
    autograd_text,
    error_text,
    formula_text,
    row_name,
    status_text,
    symbolic_text,
)
from derivcheck.reporting.presentation.numerals import shorten
from derivcheck.reporting.presentation.toned_lines import INDENT, Fragment, Line, Tone
from derivcheck.reporting.presentation.widths import fit, printable
from derivcheck.reporting.presentation.widths import width as width_of

_GAP = "    "
_NARROW_GAP = "  "
_LEAST_FORMULA = 12
_LEAST_NUMBER = 10
"""The least width of a number of many digits; that of a formula stands above."""

_FORMULA, _NUMBERS, _ERROR, _STATUS = "formula", ("symbolic", "autograd"), "error", "status"
_LONGEST_TITLE = len("symbolic")

Row = dict[str, Fragment]
"""The cells of a row by the titles of their columns; the first column's title is empty."""


@dataclass(frozen=True, slots=True)
class Table:
    """The rows, laid out.

    Attributes:
        titles: the line of titles; none where cells stand below one another, each behind its title.
        rows: the lines of each row.
        cut: for each row, the cells that are not shown whole: their titles, and their texts in full.
    """

    titles: tuple[Line, ...]
    rows: tuple[tuple[Line, ...], ...]
    cut: tuple[dict[str, str], ...]


def table(results: Sequence[Result], width: int) -> Table:
    """The rows of one point, laid out for a screen.

    On a screen that is too narrow for the columns, formulas are cut first, then digits. If that is not enough, the
    cells of a row stand below one another. The status is never cut.

    Args:
        results: the rows.
        width: the columns of a line.
    """
    with_mode = len({result.gradient.mode for result in results if result.gradient}) > 1
    rows = [_cells(result, with_mode=with_mode) for result in results]
    sizes = _sizes(rows, width)
    if sizes is None:
        stacks = tuple(tuple(_stack(row, width)) for row in rows)
        return Table((), stacks, tuple(map(_cut, rows, stacks)))
    columns, gap = sizes
    titles = _line({title: Fragment(title, Tone.ASIDE) for title in rows[0]}, columns, gap)
    lines = tuple((_line(row, columns, gap),) for row in rows)
    return Table((titles,), lines, tuple(map(_cut, rows, lines)))


def _cells(result: Result, *, with_mode: bool) -> Row:
    gradient = result.gradient
    mode = {"mode": Fragment(gradient.mode.value if gradient else NOTHING)} if with_mode else {}
    return {
        "": Fragment(printable(row_name(result)), Tone.CLAIM if result.what is What.CLAIM else Tone.NAME),
        **mode,
        _FORMULA: Fragment(printable(formula_text(result))),
        "symbolic": Fragment(symbolic_text(result)),
        "autograd": Fragment(autograd_text(gradient)),
        _ERROR: Fragment(error_text(result.verdict.ulps)),
        _STATUS: Fragment(status_text(result.status), Tone.of(result.status.severity)),
    }


def _sizes(rows: Sequence[Row], width: int) -> tuple[dict[str, int], str] | None:
    """Return the width of each column and the gap between two; None where they do not fit side by side."""
    sizes = {title: max(width_of(title), *(width_of(row[title].text) for row in rows)) for title in rows[0]}
    if _total_width(sizes, _GAP) + len(_GAP) <= width:
        return sizes, _GAP
    spare = width - _total_width(sizes, _NARROW_GAP)
    if spare < 0:
        formula = sizes[_FORMULA]
        sizes[_FORMULA] = max(min(formula, _LEAST_FORMULA), formula + spare)
        spare += formula - sizes[_FORMULA]
    if spare < 0:
        spare = _take_digits(rows, sizes, spare)
    return (sizes, _NARROW_GAP) if spare >= 0 else None


def _take_digits(rows: Sequence[Row], sizes: dict[str, int], spare: int) -> int:
    """Make the columns of numbers narrower until the row fits, and return the spare width, negative if it does not."""
    natural = {title: sizes[title] for title in _NUMBERS}
    least = {
        title: max(width_of(title), *(width_of(shorten(row[title].text, _LEAST_NUMBER)) for row in rows))
        for title in _NUMBERS
    }
    for columns in range(max(natural.values()), _LEAST_NUMBER - 1, -1):
        for title in _NUMBERS:
            sizes[title] = min(natural[title], max(columns, least[title]))
        if sum(natural[title] - sizes[title] for title in _NUMBERS) + spare >= 0:
            break
    return sum(natural[title] - sizes[title] for title in _NUMBERS) + spare


def _total_width(sizes: dict[str, int], gap: str) -> int:
    return len(INDENT) + sum(sizes.values()) + len(gap) * (len(sizes) - 1)


def _line(row: Row, sizes: dict[str, int], gap: str) -> Line:
    pieces = [Fragment(INDENT)]
    for title, cell in row.items():
        text = shorten(cell.text, sizes[title]) if title in _NUMBERS else cell.text
        pieces += [cell._replace(text=fit(text, sizes[title], pad=True)), Fragment(gap)]
    while pieces and not pieces[-1].text.rstrip():
        pieces.pop()
    pieces[-1] = pieces[-1]._replace(text=pieces[-1].text.rstrip())
    return tuple(pieces)


def _stack(row: Row, width: int) -> Iterator[Line]:
    """Lay out a row on several lines: name, status and error first, then each other cell that is not empty."""
    name, status, error = row[""], row[_STATUS], row[_ERROR]._replace(tone=Tone.ASIDE)
    said = [] if error.text == NOTHING else [Fragment(_NARROW_GAP), error]
    first = [Fragment(INDENT), name, Fragment(_NARROW_GAP), status, *said]
    aside = {"", _STATUS, _ERROR}
    if sum(width_of(piece.text) for piece in first) <= width:
        yield tuple(first)
    else:
        yield Fragment(INDENT), name._replace(text=fit(name.text, width - len(INDENT)))
        yield Fragment(2 * INDENT), status
        aside.discard(_ERROR)
    for title in row:
        if title in aside or row[title].text == NOTHING:
            continue
        label = f"{2 * INDENT}{title:<{_LONGEST_TITLE}}{_NARROW_GAP}"
        room = width - len(label)
        text = shorten(row[title].text, room) if title in _NUMBERS else row[title].text
        yield Fragment(label, Tone.ASIDE), row[title]._replace(text=fit(text, room))


def _cut(row: Row, lines: Sequence[Line]) -> dict[str, str]:
    """Return the cells whose text was shortened on the lines."""
    shown = [piece.text for line in lines for piece in line]
    return {
        title: cell.text
        for title, cell in row.items()
        if title and cell.text != NOTHING and not any(cell.text == text.rstrip() for text in shown)
    }
