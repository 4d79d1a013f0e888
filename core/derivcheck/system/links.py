"""Symbolic links in a checkout by which a run would write a file outside of it, against its user's intention."""

from __future__ import annotations

import os
from pathlib import Path


def leads_astray(path: str | Path) -> bool:
    """Whether a name in the working directory is a link to a file that does not exist, outside of the directory.

    A user who types `--html report.html` means a file in this directory. A hostile checkout may contain a link with
    that name, through which we would create a new file anywhere. A link to an existing file is no such danger:
    `reports` looks into the file before it replaces it. A folder may be a link as well, to a larger disk for example.
    """
    here = Path.cwd()
    typed = Path(os.path.abspath(path))
    if not typed.is_relative_to(here) or not typed.is_symlink() or typed.exists():
        return False
    return not typed.resolve().is_relative_to(here.resolve())


ASTRAY = "this is a link to a file that is not there, outside of the working directory"
"""The message about such a link."""

ASTRAY_HINT = "remove the link, or name the file itself"
"""What to do about it."""
