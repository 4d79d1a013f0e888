"""The commands, each loaded when somebody looks into it: `--help` needs their names and headings alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

CONTEXT = {"help_option_names": ["--help", "-h"]}
"""What every command understands."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A command that is not loaded yet.

    Attributes:
        short_help: what the list of commands says of it.
        cls: the class of the command.
        module: its module among `commands`, which has a function of that name; None: it is called as the command is.
    """

    short_help: str
    cls: type[TyperCommand]
    module: str | None = None


class LoadedCommands(Mapping[str, TyperCommand]):
    """The commands by their names; each is loaded when it is asked for.

    Args:
        headings: the commands by their names, in the order of the help.
    """

    def __init__(self, headings: Mapping[str, Heading]) -> None:
        self.headings = headings
        self._loaded: dict[str, TyperCommand] = {}

    def __getitem__(self, name: str) -> TyperCommand:
        """Load a command, unless it has been.

        Raises:
            KeyError: where there is no such command.
        """
        if name not in self._loaded:
            self._loaded[name] = _load(name, self.headings[name])
        return self._loaded[name]

    def __contains__(self, name: object) -> bool:
        """Whether there is such a command; it is not loaded for that."""
        return name in self.headings

    def __iter__(self) -> Iterator[str]:
        """Their names."""
        return iter(self.headings)

    def __len__(self) -> int:
        """How many there are."""
        return len(self.headings)


def _load(name: str, heading: Heading) -> TyperCommand:
    module = heading.module or name
    home = import_module(f"derivcheck_cli.commands.{module}")
    function: Callable[..., None] = getattr(home, module)
    alone = typer.Typer(rich_markup_mode=None, add_completion=False, pretty_exceptions_enable=False)
    alone.command(name, cls=heading.cls, context_settings=CONTEXT, epilog=home.EXAMPLES, short_help=heading.short_help)(
        function
    )
    command: TyperCommand = typer.main.get_command(alone)  # type: ignore[assignment] # one command is no group
    return command


class LoadingGroup(TyperGroup):
    """A group whose commands are loaded when they are asked for."""

    def list_commands(self, ctx: Any) -> list[str]:
        """The names of the commands, in the order of the help."""
        del ctx
        return list(self.commands)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the list of commands into the help."""
        del ctx
        assert isinstance(self.commands, LoadedCommands)
        with formatter.section("Commands"):
            formatter.write_dl([(name, heading.short_help) for name, heading in self.commands.headings.items()])
