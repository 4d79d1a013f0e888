"""The run: case after case is checked, judged, counted and shown."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from derivcheck.case_files.unreadable import Unreadable
from derivcheck.errors import DerivcheckError
from derivcheck.exits import ExitCode, exit_code
from derivcheck.expect import Judge
from derivcheck.model import Case, Result, Severity, Status, Verdict, What
from derivcheck.summary import Summary
from derivcheck_cli.boundary import INTERRUPTED, report_bug
from derivcheck_cli.render.interface import Renderer, is_stopped
from derivcheck_cli.screen import Screen

_MESSAGES = 3
"""How many different errors of one case are told; a case may have any number of points."""

Checker = Callable[[Case], Iterable[Result]]


@dataclass(slots=True)
class Run:
    """One run over a stream of cases, in memory that does not grow with their number.

    Attributes:
        check: what checks a case.
        renderer: what shows the results.
        screen: where errors and the progress bar go.
        strict, exit_zero: how the exit code is chosen.
    """

    check: Checker
    renderer: Renderer
    screen: Screen
    strict: bool = False
    exit_zero: bool = False
    summary: Summary = field(default_factory=Summary)

    def over(self, cases: Iterable[Case | Unreadable], *, total: int | None = None) -> int:
        """Check the cases and return the exit code; Ctrl-C ends the run with what is finished."""
        interrupted = False
        self.renderer.start()
        with self.screen.progress(total) as bar:
            try:
                for item in cases:
                    self._one(item)
                    if bar:
                        bar.advance()
            except KeyboardInterrupt:
                interrupted = True
        code = exit_code(self.summary, strict=self.strict, exit_zero=self.exit_zero)
        self.renderer.finish(self.summary, code)
        if code is ExitCode.NOTHING:
            self.screen.error(code.meaning)
        return INTERRUPTED if interrupted else code

    def _one(self, item: Case | Unreadable) -> None:
        if isinstance(item, Unreadable):
            first = item.result()
            case, results = first.case, iter([first])
        else:
            case, results = item, _guarded(self.check, item)
        stops: dict[str, Result] = {}
        jury = Judge(case)
        for result in results:
            jury.add(result)
            self.summary.add_result(result)
            self.renderer.result(result)
            if is_stopped(result) and len(stops) < _MESSAGES:
                stops.setdefault(result.verdict.reason or "", result)
        outcome = jury.outcome()
        self.summary.add_case(outcome)
        self.renderer.case(outcome)
        self.screen.flush()
        if outcome.severity is Severity.ERROR:
            for stop in stops.values():
                self._report(stop)

    def _report(self, result: Result) -> None:
        if result.trace is not None:
            report_bug(self.screen, f"{result.case.label}: {result.verdict.reason}", result.trace)
        elif result.error is not None:
            self.screen.error(result.error.at(result.case.location).render())
        else:
            self.screen.error(f"{result.case.label}: {result.verdict.reason}")


def _guarded(check: Checker, case: Case) -> Iterator[Result]:
    """The case's Results; whatever goes wrong in our own code becomes one that keeps the traceback."""
    try:
        yield from check(case)
    except DerivcheckError as error:
        yield _stopped(case, error.message, error=error)
    except Exception as error:
        reason = f"internal error: {type(error).__name__}: {error}"
        yield _stopped(case, reason, trace=traceback.format_exc())


def _stopped(case: Case, reason: str, *, error: DerivcheckError | None = None, trace: str | None = None) -> Result:
    verdict = Verdict(Status.ERROR, reason=reason)
    return Result(case=case, what=What.VALUE, wrt=(), verdict=verdict, error=error, trace=trace)
