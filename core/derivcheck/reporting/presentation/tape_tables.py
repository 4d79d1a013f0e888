"""Lays out the tables of a tape for a screen: columns where they fit, else each tensor on lines of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from derivcheck.model.explanation import Blame
from derivcheck.reporting.presentation.cells import MARK_OF, NOTHING
from derivcheck.reporting.presentation.numerals import shorten
from derivcheck.reporting.presentation.tape_cells import MARKS, Row
from derivcheck.reporting.presentation.toned_lines import INDENT, Fragment, Line, Tone
from derivcheck.reporting.presentation.widths import fit, printable
from derivcheck.reporting.presentation.widths import width as width_of

_GAP = "  "
_NUMBERS = frozenset({"data", "grad", "computed", "exact"})
_TEXTS = frozenset({"source", "operation", "came through", "grad_fn"})
_NAME, _POSITION = "source", "#"
_LEAST = ((_NUMBERS, 12), (_TEXTS, 14), (_NUMBERS, 8), (_TEXTS, 8))
"""The columns that become narrower where a line is too long, one group after the other, and how narrow."""

_LAST = "condition"
"""The column that gives way where the others have room without it."""


def tape_table(
    titles: Sequence[str],
    rows: Sequence[Row],
    shown: frozenset[int],
    width: int,
    *,
    blame: Blame | None,
    at: int | None,
) -> Iterator[Line]:
    """Yield the lines of a table.

    Args:
        titles: those of the columns.
        rows: all rows.
        shown: the positions of the rows that are shown; for others in between a line says how many there are.
        width: the columns of a line.
        blame: what is to blame.
        at: the position of the row that is marked for it.
    """
    titles, rows, columns = _layout(*without_empty(titles, rows, shown), shown, width)
    severity = None if blame is None else MARKS[blame.kind]
    if columns is not None:
        texts = [_pad(title, size) for title, size in zip(titles, columns, strict=True)]
        yield (Fragment((INDENT + _GAP.join(texts)).rstrip(), Tone.ASIDE),)
    hidden = 0
    for row in rows:
        if row.at not in shown:
            hidden += 1
            continue
        if hidden:
            yield _fold(hidden)
            hidden = 0
        is_marked = row.at == at and severity is not None
        mark = f"{MARK_OF[severity]} " if is_marked and severity is not None else INDENT
        tone = Tone.of(severity) if is_marked and severity is not None else None
        if columns is None:
            yield from _stack(titles, row, mark, tone, width)
        else:
            yield _line(titles, row, columns, mark, tone)
    if hidden:
        yield _fold(hidden)


def _layout(
    titles: Sequence[str], rows: Sequence[Row], shown: frozenset[int], width: int
) -> tuple[Sequence[str], Sequence[Row], list[int] | None]:
    """Choose what stands side by side: everything, else shapes for lists of numbers, else without the last column.

    Returns:
        The titles, the rows, and the width of each column; None instead of these where not even that fits: then each
        row is to be a stack, and has everything.
    """
    brief = [replace(row, texts=row.brief) for row in rows]
    for some, chosen in ((titles, rows), (titles, brief), _without(_LAST, titles, brief)):
        columns = _sizes(some, [row for row in chosen if row.at in shown], width)
        if columns is not None:
            return some, chosen, columns
    return titles, rows, None


def _without(title: str, titles: Sequence[str], rows: Sequence[Row]) -> tuple[list[str], list[Row]]:
    """Leave out a column, which lines of this width have no room for; a stack has a line for it."""
    kept = [column for column, each in enumerate(titles) if each != title]
    return [titles[at] for at in kept], [_only(row, kept) for row in rows]


def _only(row: Row, columns: Sequence[int]) -> Row:
    if not row.texts:
        return row
    return Row(row.at, tuple(row.texts[at] for at in columns), tuple(row.brief[at] for at in columns))


def without_empty(titles: Sequence[str], rows: Sequence[Row], shown: frozenset[int]) -> tuple[list[str], list[Row]]:
    """Leave out the columns in which nothing stands."""
    kept = [
        column
        for column in range(len(titles))
        if any(row.texts[column] not in {"", NOTHING} for row in rows if row.at in shown)
    ]
    return [titles[at] for at in kept], [_only(row, kept) for row in rows]


def _fold(hidden: int) -> Line:
    lines = "1 more line" if hidden == 1 else f"{hidden:,} more lines"
    return (Fragment(f"{INDENT}… {lines} (-v: all)", Tone.ASIDE),)


def _sizes(titles: Sequence[str], rows: Sequence[Row], width: int) -> list[int] | None:
    """The width of each column; None where they do not fit side by side.

    Numbers are shortened first, then texts are cut, then numbers are shortened once more.
    """
    texts = [[printable(row.texts[column]) for row in rows] for column in range(len(titles))]
    sizes = [max(map(width_of, (title, *cells))) for title, cells in zip(titles, texts, strict=True)]
    room = width - len(INDENT) - len(_GAP) * (len(titles) - 1)
    for group, least in _LEAST:
        columns = [column for column, title in enumerate(titles) if title in group]
        floors = {column: _floor(titles[column], texts[column], least) for column in columns}
        while sum(sizes) > room:
            widest = max(columns, key=lambda column: sizes[column] - floors[column])
            if sizes[widest] <= floors[widest]:
                break
            sizes[widest] -= 1
    return sizes if sum(sizes) <= room else None


def _floor(title: str, texts: Sequence[str], least: int) -> int:
    """The least width of a column: numbers can be shortened so far only."""
    if title not in _NUMBERS:
        return max(width_of(title), least)
    return max(width_of(title), *(width_of(shorten(text, least)) for text in texts), 0)


def _line(titles: Sequence[str], row: Row, sizes: Sequence[int], mark: str, tone: Tone | None) -> Line:
    pieces = [Fragment(mark, tone or Tone.PLAIN)]
    for title, text, size in zip(titles, row.texts, sizes, strict=True):
        shown = _pad(_shortened(title, text, size), size) + _GAP
        pieces.append(Fragment(shown, tone or (Tone.NAME if title == _NAME else Tone.PLAIN)))
    while len(pieces) > 1 and not pieces[-1].text.strip():
        pieces.pop()
    pieces[-1] = pieces[-1]._replace(text=pieces[-1].text.rstrip())
    return tuple(pieces)


def _stack(titles: Sequence[str], row: Row, mark: str, tone: Tone | None, width: int) -> Iterator[Line]:
    """Lay out a row on several lines: which tensor it is, then each cell behind its title."""
    cells = dict(zip(titles, row.texts, strict=True))
    head = f"#{cells.pop(_POSITION)}  {printable(cells.pop(_NAME))}"
    yield Fragment(mark, tone or Tone.PLAIN), Fragment(fit(head, width - len(mark)).rstrip(), tone or Tone.NAME)
    longest = max(map(len, cells))
    for title, text in cells.items():
        if text in {"", NOTHING}:
            continue
        label = f"{2 * INDENT}{title:<{longest}}{_GAP}"
        room = width - len(label)
        yield Fragment(label, Tone.ASIDE), Fragment(fit(_shortened(title, text, room), room).rstrip())


def _shortened(title: str, text: str, size: int) -> str:
    return shorten(text, size) if title in _NUMBERS else printable(text)


def _pad(text: str, columns: int) -> str:
    return fit(text, columns, pad=True)
