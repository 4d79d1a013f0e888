"""Rows of texts, aligned in columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.cells import cell_len, set_cell_size

_GAP = "  "


def aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """The rows as lines whose columns begin at the same place; the last column is not padded."""
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        padded = [set_cell_size(cell, width) for cell, width in zip(row[:-1], widths, strict=False)]
        yield _GAP.join([*padded, row[-1]]).rstrip()
