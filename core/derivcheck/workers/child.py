"""One process under supervision: it is started, asked, listened to, held to what it may take, and killed."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from typing import Any, Protocol

from derivcheck.workers.allowance import Allowance, Watch
from derivcheck.workers.stop import Cause, Stop

_POLL = 0.05
"""Seconds between two looks at a process; its memory may grow by some hundred megabytes meanwhile."""

_LAST_WORDS = 2.0
"""Seconds in which the messages of a process that has ended must have arrived.

They come by a pipe, which a grandchild may hold open for ever: a function of the user's own that has forked.
"""


class NotStartedError(Exception):
    """A process could not be started, because somebody killed what was to start it."""


class Process(Protocol):
    """A process, and the pipe to it; `Forked` and `Fresh` are the two kinds.

    Attributes:
        pid: its number.
    """

    pid: int

    def send(self, message: Any) -> None:
        """Send a message; OSError where the process is gone."""

    def receive(self) -> Any:
        """Wait for the next message; EOFError or OSError where there will be none."""

    def has_ended(self) -> bool:
        """Whether the process has ended."""

    def wait(self) -> int | None:
        """Wait for the end of the process.

        Returns:
            Its exit code, negative for a signal; None where nobody knows it.
        """

    def kill(self) -> None:
        """Kill the process."""


class Child:
    """A process that answers requests, each with any number of messages.

    A thread of its own starts the process, talks to it, and outlives it. So whoever waits for a message never hangs
    with the process, and Linux, which kills a process when the thread that started it ends (`system.orphans`), does
    so only when this whole program ends.

    Args:
        start: starts the process.

    Example:
        with Child(partial(Fresh, "derivcheck.own_functions.child_main")) as child:
            child.ask(request)
            while (message := child.next(Allowance(elapsed=60))) is not None:
                ...
    """

    def __init__(self, start: Callable[[], Process]) -> None:
        self._start = start
        self._requests: queue.SimpleQueue[tuple[Any] | None] = queue.SimpleQueue()
        self._messages: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._process: Process | None = None
        self._is_unwanted = False
        self._thread = threading.Thread(target=self._live, name="derivcheck-child", daemon=True)
        self._thread.start()

    def __enter__(self) -> Child:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def ask(self, request: Any) -> None:
        """Send a request to the process, as soon as it is started and has answered the one before."""
        self._requests.put((request,))

    def next(self, allowance: Allowance) -> Any:
        """Wait for the next message of the process, and kill it where it takes too much meanwhile.

        Args:
            allowance: what it may take until then.

        Returns:
            The message; None where the answer to a request is complete; a Stop where the process has ended, or has
            been killed here.

        Raises:
            Exception: what was raised where the process was to be started.
        """
        watch = Watch(allowance)
        ended_at: float | None = None
        while True:
            try:
                message = self._messages.get(timeout=_POLL)
            except queue.Empty:
                pass
            else:
                if isinstance(message, BaseException):
                    raise message
                return message
            process = self._process
            cause = watch.excess(None if process is None else process.pid)
            if cause is not None:
                self.kill()
                return Stop(cause)
            if process is not None and process.has_ended():
                now = time.monotonic()
                ended_at = now if ended_at is None else ended_at
                if now - ended_at > _LAST_WORDS:
                    return Stop.of_exit(process.wait())

    def kill(self) -> None:
        """Kill the process, at once or as soon as it is started."""
        self._is_unwanted = True
        if self._process is not None:
            self._process.kill()

    def close(self) -> None:
        """Kill the process, and wait for its end."""
        self.kill()
        self._requests.put(None)
        self._thread.join(_LAST_WORDS)

    def _live(self) -> None:
        """Start the process, send it requests, collect its messages, and wait for its end."""
        try:
            self._process = process = self._start()
        except NotStartedError:
            self._messages.put(Stop(Cause.KILLED))
            return
        except Exception as error:  # `next` raises it
            self._messages.put(error)
            return
        if self._is_unwanted:
            process.kill()
        try:
            while (request := self._requests.get()) is not None:
                process.send(request[0])
                while (message := process.receive()) is not None:
                    self._messages.put(message)
                self._messages.put(None)
        except (EOFError, OSError):  # it has ended, or is about to
            pass
        except Exception:  # no message of ours: code of the user's own has written into the pipe
            process.kill()
        self._messages.put(Stop.of_exit(process.wait()))
