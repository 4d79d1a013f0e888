"""Lays out the rows of one point: as columns side by side, or below one another on a narrow screen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from derivcheck.model import Result, What
from derivcheck.reporting.presentation.cells import (
    NOTHING,
    autograd_text,
    formula_text,
    row_error_text,
    row_name,
    row_status_text,
    shape_text,
    symbolic_text,
)
from derivcheck.reporting.presentation.numerals import shorten
from derivcheck.reporting.presentation.toned_lines import INDENT, Fragment, Line, Tone
from derivcheck.reporting.presentation.widths import fit, printable, wrap
from derivcheck.reporting.presentation.widths import width as width_of

_GAP = "    "
_NARROW_GAP = "  "
_LEAST_FORMULA = 12
_LEAST_NUMBER = 10
"""The least width of a number of many digits; that of a formula stands above."""

_SHAPE, _FORMULA, _NUMBERS, _ERROR, _STATUS = "shape", "formula", ("symbolic", "autograd"), "error", "status"
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

    On a screen that is too narrow for the columns, formulas are cut first, then digits. Where there are tensors, digits
    are cut first, then numbers move below their rows, then formulas are cut. If that is not enough, all cells of a row
    stand below one another. The status is never cut.

    Args:
        results: the rows.
        width: the columns of a line.
    """
    with_mode = len({result.gradient.mode for result in results if result.gradient}) > 1
    with_shape = any(result.shape for result in results)
    rows = [_cells(result, with_mode=with_mode, with_shape=with_shape) for result in results]
    sizes, beside, below = _sizes(rows, width), rows, [Row() for _ in rows]
    if sizes is None and with_shape:
        below = [{title: row[title] for title in _NUMBERS if row[title].text != NOTHING} for row in rows]
        beside = [{**row, **dict.fromkeys(numbers, Fragment(""))} for row, numbers in zip(rows, below, strict=True)]
        sizes = _sizes(beside, width)
    if sizes is None:
        stacks = tuple(tuple(_stack(row, width)) for row in rows)
        return Table((), stacks, tuple(map(_cut, rows, stacks)))
    columns, gap = sizes
    beside = [{title: cell for title, cell in row.items() if title in columns} for row in beside]
    titles = _line({title: Fragment(title, Tone.ASIDE) for title in columns}, columns, gap)
    lines = tuple(
        (_line(row, columns, gap), *_below(numbers, width)) for row, numbers in zip(beside, below, strict=True)
    )
    return Table((titles,), lines, tuple(map(_cut, rows, lines)))


def _cells(result: Result, *, with_mode: bool, with_shape: bool) -> Row:
    gradient = result.gradient
    shape = {_SHAPE: Fragment(shape_text(result))} if with_shape else {}
    mode = {"mode": Fragment(gradient.mode.value if gradient else NOTHING)} if with_mode else {}
    return {
        "": Fragment(printable(row_name(result)), Tone.CLAIM if result.what is What.CLAIM else Tone.NAME),
        **shape,
        **mode,
        _FORMULA: Fragment(printable(formula_text(result))),
        "symbolic": Fragment(symbolic_text(result)),
        "autograd": Fragment(autograd_text(result)),
        _ERROR: Fragment(row_error_text(result)),
        _STATUS: Fragment(row_status_text(result), Tone.of(result.status.severity)),
    }


def _sizes(rows: Sequence[Row], width: int) -> tuple[dict[str, int], str] | None:
    """Return the width of each column and the gap between two; None where they do not fit side by side.

    Among the rows of tensors, a column of numbers that shows none is left out.
    """
    titles = list(rows[0])
    if _SHAPE in rows[0]:
        empty = [title for title in _NUMBERS if all(row[title].text in {"", NOTHING} for row in rows)]
        titles = [title for title in titles if title not in empty]
    with_numbers = not set(titles).isdisjoint(_NUMBERS)
    sizes = {title: max(width_of(title), *(width_of(row[title].text) for row in rows)) for title in titles}
    if _total_width(sizes, _GAP) + len(_GAP) <= width:
        return sizes, _GAP
    spare = width - _total_width(sizes, _NARROW_GAP)
    if spare < 0 and (_SHAPE not in rows[0] or not with_numbers):
        formula = sizes[_FORMULA]
        sizes[_FORMULA] = max(min(formula, _LEAST_FORMULA), formula + spare)
        spare += formula - sizes[_FORMULA]
    if spare < 0:
        spare = _take_digits(rows, sizes, spare)
    return (sizes, _NARROW_GAP) if spare >= 0 else None


def _take_digits(rows: Sequence[Row], sizes: dict[str, int], spare: int) -> int:
    """Make the columns of numbers narrower until the row fits, and return the spare width, negative if it does not."""
    natural = {title: sizes[title] for title in _NUMBERS if title in sizes}
    least = {
        title: max(width_of(title), *(width_of(shorten(row[title].text, _LEAST_NUMBER)) for row in rows))
        for title in natural
    }
    for columns in range(max(natural.values(), default=0), _LEAST_NUMBER - 1, -1):
        for title, size in natural.items():
            sizes[title] = min(size, max(columns, least[title]))
        if sum(natural[title] - sizes[title] for title in natural) + spare >= 0:
            break
    return sum(natural[title] - sizes[title] for title in natural) + spare


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
    if _SHAPE in row and row[_SHAPE].text:
        name = name._replace(text=f"{name.text}{_NARROW_GAP}{row[_SHAPE].text}")
    said = [] if error.text == NOTHING else [Fragment(_NARROW_GAP), error]
    first = [Fragment(INDENT), name, Fragment(_NARROW_GAP), status, *said]
    aside = {"", _SHAPE, _STATUS, _ERROR}
    if sum(width_of(piece.text) for piece in first) <= width:
        yield tuple(first)
    else:
        yield Fragment(INDENT), name._replace(text=fit(name.text, width - len(INDENT)))
        for line in wrap(status.text, width - 2 * len(INDENT)):
            yield Fragment(2 * INDENT), status._replace(text=line)
        aside.discard(_ERROR)
    yield from _below(
        {title: cell for title, cell in row.items() if title not in aside and cell.text != NOTHING}, width
    )


def _below(row: Row, width: int) -> Iterator[Line]:
    """Lay out cells on a line each, below their row, behind their titles."""
    for title, cell in row.items():
        label = f"{2 * INDENT}{title:<{_LONGEST_TITLE}}{_NARROW_GAP}"
        room = width - len(label)
        text = shorten(cell.text, room) if title in _NUMBERS else cell.text
        yield Fragment(label, Tone.ASIDE), cell._replace(text=fit(text, room))


def _cut(row: Row, lines: Sequence[Line]) -> dict[str, str]:
    """Return the cells whose text was shortened on the lines."""
    shown = [piece.text for line in lines for piece in line]
    return {
        title: cell.text
        for title, cell in row.items()
        if title and cell.text != NOTHING and not any(cell.text == text.rstrip() for text in shown)
    }
