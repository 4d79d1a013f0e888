"""The page of all functions, made from the table that the language reads."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from derivcheck_cli.commands.functions import Row, rows_of_numbers, rows_of_shapes

PLACE = "all_functions.md"

_HEAD = """# All functions

Every function and constant that an expression may use, as `derivcheck functions` lists them.
[The language](language.md) tells how an expression is written, and [this page](functions.md) what is left out, and why.

"""


def function_page() -> str:
    """The Markdown of the page."""
    return _HEAD + "".join(_tables("Of numbers", rows_of_numbers())) + "".join(_tables("Of shapes", rows_of_shapes()))


def _tables(title: str, rows: Iterator[Row]) -> Iterator[str]:
    yield f"## {title}\n\n"
    for group, members in groupby(rows, key=lambda row: row[0]):
        yield f"### {group.capitalize()}\n\n| how it is written | what it is | other names |\n|---|---|---|\n"
        for _, written, aliases, meaning in members:
            others = ", ".join(map(_code, filter(None, aliases.split(", "))))
            yield f"| {_code(written)} | {_plain(meaning)} | {others} |\n"
        yield "\n"


def _code(text: str) -> str:
    return f"`{_cell(text)}`"


def _plain(text: str) -> str:
    """Mathematics in plain text, of which Markdown takes no star for an emphasis."""
    return _cell(text.replace("*", r"\*").replace("_", r"\_").replace("<", "&lt;").replace("[", r"\["))


def _cell(text: str) -> str:
    return text.replace("|", r"\|")
