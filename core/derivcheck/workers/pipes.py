"""A connection over two streams of bytes, with the methods that `multiprocessing.connection.Connection` has."""

from __future__ import annotations

import os
import pickle
from typing import IO, Any

_STDIN, _STDOUT, _STDERR = 0, 1, 2


class Streams:
    """A connection over two streams of bytes.

    Args:
        reading: where messages come from.
        writing: where messages go to.
    """

    def __init__(self, reading: IO[bytes], writing: IO[bytes]) -> None:
        self._reading = reading
        self._writing = writing

    def send(self, message: Any) -> None:
        """Send a message; OSError where nobody reads it."""
        pickle.dump(message, self._writing)
        self._writing.flush()

    def recv(self) -> Any:
        """Wait for the next message; EOFError where there will be none."""
        return pickle.load(self._reading)


def take_over_stdin_and_stdout() -> Streams:
    """Make stdin and stdout of this process a connection, and leave the user's code something else in their place.

    What it prints goes to stderr, and stdin is empty.
    """
    streams = Streams(os.fdopen(os.dup(_STDIN), "rb"), os.fdopen(os.dup(_STDOUT), "wb"))
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, _STDIN)
    os.close(nothing)
    os.dup2(_STDERR, _STDOUT)
    return streams
