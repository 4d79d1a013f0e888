"""`derivcheck report`: the results of runs that are over, shown again."""

from __future__ import annotations

from typing import Annotated

import typer

from derivcheck.case_files import expand
from derivcheck.running.replay import Replay
from derivcheck.settings import Command, Resolved
from derivcheck_cli.driver import Run
from derivcheck_cli.options import takes_settings
from derivcheck_cli.render.formats import BATCH_RENDERERS
from derivcheck_cli.screen import Screen

EXAMPLES = """\b
Examples:
  derivcheck batch expressions/*.toml --output results.jsonl
  derivcheck report results.jsonl
  derivcheck report shard-*.jsonl --format json
"""


@takes_settings(Command.REPORT)
def report(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILES...", help="Files of --output or --format jsonl, or patterns.", show_default=False
        ),
    ],
    *,
    resolved: Resolved,
    screen: Screen,
) -> None:
    """Show recorded results, of several files as if they were of one run.

    The exit code is that of the run. Nothing is checked again.
    """
    settings = resolved.settings
    replay, renderer = Replay(tuple(expand(files))), BATCH_RENDERERS[settings.format](screen)
    run = Run(replay, [renderer], screen, strict=settings.strict, exit_zero=settings.exit_zero)
    raise typer.Exit(run.over(()))
