"""The lock of a file that one run at a time may write to."""

from __future__ import annotations

import os
import sys
from io import FileIO
from pathlib import Path


def lock(file: FileIO, path: Path) -> FileIO | None:
    """Lock an open file, where the system and the file system have such locks.

    Args:
        file: the file, open.
        path: its name.

    Returns:
        What holds the lock until it is closed, or the process ends, however it does; None where there are no locks.

    Raises:
        BlockingIOError: where somebody else holds it, or has just put another file into its place.
    """
    if sys.platform == "win32":
        return None
    import fcntl  # only Unix has it

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise
    except OSError:  # a network's file system may have none
        return None
    if not os.path.samestat(os.fstat(file.fileno()), path.stat()):
        raise BlockingIOError
    return FileIO(os.dup(file.fileno()), "ab")
