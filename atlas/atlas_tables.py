"""The tables of the atlas's pages, as HTML that a page of Markdown may hold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def table(name: str, heads: Sequence[tuple[str, str | None]], rows: Iterable[tuple[str, Iterable[str]]]) -> str:
    """A table.

    Args:
        name: its class.
        heads: its headings, each with what it is sorted by: text, number, verdict, or nothing.
        rows: its rows: the attributes of each, and its cells as HTML.
    """
    lines = ['<div class="atlas" data-search-exclude>', f'<table class="{name}">', "<thead><tr>"]
    lines += [f'<th data-sort="{kind}">{head}</th>' if kind else f"<th>{head}</th>" for head, kind in heads]
    lines += ["</tr></thead>", "<tbody>"]
    for attributes, cells in rows:
        lines.append(f"<tr{attributes}>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>")
    return "\n".join([*lines, "</tbody>", "</table>", "</div>", ""])
