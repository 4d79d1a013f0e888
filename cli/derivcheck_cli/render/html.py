"""The HTML report: one file that loads nothing, written as the cases come, and no larger than 40 MB.

What fails comes in full, as far as there is room for it; what passes is columns of texts and numbers, of which a
script draws what is looked at. All of it is JSON in script elements that no browser runs; the page's own script, which
is the only one that its content security policy allows, shows it. Whatever the user wrote reaches the page as text.
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
from derivcheck.model import Result, Severity, Status
from derivcheck.reporting.outcomes.exit_codes import ExitCode
from derivcheck.reporting.outcomes.expect import UNEXPECTED, UNEXPECTED_MEANING, Outcome
from derivcheck.reporting.outcomes.summary import Summary
from derivcheck.reporting.presentation.error_picture import picture as draw
from derivcheck.reporting.presentation.hunt_tables import hunt_tables
from derivcheck.running.interface import EVERYTHING
from derivcheck.system.harmless import harmless_json
from derivcheck_cli.render.advice import ADVICE, UNEXPECTED_ADVICE
from derivcheck_cli.render.findings import Collector, Finding
from derivcheck_cli.render.html_columns import Listing, Numbers
from derivcheck_cli.render.html_details import details
from derivcheck_cli.render.interface import Sink
from derivcheck_cli.render.left_out import those
from derivcheck_cli.render.room import Room, Share

MAX_POINTS = 20
"""How many points of a case the page shows."""

MAX_PANELS = 4
"""How many derivatives the picture of a hunt shows."""

MAX_PICTURES = 50
"""How many hunts have a picture: one takes half a second to draw, and a hundred thousand characters."""

CHUNK = 1000
"""Lines of the list in a script element, with the numbers of these cases in another one."""

IN_FULL = 50
"""Cases in full in a script element: what the page parses in one go when one of them is opened."""

MOST = 40_000_000
"""The characters of a report, about. The limits below add up to it; small reports never reach one of them."""

DETAILED = {Share.FAILING: 6_000_000, Share.TELLING: 3_000_000, Share.PLAIN: 4_500_000}
"""The characters for cases in full."""

LISTED = {Share.FAILING: 2_500_000, Share.TELLING: 3_000_000, Share.PLAIN: 11_000_000}
"""The characters for the lines of the list."""

NUMBERED = {Share.FAILING: 500_000, Share.TELLING: 1_500_000, Share.PLAIN: 8_000_000}
"""The characters for the numbers of cases that are not there in full."""

_CASES = "@CASES@"
_SCRIPTS = ("columns.js", "page.js", "article.js", "plot.js", "start.js")
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
        self._listing, self._numbers, self._details = Listing(), Numbers(), list[str]()
        self._listed, self._numbered, self._detailed = Room(LISTED), Room(NUMBERED), Room(DETAILED)
        self._chunks = 0
        self._in_full = 0
        self._brief: Counter[Severity] = Counter()
        self._bare: Counter[Severity] = Counter()
        self._unlisted: Counter[Severity] = Counter()
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
        """Keep the case until its chunk is full: its line, and as much of the rest as there is room for."""
        finding = self._collector.close(outcome)
        hunted, self._hunted = self._hunted, []
        share = Share.of(finding)
        if not self._listed.is_left(share):
            self._unlisted[outcome.severity] += 1
            return
        full = self._add_details(finding, share, hunted) if self._detailed.is_left(share) else None
        if full is None and self._numbered.is_left(share):
            self._numbered.take(share, self._numbers.add(len(self._listing), finding))
            self._brief[outcome.severity] += 1
        elif full is None:
            self._bare[outcome.severity] += 1
        self._listed.take(share, self._listing.add(finding, full))
        if len(self._listing) >= CHUNK:
            self._flush()

    def finish(self, summary: Summary, code: ExitCode) -> None:
        """Write the summary and the end of the page."""
        self._flush()
        self._flush_details()
        data = {**_summary(summary, code), "left": self._left_out()}
        self._sink.write(f'<script type="application/json" id="summary">{_json(data)}</script>\n')
        self._sink.write(self._tail)

    def _add_details(self, finding: Finding, share: Share, hunted: list[Result]) -> int:
        """Write the case in full, and return its place among those that are."""
        text = _json({**details(finding), **({"hunt": self._hunt(hunted)} if hunted else {})})
        self._detailed.take(share, len(text))
        self._details.append(text)
        place, self._in_full = self._in_full, self._in_full + 1
        if len(self._details) >= IN_FULL:
            self._flush_details()
        return place

    def _left_out(self) -> list[str]:
        """What the page does not have, as sentences."""
        texts = (
            ("Shown in short, without formulas: {}.", self._brief),
            ("Without their numbers: {}.", self._bare),
            (f"Not listed, since a report is kept below {MOST // 10**6} MB: {{}}.", self._unlisted),
        )
        return [text.format(those(counts)) for text, counts in texts if counts]

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
        """Write the lines so far, and the numbers that belong to them."""
        if not len(self._listing):
            return
        self._write("list", self._chunks, _json(self._listing.data()))
        if len(self._numbers):
            self._write("numbers", self._chunks, _json(self._numbers.data()))
        self._chunks += 1
        self._listing, self._numbers = Listing(), Numbers()

    def _flush_details(self) -> None:
        if self._details:
            self._write("details", (self._in_full - 1) // IN_FULL, f"[{','.join(self._details)}]")
        self._details = []

    def _write(self, kind: str, number: int, text: str) -> None:
        self._sink.write(f'<script type="application/json" data-{kind}="{number}">{text}</script>\n')


def _page() -> str:
    """Fill the template with its style and its script. The page's policy allows only these, by their hashes."""
    folder = files("derivcheck_cli.render") / "html_page"
    page, style, *scripts = (
        (folder / name).read_text(encoding="utf-8") for name in ("page.html", "page.css", *_SCRIPTS)
    )
    script = f'\n"use strict";\n(() => {{\n{"".join(scripts)}}})();\n'
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


def _summary(summary: Summary, code: ExitCode) -> dict[str, Any]:
    cases = summary.cases + Counter({Severity.ERROR: summary.files})  # the page lists a broken file as it does a case
    return {
        "cases": {severity.value: count for severity, count in cases.items()},
        "expected": summary.expected,
        "results": {status.label: count for status, count in summary.by_status.items()},
        "exit": {"code": int(code), "meaning": code.meaning},
        "statuses": _statuses(),
        "pack": IN_FULL,
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
