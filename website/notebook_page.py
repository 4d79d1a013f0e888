"""A notebook as a page, with the outputs that are stored in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any


def notebook_page(file: Path) -> str:
    """The Markdown of a notebook: its text as it is, its code as blocks, and below each block what it shows."""
    cells = json.loads(file.read_text(encoding="utf-8"))["cells"]
    return "\n".join(part for cell in cells for part in _parts(cell))


def _parts(cell: dict[str, Any]) -> Iterator[str]:
    source = "".join(cell["source"])
    if cell["cell_type"] == "markdown":
        yield f"{source}\n"
        return
    yield f"```python\n{source}\n```\n"
    for output in cell["outputs"]:
        data = output["data"]
        shown = "".join(data["text/html"]) if "text/html" in data else _plain("".join(data["text/plain"]))
        lines = filter(None, map(str.rstrip, shown.splitlines()))  # for Markdown, an empty line ends HTML
        yield '<div class="output">\n' + "\n".join(lines) + "\n</div>\n"


def _plain(text: str) -> str:
    return f"<pre>{escape(text, quote=False)}</pre>"
