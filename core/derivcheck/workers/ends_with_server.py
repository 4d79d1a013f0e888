"""Ends a worker when its server ends, without a message. Only the server that forks workers imports this."""

from __future__ import annotations

import os
import sys
from types import TracebackType

from derivcheck.system.orphans import end_with


def _without_a_run(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Print no traceback for a pipe that is gone: the run was ended before the worker began, and says so itself."""
    if not issubclass(kind, (OSError, EOFError)):
        sys.__excepthook__(kind, error, trace)


sys.excepthook = _without_a_run

_SERVER = os.getpid()


def _end_with_server() -> None:
    """Let Linux end a worker when its server ends, from its first moment on.

    A worker that is forked just when the server is killed would wait for ever. A process that a worker forks in turn,
    for a function of the user's own, is not concerned: its parent is not the server.
    """
    if _forking == [_SERVER]:
        end_with(_SERVER)


_forking: list[int] = []
"""The process that forked last."""


def _note() -> None:
    _forking[:] = [os.getpid()]


os.register_at_fork(before=_note, after_in_child=_end_with_server)
