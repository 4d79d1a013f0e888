"""Links of a checkout that would make a run write elsewhere than its user has said."""

from __future__ import annotations

import os
from pathlib import Path


def leads_astray(path: str | Path) -> bool:
    """Whether a name in the working directory is a link to a file that does not exist, outside of it.

    Who types `--html report.html` means a file here. A checkout may hold a link of that name, by which a new file would
    come into being anywhere. A link to a file that is there is another matter: what may be replaced is known by what it
    holds. A folder may be a link, as of a larger disk.
    """
    here = Path.cwd()
    typed = Path(os.path.abspath(path))
    if not typed.is_relative_to(here) or not typed.is_symlink() or typed.exists():
        return False
    return not typed.resolve().is_relative_to(here.resolve())


ASTRAY = "this is a link to a file that is not there, outside of the working directory"
"""What to say of one."""

ASTRAY_HINT = "remove the link, or name the file itself"
"""What to do about it."""
