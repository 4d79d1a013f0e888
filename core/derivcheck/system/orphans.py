"""Processes that end with the one that started them, however that ends: none goes on for nobody."""

from __future__ import annotations

import os
import sys
from contextlib import suppress

_PR_SET_PDEATHSIG = 1
_SIGKILL = 9


def end_with(parent: int) -> None:
    """Let Linux kill this process as soon as the thread that started it ends; at once where it has ended already.

    Elsewhere nothing is done: there, a process ends when it notices that nobody reads its pipe.

    Args:
        parent: the process that started this one; another one has taken its place where it is gone.
    """
    _ask_for(_SIGKILL)
    if sys.platform == "linux" and os.getppid() != parent:
        os._exit(1)


def outlive_parent() -> None:
    """Take that back: this process notices the end of the other one by itself, and has something left to do then."""
    _ask_for(0)


def _ask_for(signal: int) -> None:
    if sys.platform == "linux":
        # Only a process that is to end with its parent needs it.
        import ctypes

        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal)
