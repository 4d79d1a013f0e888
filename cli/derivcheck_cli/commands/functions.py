"""`derivcheck functions`: the function table, searchable."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from textwrap import indent
from typing import Annotated

import typer
from rich.cells import cell_len
from rich.text import Text

from derivcheck.errors import CaseError
from derivcheck.language.table import CONSTANTS, FUNCTIONS, suggest
from derivcheck_cli.alignment import align
from derivcheck_cli.boundary import boundary
from derivcheck_cli.options import ColorOption
from derivcheck_cli.screen import Screen

_CONSTANTS = "constants"

_INDENT = "  "

EXAMPLES = """\b
Examples:
  derivcheck functions
  derivcheck functions gamma
"""


def functions(
    pattern: Annotated[
        str,
        typer.Argument(metavar="PATTERN", help="Part of a name, an alias, a meaning or a group.", show_default=False),
    ] = "",
    color: ColorOption = None,
) -> None:
    """List the functions and constants of expressions."""
    screen = Screen(color=color)
    with boundary(screen):
        rows = [row for row in _rows() if any(pattern.lower() in text.lower() for text in row)]
        if not rows:
            near = suggest(pattern)
            hint = f"did you mean {near}?" if near else "`derivcheck functions` lists them all"
            raise CaseError(f"no function or constant has to do with {pattern!r}", hint=hint)
        lines = _lines([row[1:] for row in rows], screen.width - len(_INDENT))
        for number, (group, members) in enumerate(groupby(rows, key=lambda row: row[0])):
            if number:
                screen.line()
            screen.line(Text(group, style="bold"))
            for _ in members:
                screen.line(indent(next(lines), _INDENT))


def _lines(rows: Sequence[tuple[str, str, str]], width: int) -> Iterator[str]:
    """Lay out the rows. On a screen too narrow for three columns, the aliases follow the meaning."""
    lines = list(align(rows))
    if max(map(cell_len, lines)) <= width:
        return iter(lines)
    return align(
        [(name, f"{meaning}; also {aliases}" if aliases else meaning) for name, aliases, meaning in rows], width=width
    )


def _rows() -> Iterator[tuple[str, str, str, str]]:
    """Yield group, signature, aliases and meaning of each function; a composite shows its definition."""
    groups = list(dict.fromkeys(row.group for row in FUNCTIONS))
    for row in sorted(FUNCTIONS, key=lambda row: groups.index(row.group)):
        meaning = f"{row.doc} = {row.definition}" if row.definition not in {None, row.doc} else row.doc
        yield row.group, row.signature, ", ".join(row.aliases), meaning
    for constant in CONSTANTS:
        yield _CONSTANTS, constant.name, ", ".join(constant.aliases), constant.doc
