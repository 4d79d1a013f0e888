"""The two streams of the terminal: results on stdout, chatter, errors and the progress bar on stderr."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum, auto
from typing import NoReturn

from rich.console import Console
from rich.text import Text

from derivcheck.presentation.widths import printable
from derivcheck_cli.progress import Bar

_WIDTH_WITHOUT_TERMINAL = 100


class Verbosity(Enum):
    """How much is said."""

    QUIET = auto()
    NORMAL = auto()
    VERBOSE = auto()


class _Console(Console):
    """A Rich console that leaves a closed pipe to `boundary`."""

    def on_broken_pipe(self) -> NoReturn:
        """Pass the error on, where Rich would exit."""
        raise BrokenPipeError


class Screen:
    """Where everything is printed.

    Args:
        color: whether to print ANSI codes; None where the terminal is to decide, and NO_COLOR in the environment.
        verbosity: how much is said.
    """

    def __init__(self, *, color: bool | None = None, verbosity: Verbosity = Verbosity.NORMAL) -> None:
        if color is None and os.environ.get("NO_COLOR"):
            color = False
        self.verbosity = verbosity
        self._out = _console(sys.stdout.isatty(), color=color, stderr=False)
        self._err = _console(sys.stderr.isatty(), color=color, stderr=True)
        self._bar: Bar | None = None

    @property
    def shows_progress(self) -> bool:
        """Whether a progress bar would be seen."""
        return sys.stderr.isatty() and self.verbosity is not Verbosity.QUIET

    @property
    def width(self) -> int:
        """The columns of a line on stdout."""
        return self._out.width

    def line(self, text: Text | str = "") -> None:
        """Print a line on stdout, as it is: nothing is wrapped, cut or marked up."""
        self._hide_bar()
        _print(self._out, text)

    def write(self, text: str) -> None:
        """Write a text to stdout that ends no line."""
        self._hide_bar()
        self._out.file.write(text)

    def flush(self) -> None:
        """Hand on what was written to stdout, so that a reader at the other end of a pipe sees it now."""
        self._out.file.flush()

    def message(self, text: Text | str) -> None:
        """Print a line on stderr."""
        self._hide_bar()
        _print(self._err, text)

    def error(self, text: str) -> None:
        """Print an error on stderr."""
        self.message(Text.assemble(("error: ", "bold red"), printable(text, keep="\n")))

    @contextmanager
    def progress(self, total: int | None) -> Iterator[Bar | None]:
        """Show a progress bar on stderr for a while, if that is a terminal."""
        if not self.shows_progress:
            yield None
            return
        with Bar(self._err, total) as self._bar:
            yield self._bar
        self._bar = None

    def _hide_bar(self) -> None:
        if self._bar:
            self._bar.hide()


def _print(console: Console, text: Text | str) -> None:
    if isinstance(text, str):
        console.file.write(f"{text}\n")
    else:
        console.print(text, soft_wrap=True, no_wrap=True, overflow="ignore", crop=False, highlight=False)


def _console(is_terminal: bool, *, color: bool | None, stderr: bool) -> Console:
    if color:
        console = _Console(stderr=stderr, force_terminal=True, no_color=False)
    else:
        console = _Console(stderr=stderr, color_system="auto" if color is None else None)
    if not is_terminal and not os.environ.get("COLUMNS", "").isdecimal():
        console.width = _WIDTH_WITHOUT_TERMINAL
    return console
