"""The methods that every renderer has."""

from __future__ import annotations

from typing import Protocol

from derivcheck.model import Result
from derivcheck.reporting.outcomes.exit_codes import ExitCode
from derivcheck.reporting.outcomes.expect import Outcome
from derivcheck.reporting.outcomes.summary import Summary
from derivcheck.running.interface import Wanted


def is_stopped(result: Result) -> bool:
    """Whether the Result only says that the case could not be run. The run prints such errors on stderr."""
    return result.error is not None or result.trace is not None


class Sink(Protocol):
    """What a report is written to: a file, or any stream of text."""

    def write(self, text: str, /) -> object:
        """Take a piece of the text."""


class Renderer(Protocol):
    """Takes the results as they come; for each case some Results, then its Outcome.

    Attributes:
        wanted: which parts of the Results it shows; workers do not make the others.
    """

    wanted: Wanted

    def start(self) -> None:
        """Begin, before the first case."""

    def result(self, result: Result) -> None:
        """Take one Result."""

    def case(self, outcome: Outcome) -> None:
        """Take what the case comes to, after the last of its Results."""

    def finish(self, summary: Summary, code: ExitCode) -> None:
        """End, after the last case."""
