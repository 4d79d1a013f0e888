"""The standard streams of the process: each is there, takes any character, and can be given up."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

from derivcheck.errors import Location, OutputFileError

_STREAMS = (("stdin", "r"), ("stdout", "w"), ("stderr", "w"))


def open_streams() -> None:
    """Open what the caller has closed (`>&-`), and write as escapes what the encoding has not, such as a ✓.

    Without it a closed stream's number would be that of the next file that is opened, which would then get the output.
    """
    for name, mode in _STREAMS:
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]


@contextmanager
def writing() -> Iterator[None]:
    """Write to stdout: a disk that is full there is no bug.

    Raises:
        OutputFileError: where stdout takes no more.
        BrokenPipeError: where it is a pipe that nobody reads.
    """
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        give_up("stdout")
        message = f"cannot be written: {error.strerror or error}"
        raise OutputFileError(message, location=Location("stdout")) from None


def give_up(name: str) -> None:
    """Let whatever is still written go nowhere; the interpreter's last flush would complain once more."""
    stream = _reserved[-1] if name == "stdout" and _reserved else getattr(sys, name)
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


_reserved: list[TextIO] = []
"""Our own way to stdout, while others are kept from it."""


def own_stdout() -> int:
    """The file descriptor by which we reach stdout."""
    return _reserved[-1].fileno() if _reserved else 1


@contextmanager
def reserved_stdout() -> Iterator[TextIO]:
    """Keep stdout for ourselves while code of the user's own runs in this process: what it writes goes to stderr.

    It may print, or write to file descriptor 1 by itself, as C libraries and `os.write` do.

    Yields:
        The stream by which we still reach it.
    """
    ours = sys.stdout
    ours.flush()
    before = os.dup(1)
    with suppress(OSError, ValueError):
        if ours.fileno() == 1:
            ours = os.fdopen(os.dup(1), "w", encoding=ours.encoding, errors="backslashreplace")
    theirs, sys.stdout = sys.stdout, sys.stderr
    _reserved.append(ours)
    try:
        os.dup2(2, 1)
        yield ours
    finally:
        with suppress(OSError, ValueError):
            ours.flush()
        os.dup2(before, 1)
        os.close(before)
        _reserved.pop()
        sys.stdout = theirs
        if ours is not theirs:
            with suppress(OSError, ValueError):
                ours.close()
