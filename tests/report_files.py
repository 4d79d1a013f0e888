"""Reports for tests: synthetic cases, what a renderer writes of them, and whether the published schemas allow it."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import xmlschema
from results import SQUARE, row

from derivcheck.errors import Location
from derivcheck.model import Case, Result, Status
from derivcheck.reporting.outcomes.exits import exit_code
from derivcheck.reporting.outcomes.expect import Outcome, judge
from derivcheck.reporting.outcomes.summary import Summary
from derivcheck_cli.render.interface import Renderer
from derivcheck_cli.render.room import Share

SCHEMAS = Path(__file__).with_name("schemas")

HOSTILE = (
    "</script><script>document.title = 'owned'</script>",
    "<!-- <script> <img src=x onerror=alert(1)>",
    "]]>&amp;\"quotes\" 'and' `ticks` ```more```",
    "line\nbreak\r\x00\x1b[31m \ud800 \ufffe",
    "λ数学 \u2028 | a pipe, 100 %: done::error::",
    "  # heading\n- [x] @someone #1",
)
"""Names that a format might take for its own syntax."""


def feed(renderer: Renderer, cases: Iterable[list[Result]], *, strict: bool = False) -> None:
    """A run over cases, each given by its Results."""
    summary = Summary()
    renderer.start()
    for results in cases:
        for result in results:
            summary.add_result(result)
            renderer.result(result)
        outcome = outcome_of(results)
        summary.add_case(outcome)
        renderer.case(outcome)
    renderer.finish(summary, exit_code(summary, strict=strict))


def written(make: Any, cases: Iterable[list[Result]], **options: Any) -> str:
    """What a renderer writes of a run, as a file holds it."""
    sink = io.StringIO()
    feed(make(sink, **options), cases)
    return sink.getvalue().encode("utf-8", "backslashreplace").decode()


def named(
    name: str | None, status: Status = Status.MATCH, *, line: int = 1, ulps: float | None = 0.0, **changes: Any
) -> list[Result]:
    """A case of that name, of the value and the derivative, which has that status."""
    case: Case = replace(SQUARE, name=name, location=Location("cases/a.toml", line), **changes)
    value, slope = _rows()
    verdict = replace(slope.verdict, status=status, reason=f"the reason of {name}", ulps=ulps)
    return [replace(value, case=case), replace(slope, case=case, verdict=verdict)]


@cache
def _rows() -> tuple[Result, Result]:
    return row(wrt=()), row()


def many(count: int) -> Iterator[list[Result]]:
    """Synthetic cases: every tenth warns, every hundredth fails, with errors of every size."""
    for index in range(count):
        status = Status.MISMATCH if index % 100 == 7 else Status.UNSTABLE if index % 10 == 3 else Status.MATCH
        yield named(f"synthetic/{index:05}", status, line=index + 1, ulps=10.0 ** (index % 19 - 2))


def outcome_of(rows: list[Result]) -> Outcome:
    """What the rows of a case come to."""
    return judge(rows[0].case, rows)


EVERY_STATUS = [named(status.label, status, line=line) for line, status in enumerate(Status, start=1)]

HOSTILE_CASES = [
    named(name, status, line=line, expr=name)
    for line, name in enumerate(HOSTILE, start=1)
    for status in (Status.MATCH, Status.UNSTABLE, Status.MISMATCH)
]

KNOWN = named("known", Status.NONFINITE, expect={("x",): Status.NONFINITE}, why="pytorch#108618")
UNEXPECTED = named("mended", Status.MATCH, expect=Status.MISMATCH)


def valid_junit(text: str) -> ElementTree.Element:
    """The document's root, once the schema of Jenkins' xUnit plug-in has accepted it."""
    _junit_schema().validate(text)
    return ElementTree.fromstring(text)


def valid_sarif(text: str) -> dict[str, Any]:
    """The log, once the schema of SARIF 2.1.0 has accepted it."""
    log: dict[str, Any] = json.loads(text)
    _sarif_schema().validate(log)
    return log


@cache
def _junit_schema() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(str(SCHEMAS / "junit-10.xsd"))


@cache
def _sarif_schema() -> jsonschema.Draft4Validator:
    schema = json.loads((SCHEMAS / "sarif-2.1.0-rtm.5.json").read_text(encoding="utf-8"))
    return jsonschema.Draft4Validator(schema, format_checker=jsonschema.FormatChecker())


def room(failing: int, telling: int, plain: int) -> dict[Share, int]:
    """How many characters a report may have for each share of its cases."""
    return dict(zip(Share, (failing, telling, plain), strict=True))


def page_data(text: str) -> tuple[list[dict[str, Any]], list[Any], dict[str, Any]]:
    """What an HTML report holds: the lines of the list, the details of each case or None, and the summary."""
    chunks = re.findall(r'<script type="application/json" (data-\w+|id)="[^"]*">(.*?)</script>', text)
    parts: dict[str, list[Any]] = {"data-list": [], "data-details": [], "data-numbers": [], "id": []}
    for kind, body in chunks:
        data = json.loads(body)
        parts[kind] += data if isinstance(data, list) else [data]
    lines = [line for chunk in parts["data-list"] for line in _lines_of(chunk)]
    details = [None if line["full"] is None else parts["data-details"][line["full"]] for line in lines]
    return lines, details, parts["id"][0]


def page_numbers(text: str) -> list[dict[str, Any]]:
    """The chunks of an HTML report with the numbers of cases that it does not have in full."""
    return [json.loads(body) for body in re.findall(r'data-numbers="\d+">(.*?)</script>', text)]


def _lines_of(chunk: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The lines of the list that a chunk has as columns; a column that is no list has the same value everywhere."""
    for at in range(chunk["count"]):
        line = {
            name: column[at] if isinstance(column, list) else column
            for name, column in chunk.items()
            if name not in {"count", "kinds", "exprs", "places"}
        }
        names = ("status", "label", "severity", "aside", "badge")
        where = f"{chunk['places'][line['place']]}{line['line'] or ''}"
        yield {
            **line,
            **dict(zip(names, chunk["kinds"][line["kind"]], strict=True)),
            "expr": chunk["exprs"][line["expr"]],
            "where": where,
        }
