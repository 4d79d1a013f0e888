"""Rows of texts whose columns stand below one another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap

from rich.cells import cell_len, set_cell_size

_GAP = "  "


_LEAST = 24
"""Columns that the last cells have at least, however narrow the screen is."""


def align(rows: Sequence[Sequence[str]], *, width: int | None = None) -> Iterator[str]:
    r"""The rows as texts whose columns begin at the same place; the last column is not padded.

    Args:
        rows: the cells.
        width: columns of a line; what is longer in the last cells goes on in further lines of the text, below its
            beginning. None for any number.

    Example:
        >>> print(*align([("x", "what stands for the first of the variables"), ("lg", "log")], width=28), sep="\n")
        x   what stands for the
            first of the variables
        lg  log
    """
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    before = sum(widths[:-1]) + len(_GAP) * (len(widths) - 1)
    for row in rows:
        padded = [set_cell_size(cell, size) for cell, size in zip(row[:-1], widths, strict=False)]
        last = [row[-1]] if width is None else wrap(row[-1], max(_LEAST, width - before))
        yield f"\n{' ' * before}".join([_GAP.join([*padded, *last[:1]]).rstrip(), *last[1:]])
