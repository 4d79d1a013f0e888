"""The standard streams of the process: they are open, take any character, and can be closed without an error."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

from derivcheck.errors import Location, OutputFileError

_STREAMS = (("stdin", "r"), ("stdout", "w"), ("stderr", "w"))


def open_streams() -> None:
    """Open the streams that the caller has closed (`>&-`), and escape characters that the encoding lacks, such as ✓.

    If a closed stream stayed closed, the next file to be opened would get its number, and the output with it.
    """
    for name, mode in _STREAMS:
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]


@contextmanager
def writing() -> Iterator[None]:
    """Write to stdout, and raise an error of ours where the disk is full: that is no bug.

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
    """Send whatever is still written to the null device; else the interpreter's last flush would fail once more."""
    stream = _reserved[-1] if name == "stdout" and _reserved else getattr(sys, name)
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


_reserved: list[TextIO] = []
"""The stream by which we write to stdout while `reserved_stdout` keeps it from the user's code."""


def own_stdout() -> int:
    """Return the file descriptor that leads to stdout."""
    return _reserved[-1].fileno() if _reserved else 1


@contextmanager
def reserved_stdout() -> Iterator[TextIO]:
    """Keep stdout for ourselves while code of the user's own runs in this process: what it writes goes to stderr.

    It may print, or write to file descriptor 1 by itself, as C libraries and `os.write` do.

    Yields:
        The stream that still leads to stdout.
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
