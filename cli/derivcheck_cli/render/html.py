"""The HTML report: one file that loads nothing, written as the cases come.

The cases are JSON in script elements that no browser runs; `page.js`, which is the only script that the page's content
security policy allows, shows them. Whatever the user wrote reaches the page as text.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from collections import Counter
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from typing import Any

from derivcheck import __version__
from derivcheck.errors import UnsupportedError
from derivcheck.model import OwnFunction, Result, Severity, Status, What
from derivcheck.reporting.outcomes.exits import ExitCode
from derivcheck.reporting.outcomes.expect import UNEXPECTED, UNEXPECTED_MEANING, Outcome
from derivcheck.reporting.outcomes.summary import Summary
from derivcheck.reporting.presentation.cells import (
    NOTHING,
    TOO_LONG,
    autograd_text,
    element_texts,
    error_text,
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
from derivcheck.reporting.presentation.error_picture import picture as draw
from derivcheck.reporting.presentation.hunt_tables import hunt_tables
from derivcheck.reporting.presentation.layout import brief_value
from derivcheck.reporting.presentation.mathml import as_code, derivative, symbol, typeset
from derivcheck.reporting.presentation.moved_points import rounded_texts
from derivcheck.reporting.presentation.plain_text import error_of
from derivcheck.reporting.presentation.why_lines import are_right
from derivcheck.reporting.presentation.why_page import why_page
from derivcheck.reporting.presentation.widths import printable
from derivcheck.running.interface import EVERYTHING
from derivcheck.system.harmless import harmless_json
from derivcheck_cli.render.advice import ADVICE, UNEXPECTED_ADVICE
from derivcheck_cli.render.findings import Collector, Finding
from derivcheck_cli.render.interface import Sink

MAX_POINTS = 20
"""How many points of a case the page shows."""

MAX_ELEMENTS = 20
"""How many elements of a tensor the page shows, of those that do not pass."""

MAX_PLAIN = 20_000_000
"""The characters for the details of cases that simply match: of a hundred thousand cases, nobody opens each."""

MAX_PANELS = 4
"""How many derivatives the picture of a hunt shows."""

MAX_PICTURES = 50
"""How many hunts have a picture: one takes half a second to draw, and a hundred thousand characters."""

CHUNK = 50
"""Cases in a script element: what the page parses in one go when one of them is opened."""

_CASES = "@CASES@"
_PACKAGES = ("torch", "sympy", "python-flint")


class HtmlRenderer:
    """Writes the report: the page, then the cases chunk by chunk, then the summary and the script.

    Args:
        sink: where the report goes.
    """

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self.wanted = EVERYTHING
        self._collector = Collector(MAX_POINTS)
        self._index: list[dict[str, Any]] = []
        self._details: list[str] = []
        self._plain = 0
        self._chunks = 0
        self._tail = ""
        self._hunted: list[Result] = []
        self._pictures = 0

    def start(self) -> None:
        """Write the page as far as the cases."""
        head, self._tail = _page().split(_CASES)
        self._sink.write(head)

    def result(self, result: Result) -> None:
        """Keep the row until its case is over."""
        self._collector.add(result)
        if self._hunted or result.hunt_map is not None:
            self._hunted.append(result)

    def case(self, outcome: Outcome) -> None:
        """Keep the case until its chunk is full."""
        finding = self._collector.close(outcome)
        self._index.append(_entry(finding))
        hunted, self._hunted = self._hunted, []
        details = (
            "null"
            if finding.is_unremarkable and self._plain > MAX_PLAIN
            else _json({**_details(finding), **({"hunt": self._hunt(hunted)} if hunted else {})})
        )
        self._plain += len(details) if finding.is_unremarkable else 0
        self._details.append(details)
        if len(self._index) >= CHUNK:
            self._flush()

    def finish(self, summary: Summary, code: ExitCode) -> None:
        """Write the summary and the end of the page."""
        self._flush()
        self._sink.write(f'<script type="application/json" id="summary">{_json(_summary(summary, code))}</script>\n')
        self._sink.write(self._tail)

    def _hunt(self, rows: list[Result]) -> dict[str, Any]:
        """The data of a hunt: its tables, and its picture where one can be drawn."""
        picture, missing = "", ""
        if self._pictures >= MAX_PICTURES:
            missing = f"The report has {MAX_PICTURES} pictures; this hunt alone is drawn by derivcheck hunt --plot."
        else:
            try:
                drawn = draw(rows, kind="svg", most=MAX_PANELS)
                picture = f"data:image/svg+xml;base64,{b64encode(drawn).decode()}"
                self._pictures += 1
            except UnsupportedError as error:
                missing = f"No picture: {error.message}{f' ({error.hint})' if error.hint else ''}."
        return {**hunt_tables(rows), "picture": picture, "missing": missing}

    def _flush(self) -> None:
        if not self._index:
            return
        for name, text in (("index", _json(self._index)), ("details", f"[{','.join(self._details)}]")):
            self._sink.write(f'<script type="application/json" data-{name}="{self._chunks}">{text}</script>\n')
        self._chunks += 1
        self._index, self._details = [], []


def _page() -> str:
    """Fill the template with its style and its script. The page's policy allows only these, by their hashes."""
    folder = files("derivcheck_cli.render") / "html_page"
    page, style, script = ((folder / name).read_text(encoding="utf-8") for name in ("page.html", "page.css", "page.js"))
    policy = (
        f"default-src 'none'; img-src data:; style-src {_hash(style)}; script-src {_hash(script)}; "
        "base-uri 'none'; form-action 'none'"
    )
    return page.replace("@POLICY@", policy).replace("@STYLE@", style).replace("@SCRIPT@", script)


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _json(data: object) -> str:
    """Write strict JSON that is safe inside a script element: it can neither end the element nor begin a comment."""
    text = harmless_json(json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":")))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _entry(finding: Finding) -> dict[str, Any]:
    """The data of a case for the list, the search and the plot."""
    outcome = finding.outcome
    case = outcome.case
    worst = finding.worst
    is_claims = worst is not None and worst.what is What.CLAIM and worst.status.severity is not Severity.PASS
    ulps = None if is_claims else finding.ulps  # torch's error says nothing of a claim that is wrong
    return {
        "name": printable(case.label),
        "expr": printable(case.expr, keep="\n").strip(),
        "where": printable(str(case.location)),
        "status": outcome.kind,
        **({"label": outcome.label} if outcome.is_unexpected else {}),
        "severity": outcome.severity.value,
        "ulps": ulps if ulps is None or ulps < float("inf") else "inf",
        "error": error_text(ulps),
        "expected": outcome.expected or outcome.known,
        "reason": "" if finding.is_unremarkable else finding.headline,
    }


def _details(finding: Finding) -> dict[str, Any]:
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


def _point(rows: tuple[Result, ...]) -> dict[str, Any]:
    first = rows[0]
    gradient = next((row.gradient for row in rows if row.gradient), None)
    settings = [str(gradient.dtype), gradient.device] if gradient else []
    return {
        "at": [[printable(symbol(name)), printable(brief_value(text))] for name, text in first.typed.items()],
        "moved": [printable(text) for text in rounded_texts(first, symbol)],
        "settings": printable(" · ".join(filter(None, [*settings, seed_text(first)]))),
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
        "autograd": _torch(row),
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


def _torch(row: Result) -> str:
    """Torch's number; of a tensor nothing where it has many."""
    text = autograd_text(row) if row.gradient else ""
    return "" if row.shape and text == NOTHING else text


def _formula(row: Result) -> str:
    if row.formula_text:
        return _typeset(row.formula_text, tuple(row.point or row.values or ()), row.case.functions)
    return "" if row.formula is None else as_code(TOO_LONG)


@lru_cache(maxsize=1024)
def _typeset(text: str, names: tuple[str, ...], own: tuple[OwnFunction, ...]) -> str:
    """A formula in MathML, kept in a cache, since the same formulas occur again and again."""
    return typeset(text, names, own)


def _summary(summary: Summary, code: ExitCode) -> dict[str, Any]:
    cases = summary.cases + Counter({Severity.ERROR: summary.files})  # the page lists a broken file as it does a case
    return {
        "cases": {severity.value: count for severity, count in cases.items()},
        "expected": summary.expected,
        "results": {status.label: count for status, count in summary.by_status.items()},
        "exit": {"code": int(code), "meaning": code.meaning},
        "statuses": _statuses(),
        "versions": [
            f"derivcheck {__version__}",
            *(f"{package} {found}" for package in _PACKAGES if (found := _version(package))),
        ],
    }


def _statuses() -> list[dict[str, str]]:
    """Every status that a case may have, mildest first, each with its advice."""
    known = [(status.label, status.severity, status.meaning, ADVICE[status]) for status in Status]
    first_failure = next(at for at, (_, severity, *_) in enumerate(known) if severity is Severity.FAIL)
    known.insert(first_failure, (UNEXPECTED, Severity.FAIL, UNEXPECTED_MEANING, UNEXPECTED_ADVICE))
    names = ("label", "severity", "meaning", "advice")
    return [dict(zip(names, (label, severity.value, *rest), strict=True)) for label, severity, *rest in known]


@lru_cache
def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
