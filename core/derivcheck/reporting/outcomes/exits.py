"""Which of the exit codes a run ends with."""

from __future__ import annotations

from collections.abc import Callable

from derivcheck.model import Severity
from derivcheck.reporting.outcomes.exit_codes import ExitCode
from derivcheck.reporting.outcomes.summary import Summary

_RULES: tuple[tuple[ExitCode, Callable[[Summary, bool], bool]], ...] = (
    (ExitCode.INTERNAL, lambda summary, _: summary.internal > 0),
    (ExitCode.ERROR, lambda summary, _: summary.cases[Severity.ERROR] + summary.files > 0),
    (ExitCode.FAIL, lambda summary, _: summary.cases[Severity.FAIL] > 0),
    (ExitCode.WARN, lambda summary, strict: strict and summary.cases[Severity.WARN] > 0),
    (ExitCode.NOTHING, lambda summary, _: summary.cases.total() == 0 and summary.elsewhere == 0),
)
"""The rules, the one that outranks the others first."""

_FINDINGS = frozenset({ExitCode.FAIL, ExitCode.WARN})
"""What a check is there to find, and `--exit-zero` forgives; a check that did not take place stays an error."""


def is_failing(severity: Severity, *, strict: bool) -> bool:
    """Whether a case that comes to this is a failing one: a warning is, where the run is strict."""
    return severity.rank >= (Severity.WARN if strict else Severity.FAIL).rank


def exit_code(summary: Summary, *, strict: bool = False, exit_zero: bool = False) -> ExitCode:
    """The code that a run ends with.

    Args:
        summary: what the run came to.
        strict: whether warnings count.
        exit_zero: whether failures and warnings are only reported.
    """
    code = next((code for code, holds in _RULES if holds(summary, strict)), ExitCode.PASS)
    return ExitCode.PASS if exit_zero and code in _FINDINGS else code
