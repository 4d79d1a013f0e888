"""`derivcheck report`: the results of runs that are over, shown again."""

from __future__ import annotations

from typing import Annotated

import typer

from derivcheck.case_files import expand
from derivcheck_cli.boundary import boundary
from derivcheck_cli.options import (
    ExitZeroOption,
    Format,
    FormatOption,
    NoColorOption,
    QuietOption,
    StrictOption,
    VerboseOption,
    make_screen,
)

EXAMPLES = """\b
Examples:
  derivcheck batch expressions/*.toml --output results.jsonl
  derivcheck report results.jsonl
  derivcheck report shard-*.jsonl --format json
"""


def report(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILES...", help="Files of --output or --format jsonl, or patterns.", show_default=False
        ),
    ],
    strict: StrictOption = False,
    exit_zero: ExitZeroOption = False,
    output: FormatOption = Format.TEXT,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
    no_color: NoColorOption = False,
) -> None:
    """Show recorded results, of several files as if they were of one run.

    The exit code is that of the run. Nothing is checked again.
    """
    screen = make_screen(no_color=no_color, quiet=quiet, verbose=verbose)
    with boundary(screen):
        from derivcheck.running.replay import Replay
        from derivcheck_cli.driver import Run
        from derivcheck_cli.render.formats import BATCH_RENDERERS

        replay = Replay(tuple(expand(files)))
        run = Run(replay, [BATCH_RENDERERS[output](screen)], screen, strict=strict, exit_zero=exit_zero)
        raise typer.Exit(run.over(()))
