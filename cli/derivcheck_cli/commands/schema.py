"""`derivcheck schema`: the JSON Schema of what derivcheck writes as JSON."""

from __future__ import annotations

from derivcheck_cli.boundary import boundary
from derivcheck_cli.screen import Screen

EXAMPLES = """\b
Examples:
  derivcheck schema > derivcheck.schema.json
"""


def schema() -> None:
    """Print the JSON Schema of --format json and jsonl, and of --output."""
    screen = Screen()
    with boundary(screen):
        # Loaded late, so that --help need not wait for it.
        from derivcheck.reporting.serialization.serialize import json_schema

        screen.data(json_schema())
