"""Which projects the user trusts, kept in the user's own configuration.

What is trusted is the path of a project's file together with a hash of its `[tool.derivcheck]`, as direnv does it.
After a change of these settings, by a `git pull` for example, the user is asked again. Other changes of the file do not
matter.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

from derivcheck.errors import Location, SettingError
from derivcheck.settings.project import Project
from derivcheck.system.leftovers import Replacement

_FILE = Path("derivcheck") / "trusted.json"


def is_trusted(project: Project) -> bool:
    """Whether the user trusts this file with its present settings."""
    store = store_path()
    if store is None or _is_within(store, project):
        return False
    try:
        return _read(store).get(str(project.path)) == _hash(project)
    except SettingError:
        return False


def set_trust(project: Project, *, trusted: bool) -> Path:
    """Trust the project with its present settings, or stop trusting it; return the file in which this is kept.

    Raises:
        SettingError: where that file cannot be written.
    """
    store = store_path()
    if store is None:
        raise SettingError("there is no folder for the user's configuration", hint="set HOME or XDG_CONFIG_HOME")
    if _is_within(store, project):
        message = "the user's configuration lies within the project, which could trust itself"
        raise SettingError(message, hint="set XDG_CONFIG_HOME to a folder elsewhere", location=Location(str(store)))
    known = _read(store)
    known.pop(str(project.path), None)
    if trusted:
        known[str(project.path)] = _hash(project)
    try:
        store.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = Replacement(store)
        try:
            part.stream.write(json.dumps(known, indent=1, sort_keys=True) + "\n")
            part.publish(0o600)
        finally:
            part.discard()
    except OSError as error:
        message = f"cannot be written: {error.strerror or error}"
        raise SettingError(message, location=Location(str(store))) from None
    return store


def store_path() -> Path | None:
    """The file of what the user trusts; None where the user has no folder for such things.

    A relative XDG_CONFIG_HOME counts for nothing, as its specification has it: it would lie in whatever checkout the
    user stands in.
    """
    given = os.environ.get("APPDATA" if os.name == "nt" else "XDG_CONFIG_HOME", "")
    if Path(given).is_absolute():
        return Path(given).resolve() / _FILE
    try:
        return (Path.home() / ".config" / _FILE).resolve()
    except (RuntimeError, OSError):
        return None


def _is_within(store: Path, project: Project) -> bool:
    return store.is_relative_to(project.path.parent)


def _hash(project: Project) -> str:
    """Return a hash of the settings, which does not depend on the order of the keys."""
    text = json.dumps(project.table, sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _read(store: Path) -> dict[str, str]:
    """Return the hashes by path; an empty table where there is no such file yet."""
    try:
        known = json.loads(store.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        message = f"cannot be read: {getattr(error, 'strerror', None) or error}"
        raise SettingError(
            message, hint="remove it; projects are trusted anew", location=Location(str(store))
        ) from None
    if not isinstance(known, dict):
        raise SettingError("is no list of projects", hint="remove it", location=Location(str(store)))
    return known
