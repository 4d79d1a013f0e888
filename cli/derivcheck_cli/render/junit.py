"""JUnit XML: a suite a case file, a test a case, as Jenkins, GitLab and their like read it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import PurePath
from xml.sax.saxutils import escape, quoteattr

from derivcheck.model import Result, Severity
from derivcheck.reporting.outcomes.exit_codes import ExitCode
from derivcheck.reporting.outcomes.expect import Outcome
from derivcheck.reporting.outcomes.summary import Summary
from derivcheck.reporting.presentation.widths import printable
from derivcheck.running.interface import Formulas, Wanted
from derivcheck.system.harmless import harmless_xml
from derivcheck_cli.render.findings import Collector, Finding
from derivcheck_cli.render.interface import Sink
from derivcheck_cli.render.left_out import those
from derivcheck_cli.render.room import Room, Share
from derivcheck_cli.render.spool import WORST_FIRST, Spool

LISTED = {Share.FAILING: 12_000_000, Share.TELLING: 4_000_000, Share.PLAIN: 8_000_000}
"""The characters for tests that fail, that say something, and that just pass; the others are counted."""


@dataclass(slots=True)
class _Suite:
    """The attributes of a suite's tag, its lines in the spool by severity, and how many of its tests are left out."""

    file: str
    tests: int = 0
    failures: int = 0
    errors: int = 0
    skipped: int = 0
    lines: Counter[Severity] = field(default_factory=Counter)
    left_out: Counter[Severity] = field(default_factory=Counter)


class JUnitRenderer:
    """Writes JUnit XML that is valid against the schema of Jenkins' xUnit plug-in (`junit-10.xsd`).

    A case that warns passes, with the reason in `system-out`; under --strict it fails. A case that comes out as
    expected passes, whatever its status. All tests go to temporary files until the run is over, for two reasons: the
    tag of a suite stands before its tests and counts them, and the tests that fail stand first. A report is kept below
    24 MB: tests beyond that are counted in the suite's tag, and its `system-out` says how many are not listed.

    Args:
        sink: where the report goes.
        strict: whether a warning is a failure.
    """

    def __init__(self, sink: Sink, *, strict: bool = False) -> None:
        self._sink = sink
        self._strict = strict
        self.wanted = Wanted(rows=True, formulas=Formulas.REMARKABLE)
        self._collector = Collector()
        self._suites: list[_Suite] = []
        self._spool = Spool()
        self._room = Room(LISTED)

    def start(self) -> None:
        """Write nothing yet."""

    def result(self, result: Result) -> None:
        """Keep the row until its case is over."""
        self._collector.add(result)

    def case(self, outcome: Outcome) -> None:
        """Write the test to the spool."""
        finding = self._collector.close(outcome)
        file = outcome.case.location.file or "derivcheck"
        if not self._suites or self._suites[-1].file != file:
            self._suites.append(_Suite(file))
        suite = self._suites[-1]
        element = self._element(finding)
        suite.tests += 1
        suite.failures += element == "failure"
        suite.errors += element == "error"
        suite.skipped += element == "skipped"
        share = Share.of(finding)
        if not self._room.is_left(share):
            suite.left_out[outcome.severity] += 1
            return
        for line in _testcase(finding, element):
            self._room.take(share, len(line))
            suite.lines[outcome.severity] += self._spool.add(outcome.severity, line)

    def finish(self, summary: Summary, code: ExitCode) -> None:  # noqa: ARG002
        """Write the whole document."""
        total = {
            name: str(sum(getattr(suite, name) for suite in self._suites)) for name in ("tests", "failures", "errors")
        }
        self._sink.write('<?xml version="1.0" encoding="utf-8"?>\n')
        self._sink.write(f"<testsuites{_attributes(name='derivcheck', **total)}>\n")
        self._spool.rewind()
        for suite in self._suites:
            counts = {name: str(getattr(suite, name)) for name in ("tests", "failures", "errors", "skipped")}
            self._sink.write(f" <testsuite{_attributes(name=suite.file, **counts, file=suite.file)}>\n")
            for severity in WORST_FIRST:
                for line in self._spool.lines(severity, suite.lines[severity]):
                    self._sink.write(line)
            if suite.left_out:
                self._sink.write(f"  <system-out>Not listed: {those(suite.left_out)}.</system-out>\n")
            self._sink.write(" </testsuite>\n")
        self._sink.write("</testsuites>\n")
        self._spool.close()

    def _element(self, finding: Finding) -> str | None:
        """The element that says what came of it; None for a pass."""
        match finding.outcome.severity:
            case Severity.ERROR:
                return "error"
            case Severity.FAIL:
                return "failure"
            case Severity.WARN if self._strict:
                return "failure"
            case _ if finding.skipped and not (finding.outcome.expected or finding.outcome.known):
                return "skipped"
        return None


def _testcase(finding: Finding, element: str | None) -> list[str]:
    case = finding.outcome.case
    # The schema has no attribute for a test's line; it begins every text instead.
    name = case.name or (f"line {case.location.line}" if case.location.line else case.label)
    head = f"  <testcase{_attributes(name=name, classname=_classname(case.location.file))}"
    if element is None and finding.is_unremarkable:
        return [f"{head}/>"]
    if element is None:
        body = [f"   <system-out>{_content(f'{finding.outcome.label}: {finding.headline}')}"]
        body += [f"{_content(finding.text())}</system-out>"]
    else:
        attributes = _attributes(type=finding.outcome.label, message=finding.headline)
        body = [f"   <{element}{attributes}>{_content(finding.text())}</{element}>"]
    return [f"{head}>", *body, "  </testcase>"]


def _classname(file: str | None) -> str:
    """A file's name as readers of JUnit XML group by it: `expressions/traps.toml` is `expressions.traps`."""
    if file is None:
        return "derivcheck"
    path = PurePath(file)
    parts = [part for part in (*path.parts[:-1], path.stem) if part not in {"", "/", "\\", ".", ".."}]
    return ".".join(parts) or file


def _attributes(**attributes: str) -> str:
    return "".join(f" {name}={harmless_xml(quoteattr(printable(text)))}" for name, text in attributes.items())


def _content(text: str) -> str:
    return harmless_xml(escape(printable(text, keep="\n")))
