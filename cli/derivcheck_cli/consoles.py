"""The consoles of Rich behind a screen; to load Rich takes a fifth of the time of `--help`, which needs none."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import NoReturn, TextIO

from rich.console import Console
from rich.text import Text

from derivcheck.reporting.presentation.toned_lines import LEAST_WIDTH
from derivcheck.system.harmless import harmless

_WIDTH_WITHOUT_TERMINAL = 100


class _Console(Console):
    """A Rich console that leaves a closed pipe to `boundary`."""

    def on_broken_pipe(self) -> NoReturn:
        """Pass the error on, where Rich would exit."""
        raise BrokenPipeError


def console(*, color: bool | None, stderr: bool) -> Console:
    """The console of a stream.

    Args:
        color: whether to print ANSI codes; None where the terminal is to decide.
        stderr: whether it is that of stderr.
    """
    is_terminal = (sys.stderr if stderr else sys.stdout).isatty()
    if color:
        made = _Console(stderr=stderr, force_terminal=True, no_color=False)
    else:
        made = _Console(stderr=stderr, color_system="auto" if color is None else None)
    made.width = _width(sys.__stderr__ if stderr else sys.__stdout__) if is_terminal else _width(None)
    return made


def print_to(console: Console, text: Text | str) -> None:
    """Print a line without any command to a terminal or a CI's runner: anybody may have written its expressions."""
    if isinstance(text, str):
        console.file.write(f"{harmless(text)}\n")
        return
    plain = harmless(text.plain)
    shown = text if plain == text.plain else Text(plain, style=text.style, spans=text.spans)
    console.print(shown, soft_wrap=True, no_wrap=True, overflow="ignore", crop=False, highlight=False)


def _width(terminal: TextIO | None) -> int:
    """Return the columns of a line: COLUMNS, else the terminal's; 0 counts as no answer, and at least LEAST_WIDTH."""
    told = os.environ.get("COLUMNS", "")
    columns = int(told[:9]) if told.isascii() and told.isdecimal() else 0
    if not columns and terminal is not None:
        with suppress(OSError, ValueError):
            columns = os.get_terminal_size(terminal.fileno()).columns
    return max(columns or _WIDTH_WITHOUT_TERMINAL, LEAST_WIDTH)
