"""A process that is a new Python, which runs one module.

It takes as long as that module's imports, seconds for torch, so that it is for a single piece of work. A process from
the fork server would need that server first, which takes as long, and a folder. Nor does it run the user's script once
more, as each process of `multiprocessing` does: `check_function` may be called from anywhere.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from derivcheck.workers import safe_path
from derivcheck.workers.pipes import Streams

_SOURCES = Path(__file__).resolve().parents[2]
"""The folder from which derivcheck is imported here, and so in the new Python."""


class Fresh:
    """A new Python that runs a module, whose stdin and stdout are the pipe.

    Args:
        module: the name of the module, which calls `workers.serving.begin_fresh` before anything else.

    Attributes:
        pid: the number of the process.
    """

    def __init__(self, module: str) -> None:
        path = os.pathsep.join(filter(None, [str(_SOURCES), os.environ.get("PYTHONPATH")]))
        self._process = subprocess.Popen(
            [sys.executable, safe_path.FLAG, "-m", module, str(os.getpid())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": path, safe_path.VARIABLE: "1"},
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._streams = Streams(self._process.stdout, self._process.stdin)
        self.pid = self._process.pid

    def send(self, message: Any) -> None:
        """Send a message."""
        self._streams.send(message)

    def receive(self) -> Any:
        """Wait for the next message."""
        return self._streams.recv()

    def has_ended(self) -> bool:
        """Whether the process has ended."""
        return self._process.poll() is not None

    def wait(self) -> int:
        """Wait for the end of the process, and return its exit code."""
        return self._process.wait()

    def kill(self) -> None:
        """Kill the process."""
        self._process.kill()
