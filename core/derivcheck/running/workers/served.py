"""What a worker says whose run has ended before it began: nothing. Imported by the server that forks workers alone."""

from __future__ import annotations

import sys
from types import TracebackType


def _without_a_run(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Be silent of a lock or a pipe that is gone: Ctrl-C has ended the run, which says so itself."""
    if not issubclass(kind, (OSError, EOFError)):
        sys.__excepthook__(kind, error, trace)


sys.excepthook = _without_a_run
