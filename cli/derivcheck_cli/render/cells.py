"""What is coloured on a screen, and how."""

from __future__ import annotations

from rich.text import Text

from derivcheck.model import Severity, Status
from derivcheck.presentation import cells
from derivcheck.presentation.layout import Line, Tone

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


def status_text(status: Status, severity: Severity | None = None) -> Text:
    """The status with its symbol and colour, those of another severity where an expectation changed it."""
    tone = Tone.of(severity or status.severity)
    return Text(cells.status_text(status, severity), style=STYLES[tone])


def line_text(line: Line) -> Text:
    """A line of the layout in colour."""
    return Text.assemble(*((piece.text, STYLES[piece.tone]) for piece in line))
