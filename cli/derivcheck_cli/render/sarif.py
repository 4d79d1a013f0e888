"""SARIF 2.1.0, which code scanning services and editors read: a rule a status, a result a case."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from derivcheck import __version__
from derivcheck.model import Case, Result, Severity, Status
from derivcheck.reporting.outcomes.exit_codes import ExitCode
from derivcheck.reporting.outcomes.expect import UNEXPECTED, UNEXPECTED_MEANING, Outcome
from derivcheck.reporting.outcomes.summary import Summary
from derivcheck.reporting.presentation.widths import printable
from derivcheck.running.interface import TALLY
from derivcheck.system.harmless import harmless_json
from derivcheck_cli.render.advice import ADVICE, UNEXPECTED_ADVICE
from derivcheck_cli.render.findings import Collector, Finding
from derivcheck_cli.render.interface import Sink
from derivcheck_cli.render.left_out import those
from derivcheck_cli.render.room import Room, Share
from derivcheck_cli.render.spool import WORST_FIRST, Spool

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"

LISTED = {Share.FAILING: 12_000_000, Share.TELLING: 4_000_000, Share.PLAIN: 0}
"""The characters for results that fail, and for others; GitHub shows the first 5,000 of at most 25,000 results."""

_LEVELS = {Severity.PASS: "note", Severity.WARN: "warning", Severity.FAIL: "error", Severity.ERROR: "error"}
_ROOT = "%SRCROOT%"


class SarifRenderer:
    """Writes a SARIF log with a result for each case that says something.

    Failures and errors have the level `error`, warnings `warning`; a case that passes by convention, or was skipped, is
    a `note`; they come in this order. What matches is left out, and so is what a case is known to come to: it was
    accepted. A status that is no failure by itself, but not what the case expects, has the rule `unexpected`. A log is
    kept below 16 MB: what is beyond that is counted in a notification.

    Args:
        sink: where the report goes.
    """

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self.wanted = TALLY
        self._collector = Collector()
        self._spool = Spool()
        self._room = Room(LISTED)
        self._left_out: Counter[Severity] = Counter()

    def start(self) -> None:
        """Open the log, and describe the tool."""
        driver = {
            "name": "derivcheck",
            "semanticVersion": __version__,
            "shortDescription": {"text": "A referee between a formula and a gradient"},
            "rules": [*map(_rule, Status), _UNEXPECTED_RULE],
        }
        tool = json.dumps({"driver": driver}, indent=1)
        self._sink.write(f'{{"$schema": "{SCHEMA}",\n "version": "2.1.0",\n "runs": [{{\n"tool": {tool},\n')
        self._sink.write('"columnKind": "unicodeCodePoints",\n"results": [')

    def result(self, result: Result) -> None:
        """Keep the row until its case is over."""
        self._collector.add(result)

    def case(self, outcome: Outcome) -> None:
        """Keep the case for the log, unless every number matches as expected."""
        finding = self._collector.close(outcome)
        if finding.is_unremarkable or outcome.expected or outcome.known:
            return
        share = Share.of(finding)
        if not self._room.is_left(share):
            self._left_out[outcome.severity] += 1
            return
        text = harmless_json(json.dumps(_result(finding), allow_nan=False))
        self._room.take(share, len(text))
        self._spool.add(outcome.severity, text)

    def finish(self, summary: Summary, code: ExitCode) -> None:  # noqa: ARG002
        """Write the results, say how the run ended, and close the log."""
        self._spool.rewind()
        comma = ""
        for severity in WORST_FIRST:
            for line in self._spool.lines(severity):
                self._sink.write(f"{comma}\n  {line.rstrip()}")
                comma = ","
        self._spool.close()
        invocation: dict[str, Any] = {
            "executionSuccessful": code is not ExitCode.INTERNAL,
            "exitCode": int(code),
            "exitCodeDescription": code.meaning,
        }
        if self._left_out:
            message = {"text": f"The log is long enough; not in it are {those(self._left_out)}."}
            invocation["toolExecutionNotifications"] = [{"level": "note", "message": message}]
        self._sink.write(f'\n ],\n"invocations": [{json.dumps(invocation)}]}}]}}\n')


def _rule(status: Status) -> dict[str, Any]:
    return _rule_of(status.label, status.severity, status.meaning, ADVICE[status])


def _rule_of(label: str, severity: Severity, said: str, advice: str) -> dict[str, Any]:
    meaning = f"{said[0].upper()}{said[1:]}."
    return {
        "id": label,
        "name": "".join(word.capitalize() for word in label.split("-")),
        "shortDescription": {"text": meaning},
        "fullDescription": {"text": f"{meaning} {advice}"},
        "help": {"text": f"{meaning}\n\n{advice}", "markdown": f"**{meaning}**\n\n{advice}"},
        "defaultConfiguration": {"level": _LEVELS[severity]},
        "properties": {"tags": ["gradient", severity.value]},
    }


_UNEXPECTED_RULE = _rule_of(UNEXPECTED, Severity.FAIL, UNEXPECTED_MEANING, UNEXPECTED_ADVICE)


def _result(finding: Finding) -> dict[str, Any]:
    outcome = finding.outcome
    case = outcome.case
    return {
        "ruleId": outcome.kind,
        "ruleIndex": len(Status) if outcome.is_unexpected else outcome.status.rank,
        "level": _LEVELS[outcome.severity],
        "message": {"text": f"{printable(case.label)}: {finding.headline}"},
        "locations": [_location(case)],
        # Whatever moves with the lines around the case is left out, so that an alert stays the same one.
        "partialFingerprints": {"derivcheck/v1": _fingerprint(case, outcome.label)},
        "properties": {"expression": printable(case.expr), "ulps": _finite(finding.ulps)},
    }


def _location(case: Case) -> dict[str, Any]:
    where = case.location
    location: dict[str, Any] = {"logicalLocations": [{"name": printable(case.label), "kind": "member"}]}
    if where.file is not None and not where.file.startswith("<"):
        region = {"region": {"startLine": where.line}} if where.line else {}
        location["physicalLocation"] = {"artifactLocation": _artifact(where.file), **region}
    return location


def _artifact(file: str) -> dict[str, str]:
    path = PurePath(file)
    name = quote(path.as_posix().removeprefix("./"), errors="replace")
    if path.is_absolute():
        return {"uri": f"file://{'' if name.startswith('/') else '/'}{name}"}
    return {"uri": name, "uriBaseId": _ROOT}


def _fingerprint(case: Case, label: str) -> str:
    # Of a file of points its name: there may be a million of them, and the alert is about the case.
    points = getattr(case.at, "label", None) or [sorted(at.items()) for at in case.at]
    facts = [case.location.file, case.name, case.expr, points, case.dtype and case.dtype.label, case.device]
    text = json.dumps([*facts, label])
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _finite(ulps: float | None) -> float | str | None:
    return ulps if ulps is None or ulps < float("inf") else "inf"
