"""The command line: its commands, and what they have in common."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from derivcheck import __version__
from derivcheck.reporting.outcomes.exit_codes import ExitCode
from derivcheck_cli.arguments import COMPLETES, CheckByDefault, ExpressionCommand, PlainHelpCommand
from derivcheck_cli.boundary import boundary
from derivcheck_cli.ending import interrupt_code
from derivcheck_cli.loaded_commands import CONTEXT, Heading, LoadedCommands
from derivcheck_cli.screen import screen_at_first
from derivcheck_cli.standard_streams import open_streams
from derivcheck_cli.usage_errors import usage_errors

COMMANDS = {
    "check": Heading("Check one expression at one point (the default command).", ExpressionCommand),
    "batch": Heading("Check files of cases: TOML, JSON Lines, CSV or text.", PlainHelpCommand),
    "function": Heading("Check a torch function of your own, by a list.", PlainHelpCommand),
    "explain": Heading("Say which operation is to blame, and what helps.", ExpressionCommand),
    "hunt": Heading("Find the worst inputs in a range.", ExpressionCommand),
    "devices": Heading("List the devices of this machine and their formats.", PlainHelpCommand),
    "functions": Heading("List the functions and constants of expressions.", PlainHelpCommand),
    "report": Heading("Show recorded results again.", PlainHelpCommand),
    "schema": Heading("Print the JSON Schema of the JSON output.", PlainHelpCommand),
    "completion": Heading("Print the script for a shell's completion.", PlainHelpCommand),
    "help": Heading("Show the help of a command, or of all.", PlainHelpCommand, "show_help"),
    "trust": Heading("Allow what a project's settings ask for.", PlainHelpCommand),
}
"""The commands, in the order of the help."""

_EXIT_CODES = "\n".join(f"  {int(code)}  {code.meaning}" for code in ExitCode)
_EPILOG = f"""\b
Examples:
  derivcheck "x**2 + 2*x + 1" --at x=2
  derivcheck batch expressions/*.toml
  derivcheck check --help

\b
Exit codes:
{_EXIT_CODES}
"""


@contextmanager
def _interruptible() -> Iterator[None]:
    """Let Ctrl-C and its like end the program with a shell's exit code."""
    try:
        yield
    except KeyboardInterrupt as error:
        raise typer.Exit(interrupt_code(error)) from None


class CommandGroup(CheckByDefault):
    """The group of all commands: what is wrong with a command line is told as every error is.

    Ctrl-C ends it with a shell's code, where Typer's would be that of a failing case.
    """

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.commands = LoadedCommands(COMMANDS)  # type: ignore[assignment] # nobody adds one

    def make_context(self, *args: Any, **more: Any) -> Any:
        """Read the command line."""
        with _interruptible(), usage_errors():
            return super().make_context(*args, **more)

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        with _interruptible(), usage_errors():
            return super().invoke(ctx)


app = typer.Typer(
    cls=CommandGroup,
    subcommand_metavar="EXPR | COMMAND [ARGS]...",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings=CONTEXT,
    epilog=_EPILOG,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        # They take 20 ms to load, and only --version needs them.
        import platform
        from importlib.metadata import version

        found = " · ".join(f"{package} {version(package)}" for package in ("torch", "sympy", "python-flint"))
        typer.echo(f"derivcheck {__version__}")
        typer.echo(f"{found} · Python {platform.python_version()} · {platform.system()} {platform.machine()}")
        raise typer.Exit


@app.callback()
def derivcheck(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """A referee between a formula and a gradient.

    Differentiates an expression symbolically and with torch autograd, finds out what the derivative really is, and
    says which side is wrong, where, and why.
    """


def main() -> None:
    """Run the command line and exit."""
    warnings.filterwarnings("ignore", message="Failed to initialize NumPy")  # torch's, where there is no NumPy
    open_streams()
    if COMPLETES in os.environ:  # a shell asks, by the script that `derivcheck completion` prints
        # Only then is it needed.
        from typer.completion import completion_init  # type: ignore[attr-defined] # Typer has no other public name for it

        completion_init()
    try:
        with boundary(screen_at_first(sys.argv[1:])):
            app()
    except typer.Exit as end:  # from without the commands, as of a help that nobody can read
        sys.exit(end.exit_code)
