"""How a worker ends whose run has ended: with it, without a word. Imported by the server that forks workers alone."""

from __future__ import annotations

import os
import sys
from types import TracebackType

from derivcheck.system.orphans import end_with


def _without_a_run(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Be silent of a lock or a pipe that is gone: Ctrl-C has ended the run, which says so itself."""
    if not issubclass(kind, (OSError, EOFError)):
        sys.__excepthook__(kind, error, trace)


sys.excepthook = _without_a_run

_SERVER = os.getpid()


def _end_with_server() -> None:
    """Bind a worker to its server from its first moment on: forked just when that is killed, it would wait for ever.

    What a worker forks in turn, for a function of the user's own, is not bound: its parent is another process.
    """
    if _forking == [_SERVER]:
        end_with(_SERVER)


_forking: list[int] = []
"""The process that forked last."""


def _note() -> None:
    _forking[:] = [os.getpid()]


os.register_at_fork(before=_note, after_in_child=_end_with_server)
