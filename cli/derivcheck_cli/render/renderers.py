"""The tables of output formats on stdout."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import MappingProxyType

from derivcheck.errors import CaseError
from derivcheck.settings import Format
from derivcheck_cli.render.batch_text import BatchTextRenderer
from derivcheck_cli.render.checklist_text import ChecklistTextRenderer
from derivcheck_cli.render.github import GitHubRenderer
from derivcheck_cli.render.hunt_text import HuntTextRenderer
from derivcheck_cli.render.interface import Renderer
from derivcheck_cli.render.json import JsonLinesRenderer, JsonRenderer
from derivcheck_cli.render.text import TextRenderer
from derivcheck_cli.screen import Screen

Formats = MappingProxyType[Format, Callable[[Screen], Renderer]]

CHECK_RENDERERS: Formats = MappingProxyType(
    {
        Format.TEXT: TextRenderer,
        Format.JSON: JsonRenderer,
        Format.JSONL: JsonLinesRenderer,
        Format.GITHUB: GitHubRenderer,
    }
)
"""What shows a single case."""

BATCH_RENDERERS: Formats = MappingProxyType({**CHECK_RENDERERS, Format.TEXT: BatchTextRenderer})
"""What shows many."""

FUNCTION_RENDERERS: Formats = MappingProxyType({**CHECK_RENDERERS, Format.TEXT: ChecklistTextRenderer})
"""What shows the check list of a user's own function."""

HUNT_RENDERERS: Formats = MappingProxyType({**CHECK_RENDERERS, Format.TEXT: HuntTextRenderer})
"""What shows a hunt."""

_TOGETHER = frozenset({Format.TEXT, Format.GITHUB})
"""What may share stdout: lines for people, and lines that GitHub picks out of them."""


def on_stdout(formats: Sequence[Format], screen: Screen, table: Formats) -> list[Renderer]:
    """Return the renderers for the formats that the user wants on stdout.

    Raises:
        CaseError: where two formats would be mixed up.
    """
    wanted = set(formats)
    if wanted == _TOGETHER:  # the annotations come last, below the text
        return [table[Format.TEXT](screen), GitHubRenderer(screen, alone=False)]
    if len(wanted) > 1:
        names = " and ".join(formats)
        raise CaseError(f"{names} cannot both be written to stdout", hint="text and github can; others have a file")
    return [table[name](screen) for name in formats]
