"""The tables of the atlas's pages, as HTML that a page of Markdown may hold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def table(heads: Sequence[str], rows: Iterable[Iterable[str]]) -> str:
    """A table of some headings and rows of cells, as HTML; the site's own script sorts and filters what is long."""
    return marked_table("", [f"<th>{head}</th>" for head in heads], (("", cells) for cells in rows))


def marked_table(attributes: str, heads: Iterable[str], rows: Iterable[tuple[str, Iterable[str]]]) -> str:
    """A table with attributes for a script: its own, its headings with their tags, and each row's beside its cells."""
    lines = ['<div class="atlas" data-search-exclude>', f"<table{attributes}>", "<thead><tr>", *heads]
    lines += ["</tr></thead>", "<tbody>"]
    for own, cells in rows:
        lines.append(f"<tr{own}>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>")
    return "\n".join([*lines, "</tbody>", "</table>", "</div>", ""])
