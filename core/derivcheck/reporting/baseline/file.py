"""The file of a baseline: TOML with one entry for each known failure, sorted, so that changes give small diffs."""

from __future__ import annotations

import os
import tempfile
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from derivcheck.errors import DerivcheckError, InputFileError, Location, OutputFileError
from derivcheck.inputs.case_fields import read_status, unknown
from derivcheck.reporting.baseline.known import Key, KnownCase, KnownFailure
from derivcheck.reporting.toml_strings import toml_string
from derivcheck.system.leftovers import Replacement
from derivcheck.system.links import ASTRAY, ASTRAY_HINT, leads_astray

VERSION = 1
_HEAD = f"""\
# Known failures of derivcheck, written by `derivcheck batch --baseline FILE --write-baseline`.
# `why` is yours: it is kept when the file is written again.
version = {VERSION}
"""
_KEYS = (
    *("case", "expr", "content", "what", "wrt", "mode", "claim"),
    *("status", "points", "elements", "at", "reason", "why"),
)


def write_baseline(path: Path, cases: Iterable[KnownCase]) -> int:
    """Write a baseline, in one go, and return how many failures it has.

    Raises:
        OutputFileError: where it cannot be written.
    """
    entries = sorted(
        (case.name, case.expr, case.content, key, failure) for case in cases for key, failure in _items(case)
    )
    text = "\n".join([_HEAD, *("\n".join(_lines(*entry)) + "\n" for entry in entries)])
    try:
        part = Replacement(path.resolve())  # the file itself, whatever links lead to it
        try:
            part.stream.write(text.encode("utf-8", "replace").decode())
            part.publish()
        finally:
            part.discard()
    except OSError as error:
        raise OutputFileError(f"cannot be written: {error.strerror or error}", location=Location(str(path))) from None
    return len(entries)


def check_writable(path: Path) -> None:
    """Fail now if the baseline cannot be written, before the run spends hours; its folder is made.

    Raises:
        OutputFileError: where it cannot.
    """
    if leads_astray(path):
        raise OutputFileError(ASTRAY, hint=ASTRAY_HINT, location=Location(str(path)))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and not os.access(path, os.W_OK):
            raise PermissionError(None, "it is read-only")
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise OutputFileError(f"cannot be written: {error.strerror or error}", location=Location(str(path))) from None


def _items(case: KnownCase) -> Iterator[tuple[Key, KnownFailure]]:
    yield from case.failures.items()


def _lines(name: str, expr: str, content: str, key: Key, known: KnownFailure) -> Iterator[str]:
    yield "[[known]]"
    if name:
        yield f"case = {toml_string(name)}"
    yield f"expr = {toml_string(expr)}"
    yield f"content = {toml_string(content)}"
    yield f"what = {toml_string(key.what)}"
    for field, text in (("wrt", key.wrt), ("mode", key.mode)):
        if text:
            yield f"{field} = {toml_string(text)}"
    if known.claim:
        yield f"claim = {toml_string(known.claim)}"
    yield f"status = {toml_string(known.status.label)}"
    yield f"points = {known.count}"
    if known.elements:
        yield f"elements = {known.elements}"
    if known.points:
        yield f"at = [{', '.join(map(toml_string, known.points))}]"
    yield f"reason = {toml_string(known.reason)}"
    yield f"why = {toml_string(known.why)}"


def read_baseline(path: Path) -> list[KnownCase]:
    """The cases of a baseline.

    Raises:
        InputFileError: where it cannot be read or is none.
        DerivcheckError: for a wrong entry, with its number and key.
    """
    where = Location(str(path))
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        hint = "--write-baseline makes it"
        raise InputFileError("there is no such baseline", hint=hint, location=where) from None
    except OSError as error:
        raise InputFileError(f"cannot be read: {error.strerror or error}", location=where) from None
    except (ValueError, RecursionError) as error:
        raise InputFileError(f"this is no baseline: {error}", location=where) from None
    if document.get("version") != VERSION or not isinstance(document.get("known", []), list):
        raise InputFileError(f"this is no baseline of version {VERSION}", location=where)
    cases: dict[tuple[str, str], KnownCase] = {}
    for number, entry in enumerate(document.get("known", []), start=1):
        try:
            name, expr, content, key, known = _entry(entry)
        except DerivcheckError as error:
            raise error.at(Location(str(path), key=f"entry {number}")) from None
        cases.setdefault((name, content), KnownCase(name, expr, content)).failures[key] = known
    return list(cases.values())


def _entry(entry: object) -> tuple[str, str, str, Key, KnownFailure]:
    if not isinstance(entry, dict):
        raise InputFileError("an entry is a table", hint="write [[known]]")
    for key in entry:
        if key not in _KEYS:
            raise unknown("key", key, _KEYS)
    points = entry.get("at", [])
    if not isinstance(points, list) or not all(isinstance(point, str) for point in points):
        raise InputFileError("`at` is a list of strings")
    count, elements = _count(entry, "points", least=1), _count(entry, "elements", least=0)
    key = Key(_text(entry, "what", needed=True), _text(entry, "wrt"), _text(entry, "mode"))
    status = read_status(_text(entry, "status", needed=True))
    known = KnownFailure(
        status, tuple(points), count, _text(entry, "reason"), _text(entry, "why"), _text(entry, "claim"), elements
    )
    content = _text(entry, "content", needed=not entry.get("case"))
    return _text(entry, "case"), _text(entry, "expr"), content, key, known


def _count(entry: dict[str, Any], key: str, *, least: int) -> int:
    count = entry.get(key, least)
    if not isinstance(count, int) or isinstance(count, bool) or count < least:
        raise InputFileError(f"`{key}` is a whole number from {least}")
    return count


def _text(entry: dict[str, Any], key: str, *, needed: bool = False) -> str:
    text = entry.get(key, "")
    if not isinstance(text, str):
        raise InputFileError(f"`{key}` is a string")
    if needed and not text:
        raise InputFileError(f"`{key}` is missing")
    return text
