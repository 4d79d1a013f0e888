"""Text for many cases: a line for a warning, a block for a failure, nothing for a pass, and a tally at the end."""

from __future__ import annotations

from dataclasses import dataclass, field

from rich.text import Text

from derivcheck.model import Case, Result, Severity, What
from derivcheck.reporting.outcomes.exit_codes import ExitCode
from derivcheck.reporting.outcomes.expect import Outcome
from derivcheck.reporting.outcomes.summary import Summary
from derivcheck.reporting.presentation.cells import brief_reason_text, row_name
from derivcheck.reporting.presentation.command_lines import command_line
from derivcheck.reporting.presentation.hunt_lines import covered_text, dtype_of, map_lines
from derivcheck.reporting.presentation.layout import brief_at_text
from derivcheck.reporting.presentation.toned_lines import LEAST_WIDTH, Tone, paragraph
from derivcheck.reporting.presentation.why_lines import why_of
from derivcheck.reporting.presentation.widths import printable
from derivcheck.running.interface import EVERYTHING, TALLY, Formulas, Wanted
from derivcheck.system.harmless import one_line
from derivcheck_cli.render.block import block
from derivcheck_cli.render.coloring import color_line, color_outcome
from derivcheck_cli.render.interface import is_stopped
from derivcheck_cli.render.tally import tally
from derivcheck_cli.screen import Screen, Verbosity

MAX_POINTS = 5
"""How many points of a case are shown, short of -v; a case may have any number."""


@dataclass(slots=True)
class _Pending:
    """The points of the current case that may have to be shown, and how many more there were."""

    points: list[list[Result]] = field(default_factory=list)
    left_out: int = 0
    last: object = field(default_factory=object)

    def add(self, result: Result, *, at_most: int | None) -> None:
        if self.last is not result.place and not (self.points and result.item is not None):
            self.last = result.place
            if at_most is not None and len(self.points) >= at_most:
                self.left_out += 1
            else:
                self.points.append([])
        if not self.left_out:
            self.points[-1].append(result)


class BatchTextRenderer:
    """Shows what needs attention; everything with -v; only the tally with -q."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._verbose = screen.verbosity is Verbosity.VERBOSE
        self._quiet = screen.verbosity is Verbosity.QUIET
        self.wanted = TALLY if self._quiet else Wanted(formulas=Formulas.FAILURES)
        if self._verbose:
            self.wanted = EVERYTHING
        self._pending = _Pending()
        self._hunted: Result | None = None

    def start(self) -> None:
        """Print nothing."""

    def result(self, result: Result) -> None:
        """Keep the row until its case is over."""
        if self._quiet or is_stopped(result):
            return
        if result.hunt_map is not None:
            self._hunted = result
        if self._verbose:
            self._pending.add(result, at_most=None)
        elif result.status.severity is not Severity.PASS:
            self._pending.add(result, at_most=MAX_POINTS)

    def case(self, outcome: Outcome) -> None:
        """Print the case: a block where it fails, two lines where it warns, nothing where it passes."""
        pending, self._pending = self._pending, _Pending()
        hunted, self._hunted = self._hunted, None
        if self._quiet or (outcome.severity is Severity.PASS and not self._verbose):
            return
        if outcome.severity is Severity.ERROR and not pending.points and not outcome.message:
            return  # its message went to stderr
        worst = max((row for rows in pending.points for row in rows), key=_rank, default=None)
        headline = _headline(outcome)
        if outcome.severity is Severity.WARN and worst and not self._verbose:
            self._screen.line(headline)
            self._map(hunted)
            self._warning(worst)
            self._explained(pending.points)
            return
        self._screen.line(headline)
        if outcome.message:
            self._screen.line(Text(f"  {one_line(outcome.message)}", style="bold"))
        self._map(hunted)
        for rows in pending.points:
            for line in block(rows, width=self._screen.width - 2, verbose=self._verbose, whole=self._verbose):
                self._screen.line(Text("  ") + line)
        if pending.left_out:
            self._screen.line(f"  … and {pending.left_out:,} more points (-v shows all)")
        if outcome.severity is Severity.FAIL and worst and (command := _command(worst)):
            self._screen.line(f"  run it alone: {command}")
        self._screen.line()

    def finish(self, summary: Summary, code: ExitCode) -> None:  # noqa: ARG002
        """Print the tally."""
        for line in tally(summary):
            self._screen.line(line)

    def _warning(self, worst: Result) -> None:
        width = max(LEAST_WIDTH, self._screen.width)
        where = "" if worst.item else brief_at_text(worst.typed, width // 2)
        what = " ".join(filter(None, (worst.item or row_name(worst), where)))
        for line in paragraph(f"{what}: {brief_reason_text(worst) or worst.status.meaning}", width, indent=1):
            self._screen.line(color_line(line))

    def _map(self, first: Result | None) -> None:
        """Print the map of a hunt, given its first row."""
        if first is None or first.hunt_map is None:
            return
        found, dtype, width = first.hunt_map, dtype_of([first]), self._screen.width - 2
        for line in map_lines(found, dtype, width, verbose=self._verbose):
            self._screen.line(color_line(line))
        if found.coverage is not None:
            for line in paragraph(covered_text(found.coverage, dtype), width, tone=Tone.ASIDE, indent=1):
                self._screen.line(color_line(line))

    def _explained(self, points: list[list[Result]]) -> None:
        """Print what is to blame at the points of a warning, and what helps, where somebody asked for that."""
        for rows in points:
            for line in why_of(rows, width=self._screen.width - 2, whole=False):
                self._screen.line((Text("  ") + color_line(line)) if line else "")
        if any(row.explanation for rows in points for row in rows):
            self._screen.line()


def _headline(outcome: Outcome) -> Text:
    return Text.assemble(color_outcome(outcome), "  ", (printable(_label(outcome.case)), "bold"))


def _label(case: Case) -> str:
    return f"{case.label}  ({case.location})" if case.name and str(case.location) else case.label


def _rank(result: Result) -> int:
    return result.status.rank


def _command(worst: Result) -> str | None:
    """The command that runs a case alone; None where a record does not have all that it needs."""
    case = worst.case
    is_claim_unknown = worst.what is What.CLAIM and not case.derivative and case.value is None
    found = command_line(case, worst.typed, by_name=True)
    return None if is_claim_unknown and found is not None and found.startswith("derivcheck check") else found
