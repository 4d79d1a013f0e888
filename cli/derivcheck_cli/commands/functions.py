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
from derivcheck.language.table import CONSTANTS, FUNCTIONS, SHAPED_FUNCTIONS, Function, examples, suggest
from derivcheck_cli.alignment import align
from derivcheck_cli.boundary import boundary
from derivcheck_cli.options import ColorOption
from derivcheck_cli.screen import Screen

_CONSTANTS = "constants"

_INDENT = "  "

Row = tuple[str, str, str, str]
"""A group, a signature or an example, aliases and a meaning."""

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
        parts = [[row for row in part if _has(row, pattern)] for part in (rows_of_numbers(), rows_of_shapes())]
        if not any(parts):
            near = suggest(pattern)
            hint = f"did you mean {near}?" if near else "`derivcheck functions` lists them all"
            raise CaseError(f"no function or constant has to do with {pattern!r}", hint=hint)
        groups = [group for part in parts if part for group in _groups(part, screen.width - len(_INDENT))]
        for number, (group, lines) in enumerate(groups):
            if number:
                screen.line()
            screen.line(Text(group, style="bold"))
            for line in lines:
                screen.line(indent(line, _INDENT))


def _has(row: Row, pattern: str) -> bool:
    """Whether a row has to do with a pattern."""
    return any(pattern.lower() in text.lower() for text in row)


def _groups(rows: Sequence[Row], width: int) -> Iterator[tuple[str, list[str]]]:
    """Yield each group and its lines."""
    lines = _lines([row[1:] for row in rows], width)
    for group, members in groupby(rows, key=lambda row: row[0]):
        yield group, [next(lines) for _ in members]


def _lines(rows: Sequence[tuple[str, str, str]], width: int) -> Iterator[str]:
    """Lay out the rows. On a screen too narrow for three columns, the aliases follow the meaning."""
    lines = list(align(rows))
    if max(map(cell_len, lines)) <= width:
        return iter(lines)
    return align(
        [(name, f"{meaning}; also {aliases}" if aliases else meaning) for name, aliases, meaning in rows], width=width
    )


def rows_of_numbers() -> Iterator[Row]:
    """Yield group, signature, aliases and meaning of each function of numbers; a composite shows its definition."""
    for row in _in_groups(FUNCTIONS):
        meaning = f"{row.doc} = {row.definition}" if row.definition not in {None, row.doc} else row.doc
        yield row.group, row.signature, ", ".join(row.aliases), meaning
    for constant in CONSTANTS:
        yield _CONSTANTS, constant.name, ", ".join(constant.aliases), constant.doc


def rows_of_shapes() -> Iterator[Row]:
    """Yield the same of each function of shapes.

    An example stands for its signature, which is shown with the meaning where it has more: it may have ten arguments.
    """
    for row in _in_groups(SHAPED_FUNCTIONS):
        meaning = f"{row.doc}; {row.signature}" if row.options or row.variadic else row.doc
        yield row.group.lower(), examples.EXAMPLES[row.name], ", ".join(row.aliases), meaning


def _in_groups(rows: Sequence[Function]) -> list[Function]:
    """The rows of each group together, in the order in which groups first appear."""
    groups = list(dict.fromkeys(row.group for row in rows))
    return sorted(rows, key=lambda row: groups.index(row.group))
