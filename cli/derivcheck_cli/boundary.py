"""The edge of the program, where every error becomes a message and an exit code."""

from __future__ import annotations

import errno
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from textwrap import indent

import typer

from derivcheck.errors import DerivcheckError
from derivcheck.reporting.outcomes.exit_codes import ExitCode
from derivcheck_cli.ending import CLOSED_PIPE, INTERRUPTED, describe_end, find_interruption, interrupt_code
from derivcheck_cli.screen import Screen, Verbosity
from derivcheck_cli.standard_streams import give_up

__all__ = ["INTERRUPTED", "boundary", "report_bug"]

_FULL = {errno.ENOSPC, errno.EDQUOT}
"""The errors of a full disk."""

REPORT = "this is a bug of derivcheck: please report it with the command line and the traceback, which -v shows"


@contextmanager
def boundary(screen: Screen) -> Iterator[None]:
    """Turn what a command raises into a message on stderr and an exit code.

    Raises:
        typer.Exit: with 2 for our own errors and where nothing can be written, 4 for a bug, 130 after Ctrl-C, 143
            after SIGTERM, 129 after SIGHUP, and 141 when stdout is a pipe that is closed.
    """
    try:
        yield
        screen.flush()
    except (typer.Exit, typer.BadParameter):
        raise
    except DerivcheckError as error:
        screen.error(error.render())
        raise typer.Exit(ExitCode.ERROR) from None
    except KeyboardInterrupt as error:
        raise _exit_after(screen, error) from None
    except BrokenPipeError:
        give_up("stdout")
        raise typer.Exit(CLOSED_PIPE) from None
    except Exception as error:
        if isinstance(error, OSError) and error.errno in _FULL:  # of a temporary file, or of --help
            screen.error(f"{error.filename or 'the output'}: cannot be written: {error.strerror}")
            raise typer.Exit(ExitCode.ERROR) from None
        if (interrupted := find_interruption(error)) is not None:
            raise _exit_after(screen, interrupted) from None
        report_bug(screen, f"{type(error).__name__}: {error}", traceback.format_exc())
        raise typer.Exit(ExitCode.INTERNAL) from None


def _exit_after(screen: Screen, error: KeyboardInterrupt) -> typer.Exit:
    """Say how the run ended, and return the exit to raise."""
    code = interrupt_code(error)
    screen.message(describe_end(code))
    return typer.Exit(code)


def report_bug(screen: Screen, what: str, trace: str, command: str | None = None) -> None:
    """Report an unexpected exception, which is a bug of ours; -v shows its traceback.

    Args:
        screen: where it is reported.
        what: the exception, and the case that raised it.
        trace: the traceback.
        command: the command line that checks that case by itself, where it is not the one that was typed.
    """
    shown = f"{indent(trace.rstrip(), '  ')}\n" if screen.verbosity is Verbosity.VERBOSE else ""
    alone = f"\n  run it alone: {command}" if command else ""
    screen.error(f"internal error: {what}\n{shown}  hint: {REPORT}{alone}")
