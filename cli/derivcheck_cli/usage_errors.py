"""Errors in the command line itself, reported as every other error: one line, and what to do about it."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer

from derivcheck.errors import DerivcheckError
from derivcheck.reporting.outcomes.exit_codes import ExitCode
from derivcheck_cli.screen import screen_at_first

_CLICK: type[Exception] = next(kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException")
"""The error that Typer raises for a command line that it cannot read.

Typer contains a copy of Click, whose classes have no public name, so the class is found by way of a public one."""


@contextmanager
def usage_errors() -> Iterator[None]:
    """Report what is wrong with the command line, and end with the exit code of wrong usage.

    Typer itself handles a bare `derivcheck`, which shows the help.

    Raises:
        typer.Exit: where something is wrong.
    """
    try:
        yield
    except DerivcheckError as error:
        screen_at_first(sys.argv[1:]).error(error.render())
        raise typer.Exit(ExitCode.ERROR) from None
    except _CLICK as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            raise
        screen_at_first(sys.argv[1:]).error(_as_our_error(error).render())
        raise typer.Exit(ExitCode.ERROR) from None


def _as_our_error(error: Any) -> DerivcheckError:
    """Write Click's message as ours are written: without a capital and a full stop, and with a hint."""
    unknown = getattr(error, "option_name", None) if type(error).__name__ == "NoSuchOption" else None
    if unknown is not None:
        near = difflib.get_close_matches(unknown, error.possibilities or (), n=1, cutoff=0)
        hint = f"did you mean {near[0]}?" if near else _help(error)
        return DerivcheckError(f"there is no option {unknown}", hint=hint)
    message = " ".join(error.format_message().split()).rstrip(".").removeprefix("Invalid value: ") or "wrong usage"
    return DerivcheckError(f"{message[0].lower()}{message[1:]}", hint=_help(error))


def _help(error: Any) -> str:
    context = getattr(error, "ctx", None)
    return f"`{context.command_path if context else 'derivcheck'} --help` shows what there is"
