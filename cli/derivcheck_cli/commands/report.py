"""`derivcheck report`: shows recorded results again."""

from __future__ import annotations

from typing import Annotated

import typer

from derivcheck.case_files import expand
from derivcheck.running.recording.replay import Replay
from derivcheck.settings import Command, Resolved
from derivcheck_cli.options import takes_settings
from derivcheck_cli.screen import Screen

EXAMPLES = """\b
Examples:
  derivcheck batch expressions/*.toml --output results.jsonl
  derivcheck report results.jsonl
  derivcheck report shard-*.jsonl --html report.html --junit report.xml
"""


@takes_settings(Command.REPORT)
def report(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILES",
            help="Files of --output or --format jsonl, or patterns; - is standard input.",
            show_default=False,
        ),
    ],
    *,
    resolved: Resolved,
    screen: Screen,
) -> None:
    """Show recorded results, of several files as if they were of one run.

    The exit code is that of the run. Nothing is checked again.
    """
    # Loaded late, so that --help need not wait for it.
    from derivcheck_cli.session import run_cases

    names = tuple(expand(files))
    raise typer.Exit(
        run_cases(resolved.settings, screen, lambda _: Replay(names), inputs=names, replace=resolved.may_replace)
    )
