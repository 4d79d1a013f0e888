"""What is coloured on a screen."""

from __future__ import annotations

from derivcheck.model import Status
from derivcheck_cli.render.coloring import color_status


def test_every_status_has_a_symbol() -> None:
    """Three symbols, and a dash for what was not run."""
    symbols = {status.label: color_status(status).plain[0] for status in Status}
    assert {"match": "✓", "skipped": "–", "unstable": "!", "mismatch": "✗", "error": "✗"}.items() <= symbols.items()
    assert {"✓", "–", "!", "✗"} == set(symbols.values())
