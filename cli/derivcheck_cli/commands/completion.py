"""`derivcheck completion`: the script by which a shell completes commands, options and their values."""

from __future__ import annotations

from typing import Annotated

import typer

from derivcheck.inputs.case_fields import unknown
from derivcheck_cli.arguments import COMPLETES
from derivcheck_cli.boundary import boundary
from derivcheck_cli.options import one_of
from derivcheck_cli.screen import Screen

SHELLS = ("bash", "zsh", "fish", "powershell", "pwsh")

EXAMPLES = """\b
Examples:
  eval "$(derivcheck completion bash)"      in ~/.bashrc
  eval "$(derivcheck completion zsh)"       in ~/.zshrc, after compinit
  derivcheck completion fish | source       in ~/.config/fish/config.fish
"""


def completion(
    shell: Annotated[
        str,
        typer.Argument(
            metavar="SHELL", help=f"One of {', '.join(SHELLS)}.", show_default=False, autocompletion=one_of(SHELLS)
        ),
    ],
) -> None:
    """Print the script by which a shell completes commands, options and their values."""
    screen = Screen()
    with boundary(screen):
        if shell not in SHELLS:
            raise unknown("shell", shell, SHELLS)
        from typer.completion import get_completion_script  # type: ignore[attr-defined] # Typer has no other public name for it

        screen.line(get_completion_script(prog_name="derivcheck", complete_var=COMPLETES, shell=shell))
