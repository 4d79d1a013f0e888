"""The files that a user's texts name: which one is meant, and where it may lie."""

from __future__ import annotations

import re
from pathlib import Path

from derivcheck.errors import CaseError, Location

SIGN = "@"
"""How a text begins that names a file."""

_REFERENCE = re.compile(
    rf"{SIGN}\s*(?P<file>.*?[^/\\](?P<suffix>\.(?:npy|pt|pth|csv)))(?:\s*:(?P<keys>.*))?", re.S | re.I
)


def named_file(text: str) -> tuple[str, str, tuple[str, ...]] | None:
    """The file that the value `@FILE` of a variable names, its suffix, and the names of what is meant within it.

    Returns:
        None where that is no file of an array.

    Example:
        >>> named_file("@x.npy"), named_file("@a/model.PT:fc:weight"), named_file("@points.txt")
        (('x.npy', '.npy', ()), ('a/model.PT', '.pt', ('fc', 'weight')), None)
    """
    found = _REFERENCE.fullmatch(text.strip())
    if found is None:
        return None
    keys = tuple(key.strip() for key in found["keys"].split(":")) if found["keys"] is not None else ()
    return found["file"], found["suffix"].lower(), keys


def folder_of(location: Location) -> Path | None:
    """The folder in which the files that a case names must lie; None for a case that stands in no file.

    For a case of standard input that is the working directory.
    """
    if location.file is None:
        return None
    file = Path(location.file)
    return file.parent if file.is_file() else Path()


def path_beside(name: str, folder: Path | None, what: str) -> Path:
    """The path of a file that a case file names, which must lie in the case file's folder or below it.

    Args:
        name: the file as it was typed.
        folder: the folder of the case file; None: the user typed the name himself, and may name any file.
        what: what it is, for messages.

    Raises:
        CaseError: where it lies elsewhere: a case file of somebody's might show what stands in your files.
    """
    if folder is None:
        return Path(name)
    path = folder / name
    try:
        inside = path.resolve().is_relative_to(folder.resolve())
    except (OSError, ValueError, RuntimeError):
        inside = False
    if not inside:
        hint = "put it beside the case file, or below it"
        raise CaseError(f"{what} {name!r} lies outside of the case file's folder", hint=hint)
    return path
