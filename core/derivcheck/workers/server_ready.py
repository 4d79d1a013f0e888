"""Lets the server that forks workers tidy up at the end of its run. The server imports this last.

From here on it notices that end by itself, and Linux need not kill it (`ends_with_run`).
"""

from __future__ import annotations

import atexit
from multiprocessing import forkserver
from pathlib import Path

from derivcheck.system.leftovers import remove
from derivcheck.system.orphans import outlive_parent
from derivcheck.workers.socket_folder import PREFIX


def _remove_folder() -> None:
    """Remove the folder of the server's socket, where the run that made it was killed and could not."""
    folder = Path(str(getattr(forkserver._forkserver, "_forkserver_address", None))).parent
    if folder.name.startswith(PREFIX):
        remove(folder)


atexit.register(_remove_folder)
outlive_parent()
