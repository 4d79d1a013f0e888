"""Why a process that was at work gives no more answers."""

from __future__ import annotations

import signal
from dataclasses import dataclass
from enum import Enum, auto

_SIGKILL = -getattr(signal, "SIGKILL", 9)


class Cause(Enum):
    """What ended the work of a process."""

    TIMEOUT = auto()
    """It took too long and was killed here."""
    MEMORY = auto()
    """It took too much memory and was killed here, or Python had none left to give."""
    KILLED = auto()
    """Somebody else killed it, such as Linux where memory ended; or it could not be started, or vanished."""
    DIED = auto()
    """It ended by itself: a crash, or code that calls exit."""
    BUG = auto()
    """Our own code raised an error in it."""
    LOST = auto()
    """A cluster lost every worker that was at work."""


@dataclass(frozen=True, slots=True)
class Stop:
    """The end of a process that was at work.

    Attributes:
        cause: what ended it.
        code: the exit code of the process, negative for a signal; None where it is not known.
        trace: the traceback of a bug of ours.
    """

    cause: Cause
    code: int | None = None
    trace: str | None = None

    @classmethod
    def of_exit(cls, code: int | None) -> Stop:
        """The Stop of a process that ended with this exit code, and that was not killed here."""
        return cls(Cause.KILLED if code in {None, _SIGKILL} else Cause.DIED, code)

    @property
    def may_not_recur(self) -> bool:
        """Whether somebody else may have ended the process, so that the same work deserves another try."""
        return self.cause is Cause.KILLED
