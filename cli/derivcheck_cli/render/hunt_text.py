"""Text for one hunt: its map, a plot, the points that it found, and what to type next."""

from __future__ import annotations

from derivcheck.model import Result
from derivcheck.reporting.outcomes.exit_codes import ExitCode
from derivcheck.reporting.outcomes.expect import Outcome
from derivcheck.reporting.outcomes.summary import Summary
from derivcheck.reporting.presentation.hunt_lines import hunt_lines
from derivcheck.running.interface import EVERYTHING
from derivcheck_cli.render.coloring import color_line
from derivcheck_cli.render.interface import is_stopped
from derivcheck_cli.render.tally import tally
from derivcheck_cli.screen import Screen, Verbosity


class HuntTextRenderer:
    """Shows the hunt once it is over; with -v every point, stretch and plot, with -q only the tally."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self.wanted = EVERYTHING
        self._rows: list[Result] = []

    def start(self) -> None:
        """Print nothing."""

    def result(self, result: Result) -> None:
        """Keep the row until the hunt is complete."""
        if not is_stopped(result):
            self._rows.append(result)

    def case(self, outcome: Outcome) -> None:  # noqa: ARG002
        """Print the hunt."""
        rows, self._rows = self._rows, []
        if not rows or self._screen.verbosity is Verbosity.QUIET:
            return
        verbose = self._screen.verbosity is Verbosity.VERBOSE
        for line in hunt_lines(rows, width=self._screen.width, verbose=verbose):
            self._screen.line(color_line(line))

    def finish(self, summary: Summary, code: ExitCode) -> None:  # noqa: ARG002
        """Print the tally where nothing else was printed."""
        if self._screen.verbosity is Verbosity.QUIET:
            for line in tally(summary):
                self._screen.line(line)
