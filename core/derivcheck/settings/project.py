"""The project's settings: the table `[tool.derivcheck]` of a pyproject.toml."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from derivcheck.errors import DerivcheckError, Location, SettingError
from derivcheck.settings.all_settings import Setting, rows

NAME = "pyproject.toml"
_TABLE = "[tool.derivcheck]"
_HEADER = re.compile(r"^[ \t]*\[[ \t]*tool[ \t]*\.[ \t]*[\"']?derivcheck[\"']?[ \t]*\]", re.MULTILINE)
_ANY_HEADER = re.compile(r"^[ \t]*\[[ \t]*([\w.\"' \t-]+?)[ \t]*\]", re.MULTILINE)
_NEAR = 0.85
"""How similar the name of a table must be to ours to count as a typing error."""

_ERROR_LINE = re.compile(r"^(?P<message>.*) \(at line (?P<line>\d+), column \d+\)$")


@dataclass(frozen=True, slots=True)
class Project:
    """A file with a table of settings: its path, the path as messages show it, its text, and the table."""

    path: Path
    shown: str
    text: str
    table: dict[str, Any]


def find(named: Path | None = None, folder: Path | None = None) -> Project | None:
    """The file that is named, or the nearest pyproject.toml with a `[tool.derivcheck]`, from a folder upwards.

    Raises:
        SettingError: where it cannot be read, or the one that is named has no such table.
    """
    if named is not None:
        found = read(named)
        if found is None:
            raise SettingError(f"there is no {_TABLE} in it", location=Location(str(named)))
        return found
    start = (folder or Path.cwd()).resolve()
    for parent in (start, *start.parents):
        path = parent / NAME
        if path.is_file() and (found := read(path)):
            return found
    return None


def read(path: Path) -> Project | None:
    """The file's settings, None where it has no table of them."""
    shown = _short_path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise SettingError(f"cannot be read: {error.strerror or error}", location=Location(shown)) from None
    except UnicodeDecodeError:
        raise SettingError("cannot be read: it is not UTF-8", location=Location(shown)) from None
    if "derivcheck" not in text:
        return None  # an error in a file that does not mention derivcheck is no concern of ours
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _ERROR_LINE.match(str(error))
        line = int(found["line"]) if found else None
        message = f"this is not TOML: {found['message'] if found else error}"
        raise SettingError(message, location=Location(shown, line)) from None
    tool = document.get("tool")
    table = tool.get("derivcheck") if isinstance(tool, dict) else None
    if table is None:
        return None
    if not isinstance(table, dict):
        raise SettingError("derivcheck's settings are a table", hint=f"write {_TABLE}", location=Location(shown))
    return Project(path.resolve(), shown, text, table)


def near_miss(folder: Path | None = None) -> str | None:
    """Return a warning about a table whose name is nearly ours, in the nearest pyproject.toml that has one.

    All settings below `[tool.derivchek]` are ignored, and without the warning nobody would know why.
    """
    start = (folder or Path.cwd()).resolve()
    for path in (parent / NAME for parent in (start, *start.parents)):
        try:
            text = path.read_text(encoding="utf-8-sig") if path.is_file() else ""
        except (OSError, UnicodeDecodeError):
            continue
        for header in _ANY_HEADER.finditer(text):
            name = re.sub(r"[\"' \t]", "", header[1])
            if name == _TABLE[len("[tool.") : -1] or difflib.get_close_matches(name, [_TABLE[1:-1]], cutoff=_NEAR):
                line = text.count("\n", 0, header.start()) + 1
                return f"{_short_path(path)}:{line}: nothing reads [{header[1]}]: did you mean {_TABLE}?"
    return None


def entries(project: Project) -> Iterator[tuple[Setting, list[str], Location]]:
    """The settings of the file: each with its texts, and where it stands.

    Raises:
        SettingError: for a key that is unknown, and for a value of the wrong type.
    """
    table = {row.key: row for row in rows() if row.in_project}
    for key, value in project.table.items():
        where = Location(project.shown, _line(project.text, key), key)
        if key not in table:
            raise SettingError(f"unknown key {key!r}", hint=_hint(key, table), location=where)
        row = table[key]
        try:
            texts = row.kind.texts(value)
        except DerivcheckError as error:
            raise error.at(where) from None
        yield row, row.kind.relocate(texts, project.path.parent), where


def _hint(key: str, table: dict[str, Setting]) -> str:
    plain = key.lower().replace("_", "-")
    for row in rows():
        if plain == row.key and not row.in_project:
            return f"it is given by {row.option} alone" if row.in_option else f"it is given by {row.variable} alone"
    near = difflib.get_close_matches(plain, table, n=1)
    return f"did you mean {near[0]!r}?" if near else f"there are {', '.join(table)}"


def _line(text: str, key: str) -> int | None:
    """The line on which the table sets `key`, None where that cannot be told."""
    header = _HEADER.search(text)
    if header is None:
        return None
    found = re.compile(rf"^[ \t]*[\"']?{re.escape(key)}[\"']?[ \t]*[=.]", re.MULTILINE).search(text, header.end())
    return text.count("\n", 0, found.start()) + 1 if found else None


def _short_path(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_absolute() and path.is_relative_to(here) else str(path)
