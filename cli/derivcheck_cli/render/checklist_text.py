"""Text for the check list of a user's own function: a line an item, and the names of the mistakes at the end."""

from __future__ import annotations

from rich.text import Text

from derivcheck.model import Result
from derivcheck.reporting.outcomes.exit_codes import ExitCode
from derivcheck.reporting.outcomes.expect import Outcome
from derivcheck.reporting.outcomes.summary import Summary
from derivcheck.reporting.presentation.checklist import headline, items
from derivcheck.reporting.presentation.why_lines import why_of
from derivcheck.reporting.presentation.widths import printable
from derivcheck.running.interface import EVERYTHING
from derivcheck_cli.render.coloring import color_line
from derivcheck_cli.render.interface import is_stopped
from derivcheck_cli.render.tally import tally
from derivcheck_cli.screen import Screen, Verbosity


class ChecklistTextRenderer:
    """Shows every item, each reason in full; with -v tracebacks and long formulas as well, with -q only the tally."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self.wanted = EVERYTHING
        self._results: list[Result] = []

    def start(self) -> None:
        """Print nothing."""

    def result(self, result: Result) -> None:
        """Keep the row until the list is complete."""
        if not is_stopped(result):
            self._results.append(result)

    def case(self, outcome: Outcome) -> None:  # noqa: ARG002
        """Print the list."""
        results, self._results = self._results, []
        if not results or self._screen.verbosity is Verbosity.QUIET:
            return
        verbose = self._screen.verbosity is Verbosity.VERBOSE
        self._screen.line(Text(printable(headline(results, verbose=verbose)), style="bold"))
        for line in items(results, width=self._screen.width, verbose=verbose):
            self._screen.line(color_line(line))
        for line in why_of(results, width=self._screen.width, verbose=verbose):
            self._screen.line(color_line(line))

    def finish(self, summary: Summary, code: ExitCode) -> None:  # noqa: ARG002
        """Print the tally where nothing else was printed."""
        if self._screen.verbosity is Verbosity.QUIET:
            for line in tally(summary):
                self._screen.line(line)
