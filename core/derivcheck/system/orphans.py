"""Makes a process end with the one that started it, even if that one is killed."""

from __future__ import annotations

import os
import sys
from contextlib import suppress

_PR_SET_PDEATHSIG = 1
_SIGKILL = 9


def end_with(parent: int) -> None:
    """Let Linux kill this process as soon as the thread that started it ends, or at once if it has ended already.

    On other systems this does nothing: there, a process ends when it notices that nobody reads its pipe.

    Args:
        parent: the number of the process that started this one. If it has ended, Linux has given this process another
            parent, and that is how we notice.
    """
    _ask_for(_SIGKILL)
    if sys.platform == "linux" and os.getppid() != parent:
        os._exit(1)


def outlive_parent() -> None:
    """Undo `end_with`, for a process that notices the end of its parent itself and has work left to do then."""
    _ask_for(0)


def _ask_for(signal: int) -> None:
    if sys.platform == "linux":
        # Only a process that is to end with its parent needs it.
        import ctypes

        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal)
