"""JSON output: one document, written while the results come, or one line for each result."""

from __future__ import annotations

import json

from derivcheck.model import Result
from derivcheck.reporting.outcomes.exit_codes import ExitCode
from derivcheck.reporting.outcomes.expect import Outcome
from derivcheck.reporting.outcomes.summary import Summary
from derivcheck.reporting.serialization.serialize import SCHEMA, line_data, result_data, summary_data
from derivcheck.running.interface import EVERYTHING, RECORD
from derivcheck_cli.screen import Screen, Verbosity


class JsonLinesRenderer:
    """Writes one line for each Result, and nothing else."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._is_verbose = screen.verbosity is Verbosity.VERBOSE
        self.wanted = EVERYTHING if self._is_verbose else RECORD

    def start(self) -> None:
        """Print nothing."""

    def result(self, result: Result) -> None:
        """Print the result."""
        self._screen.data(f"{_strict(line_data(result, every_formula=self._is_verbose))}\n")

    def case(self, outcome: Outcome) -> None:
        """Print nothing."""

    def finish(self, summary: Summary, code: ExitCode) -> None:
        """Print nothing."""


class JsonRenderer:
    """Writes one document with every Result and the summary, without holding it in memory."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._is_verbose = screen.verbosity is Verbosity.VERBOSE
        self.wanted = EVERYTHING if self._is_verbose else RECORD
        self._comma = ""

    def start(self) -> None:
        """Open the document."""
        self._screen.data(f'{{"schema": {SCHEMA},\n "results": [')

    def result(self, result: Result) -> None:
        """Print the result as the next item."""
        self._screen.data(f"{self._comma}\n  {_strict(result_data(result, every_formula=self._is_verbose))}")
        self._comma = ","

    def case(self, outcome: Outcome) -> None:
        """Print nothing."""

    def finish(self, summary: Summary, code: ExitCode) -> None:
        """Print the summary and close the document."""
        self._screen.data(f'\n ],\n "summary": {_strict(summary_data(summary, code))}}}\n')


def _strict(data: object) -> str:
    return json.dumps(data, allow_nan=False)
