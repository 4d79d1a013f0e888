"""A hunt as HTML for a notebook: the map, the picture, the points, and the rows of the worst ones."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

from derivcheck.model import Result
from derivcheck.reporting.presentation.hunt_lines import shown_points
from derivcheck.reporting.presentation.hunt_tables import hunt_tables
from derivcheck.reporting.presentation.notebook import html
from derivcheck.reporting.presentation.widths import printable

MOST_POINTS = 3
"""Points whose rows a notebook shows."""


def hunt_page(rows: Sequence[Result], svg: str) -> str:
    """The HTML of a hunt, which loads nothing.

    Args:
        rows: the Results of a hunt, the first of them with its map.
        svg: the picture; empty where there is none.
    """
    tables = hunt_tables(rows)
    shown = [row for point in shown_points(rows)[:MOST_POINTS] for row in point]
    return "\n".join(
        [html(shown[:1]).partition("<table")[0], *_pieces(tables, svg), html(shown).partition("</style>")[2]]
    )


def _pieces(tables: dict[str, Any], svg: str) -> Iterator[str]:
    if tables["stretches"]:
        yield _table(tables["ranges"], ("", "range", "status", "worst", "numbers"), tables["stretches"], status=2)
    if svg:
        data = b64encode(svg.encode()).decode()
        yield f'<img alt="the error against the input" src="data:image/svg+xml;base64,{data}">'
    if tables["found"]:
        yield _table("found", ("", "", "error", "status", "at"), tables["found"], status=3)
    yield f"<p>{_clean(tables['covered'])}</p>"
    if tables["next"]:
        yield f"<p>next: <code>{_clean(tables['next'])}</code></p>"


def _table(caption: str, titles: Sequence[str], lines: Sequence[Sequence[str]], *, status: int) -> str:
    """A table whose cell behind the status is its severity, a class of the style."""
    head = "".join(f'<th scope="col">{title}</th>' for title in titles)
    body = ""
    for line in lines:
        cells = [*line[: status + 1], *line[status + 2 :]]
        severity = line[status + 1]
        body += "<tr>" + "".join(
            f'<td class="status {severity}">{_clean(cell)}</td>' if at == status else f"<td>{_clean(cell)}</td>"
            for at, cell in enumerate(cells)
        )
        body += "</tr>"
    caption = f"<caption>{_clean(caption)}</caption>"
    return f'<table class="derivcheck">{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def _clean(text: str) -> str:
    return escape(printable(text))
