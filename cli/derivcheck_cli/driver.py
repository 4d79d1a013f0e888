"""The run: case after case is checked, judged, counted and shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, nullcontext
from dataclasses import dataclass, field
from typing import Protocol

from derivcheck.model import Case, Result, Severity
from derivcheck.reporting.baseline import Baseline, Faults
from derivcheck.reporting.outcomes.exit_codes import ExitCode
from derivcheck.reporting.outcomes.exits import exit_code, is_failing
from derivcheck.reporting.outcomes.expect import Judge
from derivcheck.reporting.outcomes.summary import Summary
from derivcheck.reporting.presentation.command_lines import command_line
from derivcheck.running.interface import Executor, Item, Piece
from derivcheck.system.harmless import one_line
from derivcheck_cli.boundary import report_bug
from derivcheck_cli.ending import describe_end, interrupt_code
from derivcheck_cli.render.interface import Renderer, is_stopped
from derivcheck_cli.screen import Screen


class Stage(Protocol):
    """Chooses among the cases of a run."""

    def of(self, items: Iterable[Item]) -> Iterator[Item]:
        """The items that are to be checked."""

    def tell(self, summary: Summary) -> None:
        """Write into the summary how many were left out."""


_MESSAGES = 3
"""How many different errors of one case are printed; a case may have any number of points."""


@dataclass(slots=True)
class _Open:
    """The case whose last piece is still to come: its judge, its faults, and the errors to print at its end."""

    jury: Judge
    faults: Faults
    is_readable: bool
    stops: dict[str, Result] = field(default_factory=dict)

    def add(self, result: Result) -> None:
        self.jury.add(result)
        self.faults.add(result)
        if is_stopped(result) and len(self.stops) < _MESSAGES:
            self.stops.setdefault(result.verdict.reason or "", result)


@dataclass(slots=True)
class Run:
    """One run over a stream of cases, in memory that does not grow with their number.

    Attributes:
        executor: what checks the cases.
        renderers: what shows the results, each in its own way.
        screen: where errors and the progress bar go.
        strict, exit_zero: how the exit code is chosen.
        baseline: the known failures, if there are any.
        max_fail: after how many failing cases the run ends; None means never.
        stages: what chooses among the cases before they are checked, in order.
        count: counts all cases, or returns None where that cannot be done; called when the run is interrupted.
        advice: how to continue an interrupted run; "" where that is not possible.
        is_single: whether there is one case, so that a progress bar would only flicker.
        cut: says of a run whose executor caught the interruption itself, to give what it had: the exit code, and after
            how long that was; None of any other.
    """

    executor: Executor
    renderers: Sequence[Renderer]
    screen: Screen
    strict: bool = False
    exit_zero: bool = False
    baseline: Baseline | None = None
    max_fail: int | None = None
    stages: Sequence[Stage] = ()
    summary: Summary = field(default_factory=Summary)
    count: Callable[[], int | None] = lambda: None
    advice: str = ""
    is_single: bool = False
    cut: Callable[[], tuple[int, str] | None] = lambda: None
    _open: _Open | None = None

    def over(self, items: Iterable[Item], *, total: int | None = None) -> int:
        """Check the cases and return the exit code; Ctrl-C and SIGTERM end the run with what is finished."""
        interrupted: int | None = None
        for renderer in self.renderers:
            renderer.start()
        for stage in self.stages:
            items = stage.of(items)
        with (
            nullcontext() if self.is_single else self.screen.progress(total) as bar,
            closing(self.executor.run(items)) as pieces,
        ):
            try:
                for piece in pieces:
                    self._take(piece)
                    if bar and piece.last:
                        bar.advance()
                    if self._is_enough():
                        break
            except KeyboardInterrupt as error:
                interrupted = interrupt_code(error)
        cut = self.cut()
        if interrupted is None and cut is not None:
            interrupted = cut[0]
        self.summary.interrupted = interrupted is not None
        for stage in self.stages:
            stage.tell(self.summary)
        if self._is_enough():
            self.screen.message(f"stopped after {self.max_fail} failing: there may be more")
        code = exit_code(self.summary, strict=self.strict, exit_zero=self.exit_zero)
        for renderer in self.renderers:
            renderer.finish(self.summary, code)
            self.screen.flush()  # before a report that goes to stdout as well
        if code is ExitCode.NOTHING and interrupted is None:
            self.screen.error(code.meaning)
        if interrupted is None:
            return code
        self._tell_of_interruption(interrupted, total)
        return interrupted

    def _tell_of_interruption(self, code: int, total: int | None) -> None:
        """Say how many cases were checked before the interruption, or the output would pass for that of a whole run."""
        done = self.summary.cases.total() + self.summary.files
        there_are = 1 if self.is_single else self.count() if total is None else total
        what = describe_end(code)
        if (cut := self.cut()) is not None:
            self.screen.message(f"{what} after {cut[1]}{f'; {self.advice}' if self.advice else ''}")
            return
        if there_are == 1 and not done:
            self.screen.message(what)
            return
        share = f"{done:,} of {there_are:,}" if there_are is not None and there_are >= done else f"{done:,}"
        cases = "case" if share == "1" else "cases"
        self.screen.message(f"{what} after {share} {cases}{f'; {self.advice}' if self.advice else ''}")

    def _is_enough(self) -> bool:
        if self.max_fail is None:
            return False
        failing = sum(
            count for severity, count in self.summary.cases.items() if is_failing(severity, strict=self.strict)
        )
        return failing + self.summary.files >= self.max_fail

    def _take(self, piece: Piece) -> None:
        if self._open is None:
            case = piece.item if isinstance(piece.item, Case) else piece.item.result().case
            self._open = _Open(Judge(case), Faults(case), isinstance(piece.item, Case))
        self._open.jury.add_matches(piece.matches.wrts)
        self.summary.add_matches(piece.matches.count)
        for result in piece.results:
            self._open.add(result)
            self.summary.add_result(result)
            for renderer in self.renderers:
                renderer.result(result)
        if piece.last:
            self._close(self._open)
            self._open = None

    def _close(self, case: _Open) -> None:
        outcome = case.jury.outcome()
        if self.baseline is not None and case.is_readable:
            outcome = self.baseline.judge(outcome, case.faults)
        self.summary.add_case(outcome)
        for renderer in self.renderers:
            renderer.case(outcome)
        self.screen.flush()
        if outcome.severity is Severity.ERROR:
            for stop in case.stops.values():
                self._report(stop)

    def _report(self, result: Result) -> None:
        if result.trace is not None:
            points = result.case.at
            point = result.typed or (points[0] if len(points) == 1 else None)
            command = None if self.is_single or point is None else command_line(result.case, point)
            report_bug(self.screen, one_line(f"{result.case.label}: {result.verdict.reason}"), result.trace, command)
        elif result.error is not None:
            self.screen.error(result.error.at(result.case.location).render())
        else:
            self.screen.error(one_line(f"{result.case.label}: {result.verdict.reason}"))
