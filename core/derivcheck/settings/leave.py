"""Settings of a project's file that could do harm beyond the project, and so need the user's permission ("leave").

derivcheck may run in a checkout that nobody has looked at yet. Its pyproject.toml may change what is checked, shown and
counted. A setting that runs code, uses the network or writes outside of the project counts only after the user allowed
it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from derivcheck.errors import Location


class Leave(Enum):
    """When a setting in a project's file needs the user's permission."""

    NEVER = "never"
    """It changes what is checked and shown, and nothing else."""
    ALWAYS = "always"
    """It runs code, or reaches the network."""
    OUTSIDE = "outside"
    """It names a file that is written: leave is needed where that lies outside of the project."""


@dataclass(frozen=True, slots=True)
class Withheld:
    """A setting of a project's file that does not count, since nobody has allowed it.

    Attributes:
        location: where it stands.
        option, variable: how the user gives it instead.
        does: what it would do.
    """

    location: Location
    option: str
    variable: str
    does: str

    def render(self) -> str:
        """The message: what was not done, and how to allow it."""
        return (
            f"{self.location}: not done without your leave: it would {self.does}\n"
            f"  hint: give {self.option} or set {self.variable}, for this run; or say `derivcheck trust`, once for this"
            " project as its file is now"
        )


def needs_leave(leave: Leave, value: object, texts: Sequence[str], folder: Path) -> bool:
    """Whether a value of a project's file counts only with the user's leave.

    Args:
        leave: when the setting needs it.
        value: the value; turning something off needs no leave.
        texts: its texts, as seen from the working directory.
        folder: that of the project's file.
    """
    if leave is Leave.OUTSIDE:
        return not all(_is_inside(Path(text), folder) for text in texts)
    return leave is Leave.ALWAYS and value not in (None, False)


def _is_inside(file: Path, folder: Path) -> bool:
    """Whether a file really lies in the project, with links followed, and in no hidden folder such as .git or .venv."""
    try:
        inner = file.resolve().relative_to(folder.resolve())
    except (OSError, ValueError, RuntimeError):
        return False
    return not any(part.startswith(".") for part in inner.parts)
