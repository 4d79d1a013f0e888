"""What the HTML page shows of a case that it has in full: formulas, points, rows, tensors and explanations."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from derivcheck.model import OwnFunction, Result, What
from derivcheck.reporting.presentation.cells import (
    NOTHING,
    TOO_LONG,
    autograd_text,
    element_texts,
    other_statuses_text,
    outcome_text,
    reason_text,
    row_error_text,
    row_name,
    row_status_text,
    seed_text,
    shape_text,
    symbolic_text,
    tenths,
    true_text,
    weight_text,
)
from derivcheck.reporting.presentation.element_lines import element_titles, failing
from derivcheck.reporting.presentation.layout import brief_value
from derivcheck.reporting.presentation.mathml import as_code, derivative, symbol, typeset
from derivcheck.reporting.presentation.moved_points import rounded_texts
from derivcheck.reporting.presentation.plain_text import error_of
from derivcheck.reporting.presentation.why_lines import are_right
from derivcheck.reporting.presentation.why_page import why_page
from derivcheck.reporting.presentation.widths import printable
from derivcheck_cli.render.findings import Finding

MAX_ELEMENTS = 20
"""How many elements of a tensor the page shows, of those that do not pass."""


def details(finding: Finding) -> dict[str, Any]:
    """The data of a case that the page shows when it is opened."""
    case = finding.outcome.case
    first = finding.points[0][0] if finding.points else None
    names = tuple(first.typed) if first else ()
    readable = first is not None and first.expression is not None
    return {
        "label": outcome_text(finding.outcome),
        "math": _typeset(case.expr, names, case.functions) if readable else as_code(case.expr) if case.expr else "",
        "variables": [printable(symbol(name)) for name in names],
        "why": printable(case.why or "", keep="\n"),
        "message": printable(finding.outcome.message or ""),
        "points": [_point(rows) for rows in finding.points],
        "left": finding.left_out,
    }


def settings_text(rows: tuple[Result, ...]) -> str:
    """The format, the device and the seed of a point, on one line."""
    gradient = next((row.gradient for row in rows if row.gradient), None)
    settings = [str(gradient.dtype), gradient.device] if gradient else []
    return printable(" · ".join(filter(None, [*settings, seed_text(rows[0])])))


def torch_text(row: Result) -> str:
    """Torch's number; of a tensor nothing where it has many."""
    text = autograd_text(row) if row.gradient else ""
    return "" if row.shape and text == NOTHING else text


def _point(rows: tuple[Result, ...]) -> dict[str, Any]:
    first = rows[0]
    return {
        "at": [[printable(symbol(name)), printable(brief_value(text))] for name, text in first.typed.items()],
        "moved": [printable(text) for text in rounded_texts(first, symbol)],
        "settings": settings_text(rows),
        "notes": [printable(note) for note in dict.fromkeys(note for row in rows for note in row.notes)],
        "rows": [_row(row) for row in rows],
        "explained": [why_page(row.explanation, all_match=are_right(rows)) for row in rows if row.explanation],
    }


def _row(row: Result) -> dict[str, Any]:
    digits = row.verdict.digits
    return {
        "name": printable(row.item) if row.item else "",
        "math": "" if row.item else derivative(row.wrt, row.expression.variables if row.expression else ()),
        "text": printable(row.item or row_name(row)),
        "claim": row.what is What.CLAIM,
        "mode": row.gradient.mode.value if row.gradient else "",
        "formula": _formula(row),
        "symbolic": symbolic_text(row) if row.what is not What.VALUE else "",
        "truth": true_text(row),
        "autograd": torch_text(row),
        "error": row_error_text(row),
        "digits": "" if digits is None else str(tenths(digits)),
        "status": row.status.label,
        "label": row_status_text(row),
        "severity": row.status.severity.value,
        "reason": reason_text(row),
        "diagnosis": printable(row.diagnosis or ""),
        "stopped": printable(error_of(row) or "", keep="\n"),
        **(_elements(row) if row.shape else {}),
    }


def _elements(row: Result) -> dict[str, Any]:
    """The data of a tensor beside those of its worst element: its shape, and the elements that do not pass."""
    wanted = failing(row)
    others = other_statuses_text(row)
    return {
        "shape": shape_text(row),
        "asides": [*filter(None, [weight_text(row)]), *([f"also {others}"] if others else [])],
        "titles": element_titles(row),
        "elements": [
            [element.verdict.status.severity.value, *map(printable, element_texts(row, element))]
            for element in wanted[:MAX_ELEMENTS]
        ],
        "left": max(0, len(wanted) - MAX_ELEMENTS),
    }


def _formula(row: Result) -> str:
    if row.formula_text:
        return _typeset(row.formula_text, tuple(row.point or row.values or ()), row.case.functions)
    return "" if row.formula is None else as_code(TOO_LONG)


@lru_cache(maxsize=1024)
def _typeset(text: str, names: tuple[str, ...], own: tuple[OwnFunction, ...]) -> str:
    """A formula in MathML, kept in a cache, since the same formulas occur again and again."""
    return typeset(text, names, own)
