"""The two streams of the terminal: results go to stdout; messages, errors and the progress bar go to stderr."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from enum import Enum, auto
from typing import NoReturn, TextIO

from rich.console import Console
from rich.text import Text

from derivcheck.model.hunt_map import Coverage
from derivcheck.reporting.presentation.toned_lines import LEAST_WIDTH
from derivcheck.system.harmless import harmless, harmless_json, one_line
from derivcheck_cli.progress import Bar, HuntBar
from derivcheck_cli.standard_streams import give_up, reserved_stdout, writing

_WIDTH_WITHOUT_TERMINAL = 100


class Verbosity(Enum):
    """How much is printed."""

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
        verbosity: how much is printed.
    """

    def __init__(self, *, color: bool | None = None, verbosity: Verbosity = Verbosity.NORMAL) -> None:
        if color is None and os.environ.get("NO_COLOR"):
            color = False
        self.verbosity = verbosity
        self._out = _console(sys.stdout.isatty(), color=color, stderr=False)
        self._err = _console(sys.stderr.isatty(), color=color, stderr=True)
        self._bar: Bar | HuntBar | None = None

    @property
    def shows_progress(self) -> bool:
        """Whether a progress bar would be seen."""
        return sys.stderr.isatty() and not self._err.is_dumb_terminal and self.verbosity is not Verbosity.QUIET

    @property
    def width(self) -> int:
        """The columns of a line on stdout."""
        return self._out.width

    def line(self, text: Text | str = "") -> None:
        """Print a line on stdout as it is, but without any command to a terminal or to a CI's runner."""
        self._hide_bar()
        with writing():
            _print(self._out, _harmless(text))

    def command(self, name: str, text: str) -> None:
        """Print a command to GitHub's runner on stdout, `::name text`, whose text holds no other one."""
        self._hide_bar()
        with writing():
            _print(self._out, f"::{name} {harmless(one_line(text))}")

    def data(self, text: str) -> None:
        """Write JSON to stdout, or a piece of it, as it is but for what a CI's runner would take for a command."""
        self._hide_bar()
        with writing():
            self._out.file.write(harmless_json(text))

    def flush(self) -> None:
        """Hand on what was written to stdout, so that a reader at the other end of a pipe sees it now."""
        with writing():
            self._out.file.flush()

    def message(self, text: Text | str) -> None:
        """Print a line on stderr. Where stderr is closed or full, nothing is printed, and only the exit code tells."""
        try:
            self._hide_bar()
            _print(self._err, _harmless(text))
            self._err.file.flush()
        except OSError:
            give_up("stderr")

    def error(self, text: str) -> None:
        """Print an error on stderr."""
        self.message(Text.assemble(("error: ", "bold red"), text))

    def warn(self, text: str) -> None:
        """Print a warning on stderr: something was not done, and the run goes on."""
        self.message(Text.assemble(("warning: ", "bold yellow"), text))

    @contextmanager
    def beside_own_code(self) -> Iterator[None]:
        """Keep stdout for the results while code of the user's own runs in this process."""
        before = self._out.file
        with reserved_stdout() as stream:
            self._out.file = stream
            try:
                yield
            finally:
                self._out.file = before

    @contextmanager
    def progress(self, total: int | None) -> Iterator[Bar | None]:
        """Show a progress bar on stderr for a while, if that is a terminal."""
        if not self.shows_progress:
            yield None
            return
        with Bar(self._err, total) as bar:
            self._bar = bar
            yield bar
        self._bar = None

    @contextmanager
    def hunting(self, budget: float) -> Iterator[Callable[[Coverage], None] | None]:
        """Show the progress of a hunt likewise, as the function says that is yielded."""
        if not self.shows_progress:
            yield None
            return
        with HuntBar(self._err, budget) as bar:
            self._bar = bar
            yield bar.show
        self._bar = None

    def _hide_bar(self) -> None:
        if self._bar:
            self._bar.hide()


def _harmless(text: Text | str) -> Text | str:
    """Remove commands to a terminal or a CI's runner from the text, whose expressions anybody may have written."""
    if isinstance(text, str):
        return harmless(text)
    plain = harmless(text.plain)
    return text if plain == text.plain else Text(plain, style=text.style, spans=text.spans)


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
    console.width = _width(sys.__stderr__ if stderr else sys.__stdout__) if is_terminal else _width(None)
    return console


def _width(terminal: TextIO | None) -> int:
    """Return the columns of a line: COLUMNS, else the terminal's; 0 counts as no answer, and at least LEAST_WIDTH."""
    told = os.environ.get("COLUMNS", "")
    columns = int(told[:9]) if told.isascii() and told.isdecimal() else 0
    if not columns and terminal is not None:
        with suppress(OSError, ValueError):
            columns = os.get_terminal_size(terminal.fileno()).columns
    return max(columns or _WIDTH_WITHOUT_TERMINAL, LEAST_WIDTH)
