"""`derivcheck help`: the same as `--help`, as a command."""

from __future__ import annotations

from typing import Annotated

import typer

from derivcheck.inputs.case_fields import unknown
from derivcheck_cli.boundary import boundary
from derivcheck_cli.screen import Screen

EXAMPLES = """\b
Examples:
  derivcheck help
  derivcheck help batch
  derivcheck check help --at help=2     an expression of that name
"""


def _commands(ctx: typer.Context, incomplete: str) -> list[str]:
    """The commands that a shell may complete."""
    names = getattr(ctx.find_root().command, "commands", {})
    return [name for name in names if name.startswith(incomplete)]


def show_help(
    ctx: typer.Context,
    command: Annotated[
        str, typer.Argument(metavar="COMMAND", help="A command.", show_default=False, autocompletion=_commands)
    ] = "",
) -> None:
    """Show the help of a command, or of all."""
    screen = Screen()
    with boundary(screen):
        group = ctx.find_root()
        commands = getattr(group.command, "commands", {})
        if not command:
            screen.line(group.get_help())
            return
        if command not in commands:
            raise unknown("command", command, commands)
        found = commands[command]
        with found.make_context(command, ["--help"], parent=group, resilient_parsing=True) as asked:
            screen.line(asked.get_help())
