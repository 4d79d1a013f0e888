"""The command line: its commands, and what they have in common."""

from __future__ import annotations

import sys
import warnings
from typing import Annotated

import typer

from derivcheck.outcomes.exits import ExitCode
from derivcheck_cli.arguments import CheckByDefault, ExpressionCommand
from derivcheck_cli.boundary import boundary
from derivcheck_cli.commands import batch, check, devices, function, functions, report, schema
from derivcheck_cli.options import screen_at_first

_CONTEXT = {"help_option_names": ["--help", "-h"]}
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

app = typer.Typer(
    cls=CheckByDefault,
    subcommand_metavar="EXPR | COMMAND [ARGS]...",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings=_CONTEXT,
    epilog=_EPILOG,
)
app.command(cls=ExpressionCommand, context_settings=_CONTEXT, epilog=check.EXAMPLES)(check.check)
app.command(context_settings=_CONTEXT, epilog=batch.EXAMPLES)(batch.batch)
app.command(context_settings=_CONTEXT, epilog=function.EXAMPLES)(function.function)
app.command(context_settings=_CONTEXT, epilog=devices.EXAMPLES)(devices.devices)
app.command(context_settings=_CONTEXT, epilog=functions.EXAMPLES)(functions.functions)
app.command(context_settings=_CONTEXT, epilog=report.EXAMPLES)(report.report)
app.command(context_settings=_CONTEXT, epilog=schema.EXAMPLES)(schema.schema)


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"derivcheck {version('derivcheck')}")
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
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # a terminal without a ✓
    with boundary(screen_at_first(sys.argv[1:])):
        app()
