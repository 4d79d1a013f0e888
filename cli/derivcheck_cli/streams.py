"""The standard streams of the process: each is there, takes any character, and can be given up."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

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
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), getattr(sys, name).fileno())
