"""The table of output formats."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType

from derivcheck.settings import Format
from derivcheck_cli.render.batch_text import BatchTextRenderer
from derivcheck_cli.render.checklist_text import ChecklistTextRenderer
from derivcheck_cli.render.interface import Renderer
from derivcheck_cli.render.json import JsonLinesRenderer, JsonRenderer
from derivcheck_cli.render.text import TextRenderer
from derivcheck_cli.screen import Screen

Formats = MappingProxyType[Format, Callable[[Screen], Renderer]]

CHECK_RENDERERS: Formats = MappingProxyType(
    {Format.TEXT: TextRenderer, Format.JSON: JsonRenderer, Format.JSONL: JsonLinesRenderer}
)
"""What shows a single case."""

BATCH_RENDERERS: Formats = MappingProxyType({**CHECK_RENDERERS, Format.TEXT: BatchTextRenderer})
"""What shows many."""

FUNCTION_RENDERERS: Formats = MappingProxyType({**CHECK_RENDERERS, Format.TEXT: ChecklistTextRenderer})
"""What shows the check list of a user's own function."""
