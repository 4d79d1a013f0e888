"""The names of a file's cases: one that is given twice stands for neither."""

from __future__ import annotations

from dataclasses import dataclass, field

from derivcheck.case_files.unreadable import Unreadable
from derivcheck.model import Case

MAX_NAMES = 100_000
"""How many names of a file are kept: memory does not grow with the cases of a machine-made file."""


@dataclass(slots=True)
class Names:
    """Takes case after case, and says which names occur a second time in their file."""

    _file: str | None = None
    _lines: dict[str, int | None] = field(default_factory=dict)

    def warn_of(self, item: Case | Unreadable) -> str | None:
        """Say that a case before it in the file has the same name; None where none has.

        Example:
            >>> from derivcheck.errors import Location
            >>> names = Names()
            >>> names.warn_of(Case("x", name="line", location=Location("a.toml", 1)))
            >>> names.warn_of(Case("2*x", name="line", location=Location("a.toml", 5)))
            "a.toml:5: the case on line 1 is called 'line', too: give each a name of its own"
        """
        location = item.location
        if location.file != self._file:
            self._file, self._lines = location.file, {}
        if not item.name or (item.name not in self._lines and len(self._lines) >= MAX_NAMES):
            return None
        if item.name not in self._lines:
            self._lines[item.name] = location.line
            return None
        first = f"the case on line {self._lines[item.name]}" if self._lines[item.name] else "another case"
        return f"{location}: {first} is called {item.name!r}, too: give each a name of its own"
