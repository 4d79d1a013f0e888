"""The entry point: it starts the server of a batch's workers first, since that has much to import, then the rest."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import nullcontext, suppress
from itertools import pairwise

from derivcheck.system.collector import collect_seldom
from derivcheck_cli.ending import end_silently, interrupt_code, leaving_at_once, terminable

_NO_WORKERS = frozenset({"-h", "--help", "--show-settings", "--cluster", "-j0"})
"""The options with which a batch starts no workers on this machine."""

_NO_JOBS = frozenset({("-j", "0"), ("--jobs", "0")})
"""Likewise, options with their values."""

_SUFFIXES = (".toml", ".jsonl", ".ndjson", ".csv", ".txt")
"""`case_files.SUFFIXES`, which is not loaded yet."""

_OF_PROCESSES = ("batch", "explain", "function")
"""The commands that start processes, and so have to end them when a signal comes."""


def main() -> None:
    """Run the command line, and end this process, which is the program's own."""
    collect_seldom()  # from here on it imports, and then checks
    with leaving_at_once():
        run_line()


def run_line() -> None:
    """Run the command line and exit. Ctrl-C never shows a traceback, not even while modules are loaded."""
    starts_processes = sys.argv[1:2] and sys.argv[1] in _OF_PROCESSES
    with terminable() if starts_processes else nullcontext():
        try:
            _run()
        except KeyboardInterrupt as error:
            sys.exit(interrupt_code(error))
        finally:
            end_silently(tidy=bool(starts_processes))


def _run() -> None:
    # Within `main`, so that Ctrl-C while these load is no traceback.
    from derivcheck.workers.safe_path import use_for_descendants
    from derivcheck_cli.standard_streams import open_streams

    use_for_descendants()
    open_streams()  # first of all: what is opened next would get the number of a stream that is closed
    if runs_workers(sys.argv[1:]):
        # Only a command that runs workers needs it.
        from derivcheck.running.pool.server import start

        with suppress(OSError):  # told where workers are needed
            start()
    # The server of the workers has to be started before this: it loads while the server loads, too.
    from derivcheck_cli.app import main as run

    run()


def runs_workers(arguments: Sequence[str]) -> bool:
    """Guess from the words of a command line whether it needs workers.

    Their server has seconds of imports before it; it had better begin before the command line is read, which takes a
    fifth of a second. A wrong guess costs only time: a server that nobody needs ends with the program, and one that is
    needed after all is started then.

    Example:
        >>> runs_workers(["batch", "*.toml"]), runs_workers(["batch", "*.toml", "--jobs=0"])
        (True, False)
        >>> runs_workers(["batch", "no_such_file.toml"])
        False
    """
    if arguments[:1] != ["batch"]:
        return False
    words = [word for argument in arguments for word in _without_sign(argument)]
    if not _NO_WORKERS.isdisjoint(words) or not _NO_JOBS.isdisjoint(pairwise(words)):
        return False
    # What follows an option may be its value: it says nothing of the files.
    named = [name for before, name in pairwise(arguments) if not before.startswith("-") and name.endswith(_SUFFIXES)]
    return not named or any(_may_be_read(name) for name in arguments[1:])


def _without_sign(argument: str) -> list[str]:
    """Split `--jobs=0` into the option and its value; any other argument stays as it is."""
    option, sign, value = argument.partition("=")
    return [option, value] if sign and option.startswith("--") else [argument]


def _may_be_read(name: str) -> bool:
    """Whether this is standard input, a pattern of files, or a file that is there."""
    return name == "-" or any(sign in name for sign in "*?[") or os.path.exists(name)
