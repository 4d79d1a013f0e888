"""Why a case was stopped, and the Result that it comes to."""

from __future__ import annotations

import signal

from derivcheck.case_files.unreadable import Unreadable
from derivcheck.errors import WorkerError
from derivcheck.model import Result, Status, Verdict, What
from derivcheck.running.chunks import Portion
from derivcheck.running.interface import Piece
from derivcheck.running.limits import CASE_MEMORY, CASE_TIMEOUT, MACHINE, Limits, size_in_words
from derivcheck.workers.stop import Cause, Stop


def stopped_piece(portion: Portion, stop: Stop, limits: Limits) -> Piece:
    """Make the piece of a case that was stopped."""
    if isinstance(portion.item, Unreadable):
        return Piece(portion.item, (portion.item.result(),), portion.is_last)
    case = portion.item
    message, hint = _explain(stop, limits)
    called = [name for name in (mine.name for mine in case.functions) if case.checklist or name in case.expr]
    if called and stop.cause in _OF_OWN_CODE:
        hint = _OF_OWN_CODE[stop.cause].format(" or ".join(f"`{name}`" for name in called))
    verdict = Verdict(Status.ERROR, message)
    limit = _limit_met(stop, limits)
    error = None if stop.trace else WorkerError(message, hint=hint, location=case.location, limit=limit)
    return Piece(case, (Result(case, What.VALUE, (), verdict, error=error, trace=stop.trace),), portion.is_last)


_OF_OWN_CODE = {
    Cause.TIMEOUT: "look at {}, or allow more time with --case-timeout SECONDS",
    Cause.MEMORY: "look at {}, or allow more memory with --case-memory SIZE",
    Cause.DIED: "look at {}: code of your own that ends its process; the other cases are not affected",
}
"""What to do where functions of the user's own are called."""


def _limit_met(stop: Stop, limits: Limits) -> tuple[str, float | None] | None:
    """Name the limit that stopped the case, with its value; None where it would end alike with any limit."""
    match stop.cause:
        case Cause.TIMEOUT:
            return CASE_TIMEOUT, limits.timeout
        case Cause.MEMORY:
            return CASE_MEMORY, limits.memory
        case Cause.KILLED | Cause.LOST:
            return MACHINE, None
    return None


def _explain(stop: Stop, limits: Limits) -> tuple[str, str | None]:
    """Say what happened, and what to do."""
    match stop.cause:
        case Cause.TIMEOUT:
            return (
                f"stopped after {limits.timeout:.15g} s without an end",
                "simplify the expression, or allow more time with --case-timeout SECONDS",
            )
        case Cause.MEMORY:
            allowed = size_in_words(limits.memory) if limits.memory else "there is"
            return (
                f"stopped: it takes more memory than {allowed}",
                "simplify the expression, or allow more memory with --case-memory SIZE",
            )
        case Cause.KILLED:
            how = "SIGKILL ended its process" if stop.code else "its process vanished"
            return (
                f"{how}, twice",
                "if the machine ran out of memory (dmesg tells), use fewer --jobs or less --case-memory",
            )
        case Cause.LOST:
            return (
                "the cluster lost every worker that was at work on it",
                "look at the workers' logs, and at their memory",
            )
        case Cause.DIED:
            return (
                f"its process died of {_exit_in_words(stop.code)}",
                "torch, Arb or Python crashed, or the stack overflowed; the other cases are not affected: please"
                " report the case",
            )
        case Cause.BUG:
            last = (stop.trace or "").strip().rpartition("\n")[2]
            return f"internal error: {last}", None


def _exit_in_words(code: int | None) -> str:
    if code is None:
        return "an unknown cause"
    if code >= 0:
        return f"exit code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"
