"""A renderer that passes on to another one what fails, and nothing else."""

from __future__ import annotations

from dataclasses import replace

from derivcheck.model import Result, Severity, Status, Wrt
from derivcheck.reporting.outcomes.exit_codes import ExitCode
from derivcheck.reporting.outcomes.exits import is_failing
from derivcheck.reporting.outcomes.expect import Outcome
from derivcheck.reporting.outcomes.summary import Summary
from derivcheck.running.interface import Formulas, Wanted
from derivcheck_cli.render.interface import Renderer

MAX_HELD = 1000
"""How many results of one case are held back at most, so that memory does not grow with its points."""


class OnlyFailing:
    """Passes on the results and cases that fail, and holds back all others.

    A result that is worse than what its case expects fails; of a case that fails although none of its results does,
    as where an expected failure is mended, the worst result of each derivative is shown. What a baseline knows is found
    out at a case's end only: until then its failing results are held back, as long as they are not too many.

    Args:
        inner: the renderer that shows what fails.
        strict: whether a warning is a failure, too.
        holds: whether results are held back until it is known what their case comes to.
    """

    def __init__(self, inner: Renderer, *, strict: bool = False, holds: bool = False) -> None:
        self._inner = inner
        most = Formulas.FINDINGS if strict else Formulas.FAILURES
        self.wanted = Wanted(formulas=most if inner.wanted.written else min(inner.wanted.formulas, most))
        self._strict = strict
        self._holds = holds
        self._worst: dict[Wrt, Result] = {}
        self._held: list[Result] = []
        self._has_shown = False
        self._has_overflown = False

    def start(self) -> None:
        """Begin."""
        self._inner.start()

    def result(self, result: Result) -> None:
        """Hand on the result if it fails."""
        if self._fails(result):
            if self._holds:
                self._hold(result)
            else:
                self._inner.result(result)
            self._has_shown = True
            return
        worst = self._worst.get(result.wrt)
        if worst is None or result.status.rank > worst.status.rank:
            self._worst[result.wrt] = result

    def case(self, outcome: Outcome) -> None:
        """Hand on what the case comes to if it fails."""
        worst, self._worst = self._worst, {}
        held, self._held = ([] if self._has_overflown else self._held), []
        self._has_overflown = False
        has_shown, self._has_shown = self._has_shown, False
        if is_failing(outcome.severity, strict=self._strict):
            for result in held if has_shown else worst.values():
                self._inner.result(result)
            self._inner.case(outcome)
        elif has_shown and not self._holds:
            self._inner.case(outcome)
        else:
            self._inner.case(replace(outcome, severity=Severity.PASS, message=None))

    def finish(self, summary: Summary, code: ExitCode) -> None:
        """End."""
        self._inner.finish(summary, code)

    def _hold(self, result: Result) -> None:
        """Hold the result back. Beyond MAX_HELD results, show them all at once, so that memory does not grow."""
        if len(self._held) < MAX_HELD:
            self._held.append(result)
            return
        for earlier in self._held if not self._has_overflown else ():
            self._inner.result(earlier)
        self._has_overflown = True
        self._inner.result(result)

    def _fails(self, result: Result) -> bool:
        expect = result.case.expect
        wanted = expect if isinstance(expect, Status) or expect is None else expect.get(result.wrt)
        if wanted is not None:
            return result.status.rank > wanted.rank
        return is_failing(result.status.severity, strict=self._strict)
