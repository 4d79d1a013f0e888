"""The folder in which the server of the workers has its socket: removed however a run ends, at the latest by the next.

`multiprocessing` makes one itself, `pymp-…`, and removes it when Python exits; after a SIGKILL it would stay for ever.
"""

from __future__ import annotations

import sys
from multiprocessing import process, util
from pathlib import Path

from derivcheck.leftovers import make_folder, remove

PREFIX = "derivcheck-run-"


def use_own_folder() -> None:
    """Give this process a folder for the sockets of `multiprocessing`, and remove those of runs that were killed."""
    config = process.current_process()._config  # type: ignore[attr-defined]
    if sys.platform == "win32" or config.get("tempdir") is not None:
        return
    folder = config["tempdir"] = make_folder(PREFIX)
    util.Finalize(None, remove, args=(Path(folder),), exitpriority=-100)
