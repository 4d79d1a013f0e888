"""Whether a project allows its case files to run code: `allow-code` under `[tool.derivcheck]` in pyproject.toml."""

from __future__ import annotations

import tomllib
from pathlib import Path

from derivcheck.errors import InputFileError, Location

_KEYS = ("allow-code", "allow_code")


def allowed_by_project(folder: Path) -> bool:
    """What the nearest pyproject.toml with a `[tool.derivcheck]` says, from a folder upwards; False where none does.

    Raises:
        InputFileError: where it says neither true nor false.
    """
    start = folder.resolve()
    for file in (parent / "pyproject.toml" for parent in (start, *start.parents)):
        try:
            table = tomllib.loads(file.read_text(encoding="utf-8")).get("tool", {}).get("derivcheck")
        except (OSError, ValueError, AttributeError):
            continue
        if not isinstance(table, dict):
            continue
        said = next((table[key] for key in _KEYS if key in table), False)
        if not isinstance(said, bool):
            raise InputFileError("[tool.derivcheck] allow-code is true or false", location=Location(str(file)))
        return said
    return False
