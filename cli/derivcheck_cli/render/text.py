"""Text for one case: a block of lines for each of its points."""

from __future__ import annotations

from derivcheck.model import Result
from derivcheck.reporting.outcomes.exit_codes import ExitCode
from derivcheck.reporting.outcomes.expect import Outcome
from derivcheck.reporting.outcomes.summary import Summary
from derivcheck.running.interface import EVERYTHING, TALLY
from derivcheck_cli.render.block import block
from derivcheck_cli.render.interface import is_stopped
from derivcheck_cli.render.tally import tally
from derivcheck_cli.screen import Screen, Verbosity


class TextRenderer:
    """Shows every row, and each reason in full; with -q only the tally."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self.wanted = TALLY if screen.verbosity is Verbosity.QUIET else EVERYTHING
        self._rows: list[Result] = []
        self._blocks = 0

    def start(self) -> None:
        """Print nothing."""

    def result(self, result: Result) -> None:
        """Keep the row until its point is complete; a case that could not be read has no row to show."""
        if is_stopped(result) or self._screen.verbosity is Verbosity.QUIET:
            return
        if self._rows and self._rows[0].place is not result.place:
            self._flush()
        self._rows.append(result)

    def case(self, outcome: Outcome) -> None:  # noqa: ARG002
        """Print the last point."""
        self._flush()

    def finish(self, summary: Summary, code: ExitCode) -> None:  # noqa: ARG002
        """Print the tally where nothing else was printed."""
        if self._screen.verbosity is Verbosity.QUIET:
            for line in tally(summary):
                self._screen.line(line)

    def _flush(self) -> None:
        if not self._rows:
            return
        if self._blocks:
            self._screen.line()
        verbose = self._screen.verbosity is Verbosity.VERBOSE
        for line in block(self._rows, width=self._screen.width, verbose=verbose):
            self._screen.line(line)
        self._rows.clear()
        self._blocks += 1
