"""The two streams of the terminal: results go to stdout; messages, errors and the progress bar go to stderr."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import Enum, auto
from functools import cached_property
from typing import TYPE_CHECKING

from derivcheck.system.harmless import harmless, harmless_json, one_line
from derivcheck_cli.standard_streams import give_up, reserved_stdout, writing

if TYPE_CHECKING:  # to load Rich takes a fifth of the time of `--help`, which needs none
    from rich.console import Console
    from rich.text import Text

    from derivcheck.model.hunt_map import Coverage
    from derivcheck_cli.progress import Bar, HuntBar


class Verbosity(Enum):
    """How much is printed."""

    QUIET = auto()
    NORMAL = auto()
    VERBOSE = auto()


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
        self._color = color
        self._bar: Bar | HuntBar | None = None

    @cached_property
    def _out(self) -> Console:
        return self._console(stderr=False)

    @cached_property
    def _err(self) -> Console:
        return self._console(stderr=True)

    def _console(self, *, stderr: bool) -> Console:
        # Only who prints something needs Rich.
        from derivcheck_cli.consoles import console

        return console(color=self._color, stderr=stderr)

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
            self._print(self._out, text)

    def command(self, name: str, text: str) -> None:
        """Print a command to GitHub's runner on stdout, `::name text`, whose text holds no other one."""
        self._hide_bar()
        with writing():
            self._out.file.write(f"::{name} {harmless(one_line(text))}\n")

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
            self._print(self._err, text)
            self._err.file.flush()
        except OSError:
            give_up("stderr")

    def error(self, text: str) -> None:
        """Print an error on stderr."""
        self._tell("error: ", "bold red", text)

    def warn(self, text: str) -> None:
        """Print a warning on stderr: something was not done, and the run goes on."""
        self._tell("warning: ", "bold yellow", text)

    def _tell(self, what: str, style: str, text: str) -> None:
        # Only what goes wrong needs it.
        from rich.text import Text

        self.message(Text.assemble((what, style), text))

    def _print(self, console: Console, text: Text | str) -> None:
        # It is there already: with the console.
        from derivcheck_cli.consoles import print_to

        print_to(console, text)

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
        # Only a run at a terminal shows one.
        from derivcheck_cli.progress import Bar

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
        # Only a hunt at a terminal shows one.
        from derivcheck_cli.progress import HuntBar

        with HuntBar(self._err, budget) as bar:
            self._bar = bar
            yield bar.show
        self._bar = None

    def _hide_bar(self) -> None:
        if self._bar:
            self._bar.hide()


def screen_at_first(arguments: Sequence[str]) -> Screen:
    """The screen of a command line that is not yet read."""
    verbosity = Verbosity.VERBOSE if {"-v", "--verbose"} & set(arguments) else Verbosity.NORMAL
    return Screen(color=False if "--no-color" in arguments else None, verbosity=verbosity)
