"""The folder in which the server of the workers has its socket: it is removed however a run ends, or by the next run.

`multiprocessing` makes one itself, `pymp-…`, and removes it when Python exits; after a SIGKILL it would stay for ever.
"""

from __future__ import annotations

import os
import sys
from multiprocessing import process, util
from pathlib import Path

from derivcheck.system.leftovers import make_folder, remove

PREFIX = "derivcheck-run-"


_MAKER = "derivcheck-maker"
"""The key under which a process notes beside its folder that it has made it."""


def use_own_folder() -> None:
    """Give this process a folder for the sockets of `multiprocessing`, and remove those of runs that were killed.

    A process that `multiprocessing` starts, such as a worker of Dask, inherits the name of its parent's folder. It
    needs one of its own: its server removes the folder when it ends, and the parent's would be gone.
    """
    config = process.current_process()._config  # type: ignore[attr-defined]
    folder = config.get("tempdir")
    is_inherited = folder is not None and config.get(_MAKER, os.getpid()) != os.getpid()
    if sys.platform == "win32" or (folder is not None and not is_inherited):
        return
    config["tempdir"], config[_MAKER] = make_folder(PREFIX), os.getpid()
    util.Finalize(None, remove, args=(Path(config["tempdir"]),), exitpriority=-100)
