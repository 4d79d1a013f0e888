"""The page of what changed since another torch."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

from atlas_tables import table
from compare import Changes, compare_files

HEAD = """\
---
description: What changed in the atlas since another torch, verdict by verdict.
---
# What changed

"""

NOTHING = (
    HEAD
    + """\
There is one atlas so far, of torch {version}: nothing to compare it with. After an upgrade, `make atlas` makes the next
one, and this page says which verdicts, counts and errors are others.
"""
)


def page(files: Sequence[Path], before: Sequence[Path], version: str) -> str:
    """The page as Markdown: what changed from the atlases before to those of now, device by device."""
    pairs = [(old, new) for new in files for old in before if _device(old) == _device(new)]
    if not pairs:
        return NOTHING.format(version=version)
    return HEAD + "\n".join(_section(_device(new), compare_files(old, new)) for old, new in pairs)


def _device(file: Path) -> str:
    return file.stem.split("-", 2)[2]


def _section(device: str, changes: Changes) -> str:
    lines = [f"## From torch {changes.old} to {changes.new} on {device}\n"]
    if not changes.changes:
        return "\n".join([*lines, "Nothing.\n"])
    heads = ("change", "operation", "format", "mode", "of", "before", "after")
    rows = (
        [escape(str(cell or "—")) for cell in (*asked, change.before, change.after)]
        for change in changes.changes
        for asked in [(change.what, change.operation, change.format, change.mode, change.derivative or "value")]
    )
    return "\n".join([*lines, table(heads, rows)])
