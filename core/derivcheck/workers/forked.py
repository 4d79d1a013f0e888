"""A process that is forked from the fork server: it is there within milliseconds, with torch and SymPy loaded."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from multiprocessing.connection import wait
from typing import Any

from derivcheck.workers.child import NotStartedError
from derivcheck.workers.fork_server import has_server_ended, server, start_server

_UNKNOWN = 255
"""The exit code that `multiprocessing` reports of a process whose server has ended before it could tell."""

_DYING = 1.0
"""Seconds that a server may take to die: a killed one closes its pipes before it counts as ended."""

_one_at_a_time = threading.Lock()
"""Held while a process is started, and while an exit code is read: `multiprocessing` asks for the exit codes of all
other processes when it starts one, and of two threads that read the same one, only the first gets it."""


class Forked:
    """A process that is forked from the fork server.

    Args:
        target: a function of a module, which is called in the process with the connection and `args`.
        args: what it is called with beside the connection.
        preloaded: the modules that the server imports, should it have to be started.

    Raises:
        NotStartedError: where the server is killed at this moment.

    Attributes:
        pid: the number of the process.
    """

    pid: int

    def __init__(self, target: Callable[..., None], args: tuple[Any, ...], preloaded: Sequence[str]) -> None:
        with _one_at_a_time:
            try:
                context = start_server(preloaded)
                self._connection, theirs = context.Pipe()
                self._process = context.Process(target=target, args=(theirs, *args))
                self._process.start()
                theirs.close()
            except (OSError, EOFError) as error:
                raise NotStartedError from error
            self._server = server()
        self.pid = self._process.pid

    def send(self, message: Any) -> None:
        """Send a message."""
        self._connection.send(message)

    def receive(self) -> Any:
        """Wait for the next message."""
        return self._connection.recv()

    def has_ended(self) -> bool:
        """Whether the process has ended."""
        return bool(wait([self._process.sentinel], 0))

    def wait(self) -> int | None:
        """Wait for the end of the process, and return its exit code; None where its server has died as well."""
        wait([self._process.sentinel])
        with _one_at_a_time:
            code: int | None = self._process.exitcode
        return None if code == _UNKNOWN and _ends_now(self._server) else code

    def kill(self) -> None:
        """Kill the process."""
        self._process.kill()


def _ends_now(server_pid: int | None) -> bool:
    """Whether a server has ended, or ends within a moment."""
    until = time.monotonic() + _DYING
    while not has_server_ended(server_pid):
        if time.monotonic() > until:
            return False
        time.sleep(0.01)
    return True
