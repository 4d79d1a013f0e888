"""Annotations for GitHub Actions: the worst cases beside their lines, everything in the step's summary.

The commands are those of GitHub's "Workflow commands for GitHub Actions"; they are escaped as its own toolkit does it
(actions/toolkit, packages/core/src/command.ts).
"""

from __future__ import annotations

import heapq
import os
from pathlib import Path

from derivcheck.model import Result, Severity
from derivcheck.reporting.outcomes.exit_codes import ExitCode
from derivcheck.reporting.outcomes.expect import Outcome
from derivcheck.reporting.outcomes.summary import Summary
from derivcheck.reporting.presentation.widths import printable
from derivcheck.running.interface import TALLY
from derivcheck_cli.render.findings import Collector, Finding
from derivcheck_cli.render.markdown import STEP_SUMMARY, MarkdownRenderer
from derivcheck_cli.render.tally import tally
from derivcheck_cli.screen import Screen

MAX_ANNOTATIONS = 10
"""GitHub shows as many errors of a step, and as many warnings, and drops the others without a word."""

_LEVELS = {Severity.WARN: "warning", Severity.FAIL: "error", Severity.ERROR: "error"}
_DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_PROPERTY = str.maketrans({**_DATA, ":": "%3A", ",": "%2C"})
_MESSAGE = str.maketrans(_DATA)


class _StepSummary:
    """The file that GITHUB_STEP_SUMMARY names. Other tools write to it as well, so we only append."""

    def __init__(self, path: str, screen: Screen) -> None:
        self._path = Path(path)
        self._screen = screen
        self._broken = False

    def write(self, text: str) -> None:
        """Append a text. An error is reported once and changes no exit code, since it is no fault of the cases."""
        if self._broken:
            return
        try:
            with self._path.open("a", encoding="utf-8", errors="backslashreplace", newline="\n") as stream:
                stream.write(text)
        except (OSError, ValueError) as error:
            self._broken = True
            reason = getattr(error, "strerror", None) or error
            self._screen.error(f"GITHUB_STEP_SUMMARY: {self._path}: cannot be written: {reason}")


class GitHubRenderer:
    """Prints the worst ten cases as annotations; all go to the step's summary, where there is one.

    Args:
        screen: where the commands are printed.
        alone: whether nothing else is printed, so that the tally has to be.
    """

    def __init__(self, screen: Screen, *, alone: bool = True) -> None:
        self._screen = screen
        self._alone = alone
        self._collector = Collector()
        self._worst: list[tuple[int, int, int, tuple[str, str]]] = []
        self._count = 0
        path = os.environ.get("GITHUB_STEP_SUMMARY")
        self._markdown = MarkdownRenderer(_StepSummary(path, screen), limit=STEP_SUMMARY) if path else None
        self.wanted = self._markdown.wanted if self._markdown else TALLY

    def start(self) -> None:
        """Print nothing yet."""
        if self._markdown:
            self._markdown.start()

    def result(self, result: Result) -> None:
        """Keep the row until its case is over."""
        self._collector.add(result)
        if self._markdown:
            self._markdown.result(result)

    def case(self, outcome: Outcome) -> None:
        """Keep the case if it is among the worst."""
        finding = self._collector.close(outcome)
        if self._markdown:
            self._markdown.case(outcome)
        if outcome.severity is Severity.PASS:
            return
        self._count += 1
        # Of equally bad ones the first stays: the heap's least is the last of the mildest.
        entry = (outcome.severity.rank, outcome.status.rank, -self._count, _annotation(finding))
        (heapq.heappush if len(self._worst) < MAX_ANNOTATIONS else heapq.heappushpop)(self._worst, entry)

    def finish(self, summary: Summary, code: ExitCode) -> None:
        """Print the annotations, the worst first."""
        for *_, annotation in sorted(self._worst, reverse=True):
            self._screen.command(*annotation)
        if self._count > len(self._worst):
            where = ": see the step's summary" if self._markdown else ""
            self._screen.line(f"… and {self._count - len(self._worst):,} more cases fail or warn{where}")
        if self._alone:
            for line in tally(summary):
                self._screen.line(line)
        if self._markdown:
            self._markdown.finish(summary, code)


def _annotation(finding: Finding) -> tuple[str, str]:
    """The name of the command and its text."""
    outcome = finding.outcome
    location = outcome.case.location
    properties = {
        "file": _from_the_workspace(location.file) if location.file else None,
        "line": str(location.line) if location.file and location.line else None,
        "title": f"{outcome.label}: {outcome.case.label}",
    }
    given = ",".join(
        f"{name}={printable(text).translate(_PROPERTY)}" for name, text in properties.items() if text is not None
    )
    return _LEVELS[outcome.severity], f"{given}::{finding.headline.translate(_MESSAGE)}"


def _from_the_workspace(file: str) -> str:
    """The file's path as GitHub knows it: from the root of the check-out, wherever the step runs."""
    workspace = os.environ.get("GITHUB_WORKSPACE")
    path = Path(file)
    if not workspace or not path.exists():
        return file
    root, absolute = Path(workspace).resolve(), path.resolve()
    return absolute.relative_to(root).as_posix() if absolute.is_relative_to(root) else file
