"""The other end of a Child: what a supervised process sets up for itself, and how it answers requests."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn, Protocol

from derivcheck.system.orphans import end_with
from derivcheck.workers import safe_path
from derivcheck.workers.pipes import Streams, take_over_stdin_and_stdout

_INTERRUPTED = 130
"""The exit code of a shell's command that Ctrl-C ended."""


class Connection(Protocol):
    """The pipe to the supervisor."""

    def send(self, message: Any) -> None:
        """Send a message."""

    def recv(self) -> Any:
        """Wait for the next message."""


def begin_fresh() -> Streams:
    """Set up a process that `Fresh` has started, before it imports anything that takes time.

    Returns:
        The connection to its parent.
    """
    end_with(int(sys.argv[1]))  # the function may hang, and nobody would be there to kill it
    streams = take_over_stdin_and_stdout()
    _begin()
    return streams


def begin_forked() -> None:
    """Set up a process that is forked from the fork server."""
    with suppress(OSError):
        os.dup2(2, 1)  # stdout is for results: what a function of the user's own writes there is chatter
    _let_server_end()
    _begin()


def serve(connection: Connection, answer: Callable[[Any], Iterable[Any]]) -> None:
    """Answer request after request until the supervisor is gone or kills this process.

    Args:
        connection: the pipe to the supervisor.
        answer: the messages in answer to a request, none of which is None: that ends an answer.
    """
    while True:
        try:
            request = connection.recv()
        except (EOFError, OSError):
            _end(0)
        try:
            for message in answer(request):
                _send(connection, message)
        except KeyboardInterrupt:  # no Ctrl-C comes here: a function of the user's own raised it
            _end(_INTERRUPTED)
        _send(connection, None)


def _send(connection: Connection, message: Any) -> None:
    try:
        connection.send(message)
    except OSError:  # the supervisor is gone
        _end(0)


def _end(code: int) -> NoReturn:
    """End this process at once: the user's threads and exit handlers have nothing more to say."""
    os._exit(code)


def _begin() -> None:
    safe_path.use_for_descendants()  # torch starts processes to compile in
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the supervisor gets Ctrl-C as well, and ends this process
    for name in ("SIGTERM", "SIGHUP"):  # which the fork server blocks
        if (number := getattr(signal, name, None)) is not None:
            signal.signal(number, signal.SIG_DFL)  # ends a loop in C as well, where a handler in Python would wait
            if hasattr(signal, "pthread_sigmask"):
                signal.pthread_sigmask(signal.SIG_UNBLOCK, {number})
    _go_first()


def _let_server_end() -> None:
    """Let go of the pipe by which the fork server knows that the run goes on.

    The server ends with the run, unless one of its children holds that pipe; and Linux ends the children with the
    server (`ends_with_server`). Without this, a case that hangs would stay for ever.
    """
    from multiprocessing import forkserver  # which a new Python has no need of

    with suppress(OSError, AttributeError, TypeError):
        os.close(forkserver._forkserver._forkserver_alive_fd)  # type: ignore[attr-defined]


def _go_first() -> None:
    """Ask Linux to end this process rather than another one where memory ends."""
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("900", encoding="ascii")
