"""Markdown: a table of the statuses, and a section for each case that needs attention, as a comment can show it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from derivcheck.model import Result, Severity
from derivcheck.reporting.outcomes.exit_codes import ExitCode
from derivcheck.reporting.outcomes.expect import Outcome
from derivcheck.reporting.outcomes.summary import Summary
from derivcheck.reporting.presentation.cells import outcome_text, status_text
from derivcheck.running.interface import Formulas, Wanted
from derivcheck.system.harmless import harmless, one_line
from derivcheck_cli.render.findings import Collector, Finding
from derivcheck_cli.render.interface import Sink
from derivcheck_cli.render.left_out import those, verb
from derivcheck_cli.render.tally import files_text, tally

COMMENT = 60_000
"""How long a report gets, in characters: a comment on GitHub ends at 65,536."""

STEP_SUMMARY = 400_000
"""The same for a step's summary, which ends at a mebibyte; a character may take two bytes."""

_TITLES = {Severity.ERROR: "Not run", Severity.FAIL: "Failures", Severity.WARN: "Warnings"}
_LONGEST = 6_000
"""The characters of one section: a case is no reason to leave out all others."""


@dataclass(slots=True)
class _Part:
    """The sections of one severity, as many as there is room for."""

    sections: list[str] = field(default_factory=list)
    length: int = 0
    count: int = 0

    def add(self, finding: Finding, room: int) -> None:
        """Count the case, and write its section unless one before it did not fit any more."""
        self.count += 1
        if len(self.sections) + 1 < self.count:
            return
        section = _section(finding)
        if self.length + len(section) <= room:
            self.sections.append(section)
            self.length += len(section)


class MarkdownRenderer:
    """Writes GitHub's Markdown: what fails before what warns, and what does not fit is counted.

    Args:
        sink: where the report goes.
        limit: how many characters it may have, about.
    """

    def __init__(self, sink: Sink, *, limit: int = COMMENT) -> None:
        self._sink = sink
        self._limit = limit
        self.wanted = Wanted(formulas=Formulas.FINDINGS)
        self._collector = Collector()
        self._parts = {severity: _Part() for severity in _TITLES}

    def start(self) -> None:
        """Write nothing yet: the summary stands first."""

    def result(self, result: Result) -> None:
        """Keep the row until its case is over."""
        self._collector.add(result)

    def case(self, outcome: Outcome) -> None:
        """Keep the section of a case that needs attention, as far as there is room."""
        finding = self._collector.close(outcome)
        if outcome.severity is not Severity.PASS:
            self._parts[outcome.severity].add(finding, self._limit)

    def finish(self, summary: Summary, code: ExitCode) -> None:  # noqa: ARG002
        """Write the whole report."""
        room = self._limit
        for piece in _head(summary):
            self._sink.write(piece)
            room -= len(piece)
        left_out: Counter[Severity] = Counter()
        for severity, part in self._parts.items():
            shown = []
            for section in part.sections:
                if room < len(section):
                    break
                room -= len(section)
                shown.append(section)
            left_out[severity] = part.count - len(shown)
            if shown:
                self._sink.write(f"\n### {_TITLES[severity]}\n")
            for section in shown:
                self._sink.write(section)
        if missing := those(left_out):
            self._sink.write(f"\n… and {missing}, left out because the report is long enough.\n")


def _head(summary: Summary) -> Iterator[str]:
    yield f"## derivcheck: {_verdict(summary)}\n\n"
    yield f"{next(tally(summary)).plain}.\n"
    if summary.by_status:
        yield "\n| status | results | meaning |\n|:--|--:|:--|\n"
    for status, count in summary.by_status.items():
        yield f"| {status_text(status)} | {count:,} | {status.meaning} |\n"


def _verdict(summary: Summary) -> str:
    """Summarize the run for the title: how many cases fail or could not be run, else how many warn."""
    cases = summary.cases
    total = cases.total()
    files = [files_text(summary.files)] if summary.files else []
    bad = [severity for severity in (Severity.FAIL, Severity.ERROR) if cases[severity]] or [Severity.WARN]
    if not cases[bad[0]]:
        passes = ("the case passes" if total == 1 else f"all {total:,} cases pass") if total else "nothing to check"
        return ", ".join([passes, *files] if total else files or [passes])
    first, *others = (f"{cases[severity]:,} {verb(severity, cases[severity])}" for severity in bad)
    number, _, does = first.partition(" ")
    return ", ".join([f"{number} of {total:,} {'case' if total == 1 else 'cases'} {does}", *others, *files])


def _section(finding: Finding) -> str:
    outcome = finding.outcome
    text = harmless(finding.text())
    if len(text) > _LONGEST:
        text = f"{text[:_LONGEST]}\n… (cut)"
    fence = "`" * max(3, _longest_run(text) + 1)
    title = f"#### {outcome_text(outcome)} · {_code(outcome.case.label)}"
    return f"\n{title}\n\n{fence}text\n{text}\n{fence}\n"


def _code(text: str) -> str:
    """Write a text as a code span, so that nothing in it is taken for markup."""
    shown = harmless(one_line(text))
    fence = "`" * (_longest_run(shown) + 1)
    pad = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def _longest_run(text: str) -> int:
    """The length of the longest run of backticks."""
    return max(map(len, re.findall("`+", text)), default=0)
