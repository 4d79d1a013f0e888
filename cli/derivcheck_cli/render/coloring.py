"""The colours of a screen: those of statuses, outcomes and lines."""

from __future__ import annotations

from rich.text import Text

from derivcheck.model import Status
from derivcheck.reporting.outcomes.expect import Outcome
from derivcheck.reporting.presentation import cells
from derivcheck.reporting.presentation.toned_lines import Line, Tone

STYLES = {
    Tone.PLAIN: "",
    Tone.HEADING: "bold",
    Tone.ASIDE: "dim",
    Tone.NAME: "cyan",
    Tone.CLAIM: "magenta",
    Tone.PASS: "green",
    Tone.WARN: "yellow",
    Tone.FAIL: "red",
    Tone.ERROR: "bold red",
}


def color_status(status: Status) -> Text:
    """The status with its symbol and colour."""
    return Text(cells.status_text(status), style=STYLES[Tone.of(status.severity)])


def color_outcome(outcome: Outcome) -> Text:
    """The outcome of a case in the colour of its severity."""
    return Text(cells.outcome_text(outcome), style=STYLES[Tone.of(outcome.severity)])


def color_line(line: Line) -> Text:
    """A line of the layout in colour."""
    return Text.assemble(*((piece.text, STYLES[piece.tone]) for piece in line))
