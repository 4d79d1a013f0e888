"""`derivcheck trust`: lets the user allow settings of a project that act beyond the project."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from derivcheck.errors import Location, SettingError
from derivcheck.reporting.presentation.widths import printable
from derivcheck.settings import project
from derivcheck.settings.leave import needs_leave
from derivcheck.settings.trusted_projects import is_trusted, set_trust
from derivcheck_cli.alignment import align
from derivcheck_cli.boundary import boundary
from derivcheck_cli.options import ColorOption
from derivcheck_cli.screen import Screen

EXAMPLES = """\b
Examples:
  derivcheck trust
  derivcheck trust path/to/project
  derivcheck trust --show
  derivcheck trust --remove
"""


def trust(
    place: Annotated[
        Path | None,
        typer.Argument(
            metavar="FOLDER|FILE",
            help="A project, or its file of settings.",
            show_default="the nearest pyproject.toml with [tool.derivcheck]",
        ),
    ] = None,
    *,
    remove: Annotated[bool, typer.Option("--remove", help="Trust it no longer.")] = False,
    show: Annotated[bool, typer.Option("--show", help="Show what it asks for, and change nothing.")] = False,
    color: ColorOption = None,
) -> None:
    """Let a project's settings run code, reach the network, and write outside of the project.

    It holds for this file as long as its [tool.derivcheck] says the same, and is kept in your own configuration.
    Look at what it asks for with --show first. docs/security.md says what a project may do without it.
    """
    screen = Screen(color=color)
    with boundary(screen):
        found = _find_project(place)
        asked = list(_list_requests(found))
        if show:
            word = "trusted" if is_trusted(found) else "not trusted"
            _tell(
                screen, f"{found.path}: {word}; it asks for {'this:' if asked else 'nothing that needs leave'}", asked
            )
            return
        kept = set_trust(found, trusted=not remove)
        if remove:
            screen.line(f"{found.path}: no longer trusted ({kept})")
        else:
            may = "may do this from now on, as long as its [tool.derivcheck] says the same" if asked else "is trusted"
            _tell(screen, f"{found.path}: {may} ({kept}){':' if asked else ''}", asked)


def _tell(screen: Screen, head: str, asked: list[tuple[str, str, str]]) -> None:
    screen.line(printable(head))
    for line in align(asked) if asked else ():
        screen.line(printable(f"  {line}"))


def _find_project(place: Path | None) -> project.Project:
    """The file of settings that is meant.

    Raises:
        SettingError: where there is none.
    """
    is_file = place is not None and place.is_file()
    found = project.find(place) if is_file else project.find(folder=place)
    if found is None:
        message = "there is no pyproject.toml with [tool.derivcheck] here, nor in any folder above"
        raise SettingError(message, location=Location(str(place)) if place else None)
    return found


def _list_requests(found: project.Project) -> list[tuple[str, str, str]]:
    """List the settings of the file that need leave: key, value, and what each would do."""
    return [
        (row.key, " ".join(texts), row.harm)
        for row, texts, _ in project.entries(found)
        if needs_leave(row.leave, row.kind.read(texts), texts, found.path.parent)
    ]
