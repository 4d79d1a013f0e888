"""The page of an operation: pictures of its errors, its rows, its worst points, and its findings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby

from atlas_operations import FORMATS, LOOKS, WORST_FIRST, Operation
from atlas_pictures import picture
from atlas_rows import RIGHT, UNSUPPORTED, Row
from atlas_tables import table
from findings import in_markdown

MOST_POINTS = 12
"""How many worst points a page shows."""

WORDS = {"": "the value", "inputs": "the first derivatives", "inputs,inputs": "the second derivatives"}


def page(operation: Operation) -> str:
    """The page of an operation, as Markdown."""
    description = (
        f"How right torch's {operation.name} is, by format and mode: its errors, its worst points, its findings."
    )
    parts = [f'---\ndescription: "{description}"\n---\n# {in_markdown(operation.name)}\n', _summary(operation)]
    parts += [f'<figure class="curve">\n{svg}\n</figure>\n' for svg in _pictures(operation)]
    if operation.findings:
        parts.append("## Findings\n")
        parts += [
            f"* [{in_markdown(one.title)}](../findings.md#{one.id}) ({one.kind.value})" for one in operation.findings
        ]
        parts.append("")
    if points := worst_points(operation.rows):
        parts.append("## Worst points\n")
        parts += _points(points)
    if operation.rows:
        parts += ["## All that was looked at\n", _table(operation.rows)]
    return "\n".join(parts)


def _summary(operation: Operation) -> str:
    if not operation.rows:
        return "The atlas has no rows about it, only what was found by hand.\n"
    verdict = operation.verdict
    mark, tone, _ = LOOKS[verdict]
    looked = sum(row.points for row in operation.rows)
    rows = len(operation.rows)
    return (
        f'<span class="{tone}">{mark} {verdict}</span>: {looked:,} points in {rows} rows, torch '
        f"{operation.rows[0].torch}. [What the words mean](../index.md#what-the-words-mean).\n"
    )


def what(row: Row) -> str:
    """What a row is about, as mathematicians write it: `d²f/dx²`."""
    if row.derivative in WORDS:
        return WORDS[row.derivative]
    names = row.derivative.split(",")
    below = "".join(f"d{name}{_raised(len(list(same)))}" for name, same in groupby(names))
    return f"d{_raised(len(names))}f/{below}"


def _raised(power: int) -> str:
    return "" if power == 1 else "⁰¹²³⁴⁵⁶⁷⁸⁹"[power]


# --- pictures ---------------------------------------------------------------------------------------------------------


def _pictures(operation: Operation) -> Iterator[str]:
    """A picture for the value and each derivative that has curves, of each expression."""
    rows = sorted(operation.rows, key=_asked)
    for _, same in groupby(rows, key=_asked):
        own = list(same)
        name = own[0].expression or operation.name
        svg = picture(own, f"{name}: {what(own[0])}")
        if svg:
            yield svg


def _asked(row: Row) -> tuple[str, int, str]:
    return (row.expression or "", row.order, row.derivative)


# --- worst points -----------------------------------------------------------------------------------------------------


def worst_points(rows: Sequence[Row]) -> list[Row]:
    """The rows with something to reproduce, the worst first; one where forward mode shows the same as reverse mode."""
    found: dict[tuple[str, ...], Row] = {}
    ordered = sorted(
        rows,
        key=lambda row: (WORST_FIRST.index(row.verdict), FORMATS.index(row.format), row.order, row.mode != "reverse"),
    )
    for row in ordered:
        if row.verdict not in {RIGHT, UNSUPPORTED} and row.worst and row.command:
            place = str(row.worst.get("at"))
            found.setdefault((row.expression or "", row.format, row.derivative, place), row)
    return list(found.values())[:MOST_POINTS]


def _points(rows: Sequence[Row]) -> Iterator[str]:
    for row in rows:
        worst = row.worst or {}
        mark, tone, _ = LOOKS[row.verdict]
        mode = f", {row.mode}" if row.mode else ""
        status = f'<span class="{tone}">{mark} {escape(str(worst.get("status", row.verdict)))}</span>'
        reason = escape(str(worst.get("reason") or row.reason or ""))
        yield f"{status} {what(row)} in {row.format}{mode}: {reason}\n"
        yield f"```sh\n{row.command}\n```\n"


# --- the rows ---------------------------------------------------------------------------------------------------------


def _table(rows: Sequence[Row]) -> str:
    ordered = sorted(rows, key=lambda row: (_asked(row), FORMATS.index(row.format), row.mode or ""))
    return table(("of", "format", "mode", "verdict", "points", "by status", "largest error"), map(_cells, ordered))


def _cells(row: Row) -> Iterator[str]:
    mark, tone, _ = LOOKS[row.verdict]
    yield escape(f"{row.expression}: {what(row)}" if row.expression else what(row))
    yield row.format
    yield row.mode or "—"
    yield f'<span class="{tone}">{mark} {row.verdict}</span>'
    yield LOOKED[row.look].format(f"{row.points:,}")
    yield escape(", ".join(f"{count:,} {status}" for status, count in row.counts.items()) or row.reason or "—")
    yield ulps_text((row.worst or {}).get("ulps"))


LOOKED = {
    "enumeration": "all {}",
    "hunt": "{} by a hunt",
    "samples": "{} samples",
}
"""How a row looked, by its key."""


def ulps_text(ulps: float | str | None) -> str:
    """An error in ulps as a table shows it."""
    if ulps is None:
        return "—"
    number = float(ulps)
    return f"{number:.3g} ulp" if number < 1e5 else f"{number:.2g} ulp"
