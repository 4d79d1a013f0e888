"""Results as HTML for a notebook: tables with their own style; nothing is loaded from elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from typing import Any

from derivcheck.model import Result, Status, What
from derivcheck.reporting.presentation.cells import (
    autograd_text,
    element_texts,
    formula_text,
    other_statuses_text,
    reason_text,
    row_error_text,
    row_status_text,
    seed_text,
    shape_text,
    symbolic_text,
    weight_text,
)
from derivcheck.reporting.presentation.checklist import against, diagnoses, facts, mark
from derivcheck.reporting.presentation.element_lines import MOST_FAILING, element_titles, failing
from derivcheck.reporting.presentation.layout import brief_value
from derivcheck.reporting.presentation.mathml import as_code, derivative, symbol, typeset
from derivcheck.reporting.presentation.moved_points import rounded_texts
from derivcheck.reporting.presentation.plain_text import by_point, error_of
from derivcheck.reporting.presentation.why_lines import are_right
from derivcheck.reporting.presentation.why_page import why_page
from derivcheck.reporting.presentation.widths import printable

MAX_POINTS = 100
"""How many points a notebook shows."""

# Jupyter says whether its theme is light; elsewhere the browser does.
_LIGHT = "--pass: #2a8a3e; --warn: #a86f00; --fail: #d33a2f"
_DARK = "--pass: #5fc777; --warn: #e3b341; --fail: #ff7b72"
_STYLE = f"""<style>
.derivcheck {{ {_LIGHT}; border-collapse: collapse; font-variant-numeric: tabular-nums }}
@media (prefers-color-scheme: dark) {{ .derivcheck {{ {_DARK} }} }}
[data-jp-theme-light="true"] .derivcheck {{ {_LIGHT} }}
[data-jp-theme-light="false"] .derivcheck {{ {_DARK} }}
.derivcheck th, .derivcheck td, .derivcheck caption {{ text-align: left !important; padding: .25em .9em }}
.derivcheck th, .derivcheck td {{ vertical-align: top; white-space: normal }}
.derivcheck td.status, .derivcheck td.mode, .derivcheck td:first-child:not([colspan]) {{ white-space: nowrap }}
.derivcheck .wide {{ max-width: 30em; overflow: auto hidden; padding: .1em 0 }}
.derivcheck caption {{ font-weight: bold; padding: .4em .9em; caption-side: top }}
.derivcheck tbody tr {{ border-top: 1px solid #8886 }}
.derivcheck tbody tr.note {{ border-top: 0; opacity: .8; font-size: 90% }}
.derivcheck .pass {{ color: var(--pass) }}
.derivcheck .warn {{ color: var(--warn) }}
.derivcheck .fail, .derivcheck .error {{ color: var(--fail); font-weight: bold }}
</style>"""
_WHY_STYLE = f"""<style>
.derivcheck-why {{ {_LIGHT}; margin: .6em 0 }}
@media (prefers-color-scheme: dark) {{ .derivcheck-why {{ {_DARK} }} }}
[data-jp-theme-light="true"] .derivcheck-why {{ {_LIGHT} }}
[data-jp-theme-light="false"] .derivcheck-why {{ {_DARK} }}
.derivcheck-why p {{ margin: .2em .9em }}
.derivcheck-why h4 {{ margin: .8em .9em .2em; font-size: 100% }}
.derivcheck-why pre {{ margin: .3em .9em; white-space: pre-wrap }}
.derivcheck-why mark {{ background: none; color: inherit; text-decoration: underline wavy; font-weight: bold }}
.derivcheck-why .warn mark {{ color: var(--warn) }}
.derivcheck-why .fail mark {{ color: var(--fail) }}
.derivcheck-why .tape {{ overflow: auto hidden; margin-top: .8em }}
.derivcheck-why .derivcheck th, .derivcheck-why .derivcheck td {{ white-space: nowrap; padding: .2em .6em }}
.derivcheck-why .derivcheck caption {{ padding: .2em .6em; white-space: nowrap }}
.derivcheck-why .aside {{ opacity: .8; font-size: 90% }}
.derivcheck-why tr.marked.warn {{ color: var(--warn) }}
.derivcheck-why tr.marked.fail {{ color: var(--fail) }}
</style>"""
"""Beside the other, where something is explained."""

_TITLES = ("", "status", "mode", "formula", "symbolic", "autograd", "error")
"""The titles. The status stands before the formula, since a long formula would push it out of sight."""

_ITEM_TITLES = ("item", "status", "")


def html(results: Iterable[Result]) -> str:
    """Return the Results as HTML, one table for each point. All texts of the user are escaped."""
    points = list(by_point(results))
    tables = [
        "".join([*(_items(rows) if rows[0].item else _table(rows)), *_explained(rows)]) for rows in points[:MAX_POINTS]
    ]
    if len(points) > MAX_POINTS:
        tables.append(f"<p>… and {len(points) - MAX_POINTS:,} more points</p>")
    is_explained = any(row.explanation is not None for rows in points[:MAX_POINTS] for row in rows)
    return "\n".join([_STYLE, *([_WHY_STYLE] if is_explained else []), *tables])


def _table(rows: list[Result]) -> Iterator[str]:
    yield f'<table class="derivcheck"><caption>{_caption(rows)}</caption><thead><tr>'
    yield "".join(f'<th scope="col">{title}</th>' for title in _TITLES)
    yield "</tr></thead><tbody>"
    for note in _notes(rows):
        yield _note(note)
    for row in rows:
        stopped = error_of(row)
        if stopped is None:
            yield from _row(row)
        else:
            yield f'<tr><td colspan="{len(_TITLES)}" class="error"><pre>{_clean(stopped)}</pre></td></tr>'
    yield "</tbody></table>"


def _items(rows: list[Result]) -> Iterator[str]:
    """The table of a check list."""
    case = rows[0].case
    names = tuple(dict.fromkeys(name for texts in case.at for name in texts))
    words, formula = against(case, whole=False)
    is_whole = formula == against(case)[1]
    written = "" if not formula else typeset(formula, names) if is_whole else as_code(formula)
    told = f"{_clean(case.label)}{_clean(words)} {written}".rstrip()
    caption = [told, *map(_clean, facts(rows))]
    yield f'<table class="derivcheck"><caption>{" &emsp; ".join(caption)}</caption><thead><tr>'
    yield "".join(f'<th scope="col">{title}</th>' for title in _ITEM_TITLES)
    yield "</tr></thead><tbody>"
    for row in rows:
        cells = f"<td>{_clean(row.item or '')}</td>"
        cells += f'<td class="status {row.status.severity.value}">{_clean(mark(row))}</td>'
        told = "; ".join(filter(None, (row.verdict.reason, *row.notes)))
        yield f"<tr>{cells}<td>{_clean(told)}</td></tr>"
    for name in diagnoses(rows):
        yield f'<tr><td colspan="{len(_ITEM_TITLES)}"><strong>diagnosis: {_clean(name)}</strong></td></tr>'
    yield "</tbody></table>"


def _explained(rows: list[Result]) -> Iterator[str]:
    """The explanation that one of the rows carries: the blame, what helps, and the tape with both passes."""
    for row in rows:
        if row.explanation is None:
            continue
        page = why_page(row.explanation, all_match=are_right(rows))
        yield f'<div class="derivcheck-why"><h4>{_clean(page["heading"])}</h4>'
        if page["sentence"]:
            yield f"<p>{_clean(page['sentence'])}</p>"
        if excerpt := page["excerpt"]:
            where = f'<span class="aside">{_clean(excerpt["file"])}</span>\n' if excerpt["file"] else ""
            before, meant, after = (_clean(excerpt[piece]) for piece in ("before", "meant", "after"))
            yield f'<pre class="{page["severity"]}">{where}{before}<mark>{meant}</mark>{after}</pre>'
        yield from (f'<p class="aside">{_clean(note)}</p>' for note in page["notes"])
        if page["rewrites"]:
            yield f"<h4>{_clean(page['help'])}</h4>"
        for rewrite in page["rewrites"]:
            yield f"<pre>{_clean(rewrite['expression'])}</pre><p>{_clean(rewrite['digits'])}</p>"
            yield f'<p class="aside">{_clean(rewrite["why"])}; {_clean(rewrite["source"])}</p>'
        for table in page["tables"]:
            yield from _tape_table(table, page["severity"], page["mark"])
        yield "</div>"


def _tape_table(table: dict[str, Any], severity: str, mark: str) -> Iterator[str]:
    """A table of the tape; the row to blame has a mark before its source, beside its colour."""
    yield f'<div class="tape"><table class="derivcheck"><caption>{_clean(table["heading"])}</caption><thead><tr>'
    yield "".join(f'<th scope="col">{_clean(title)}</th>' for title in table["titles"])
    yield "</tr></thead><tbody>"
    for index, (number, *cells) in enumerate(table["rows"]):
        is_marked = index == table["marked"]
        first = f"{mark} {number}" if is_marked else number
        yield f'<tr class="marked {severity}">' if is_marked else "<tr>"
        yield f'<th scope="row">{_clean(first)}</th>'
        yield "".join(f"<td>{_clean(cell)}</td>" for cell in cells) + "</tr>"
    if table["hidden"]:
        yield f'<tr class="note"><td colspan="{len(table["titles"])}">… and {table["hidden"]:,} more lines</td></tr>'
    yield "</tbody></table></div>"


def _caption(rows: list[Result]) -> str:
    first = rows[0]
    gradient = next((row.gradient for row in rows if row.gradient), None)
    names = tuple(first.typed)
    pieces = [typeset(first.case.expr, names, first.case.functions) if first.expression else as_code(first.case.expr)]
    if first.typed:
        pieces.append(
            "at "
            + ", ".join(f"{_clean(symbol(name))} = {_clean(brief_value(text))}" for name, text in first.typed.items())
        )
    if gradient:
        facts = filter(None, [str(gradient.dtype), gradient.device, seed_text(first)])
        pieces.append(" · ".join(map(_clean, facts)))
    return " &emsp; ".join(pieces)


def _notes(rows: list[Result]) -> Iterator[str]:
    yield from rounded_texts(rows[0], symbol)
    yield from dict.fromkeys(note for row in rows for note in row.notes)


def _row(row: Result) -> Iterator[str]:
    claim = "claim " if row.what is What.CLAIM else ""
    mode = _clean(str(row.gradient.mode)) if row.gradient else "—"
    name = f"{claim}{derivative(row.wrt, row.expression.variables if row.expression else ())}"
    shape = f" {_clean(shape_text(row))}" if row.shape else ""
    severity = row.status.severity.value
    yield f'<tr><td>{name}{shape}</td><td class="status {severity}">{_clean(row_status_text(row))}</td>'
    yield f'<td class="mode">{mode}</td><td>{_formula(row)}</td>'
    numbers = (symbolic_text(row), autograd_text(row), row_error_text(row))
    yield "".join(f"<td>{_clean(text)}</td>" for text in numbers) + "</tr>"
    reason = reason_text(row)
    others = other_statuses_text(row)
    for text in (
        weight_text(row),
        reason if row.status is not Status.MATCH else "",
        f"also {others}" if others else "",
    ):
        if text:
            yield _note(text)
    yield from _elements(row)


def _elements(row: Result) -> Iterator[str]:
    """The elements of a tensor that do not pass, a row each; what is true stands in the column of the formula."""
    wanted = failing(row)
    title = element_titles(row)[2]
    for element in wanted[:MOST_FAILING]:
        name, truth, number, error, status = map(_clean, element_texts(row, element))
        severity = element.verdict.status.severity.value
        yield f'<tr class="note"><td>{name}</td><td class="status {severity}">{status}</td><td></td>'
        yield f"<td>truth {truth}</td><td></td><td>{title} {number}</td><td>{error}</td></tr>"
    if len(wanted) > MOST_FAILING:
        yield _note(f"… and {len(wanted) - MOST_FAILING:,} more")


def _formula(row: Result) -> str:
    if row.formula_text:
        return _wide(typeset(row.formula_text, tuple(row.point or row.values or ()), row.case.functions))
    return _clean(formula_text(row))


def _wide(markup: str) -> str:
    """Put a formula into a box that scrolls if it is long, so that the other columns stay in sight."""
    return f'<div class="wide">{markup}</div>'


def _note(text: str) -> str:
    return f'<tr class="note"><td></td><td colspan="{len(_TITLES) - 1}">{_clean(text)}</td></tr>'


def _clean(text: str) -> str:
    return escape(printable(text, keep="\n"))
