"""The fingerprint of a case: a hash of all that determines its Results."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from derivcheck.case_files.unreadable import Unreadable
from derivcheck.errors import CaseError
from derivcheck.inputs.named_files import SIGN, folder_of, named_file, path_beside
from derivcheck.model import Case, OwnFunction, Status
from derivcheck.running.chunks import Portion, divide
from derivcheck.running.interface import Item

_DISTRIBUTIONS = ("derivcheck", "torch", "sympy", "python-flint")
"""What has a part in the numbers and in the words: another version of one of them may say something else."""

_DIGITS = 32

_MEANING = 1
"""Raised where records that were made of a case say something else than they would now. It is no schema: records of
schema 1 still hold."""


class Fingerprinted(NamedTuple):
    """A portion of an item, and its fingerprint, by which its record is found."""

    item: Item
    portion: Portion
    fingerprint: str


def fingerprinted(items: Iterable[Item]) -> Iterator[Fingerprinted]:
    """Divide items into portions, and take the fingerprint of each."""
    for item in items:
        for portion in divide(item):
            yield Fingerprinted(item, portion, fingerprint(portion.item))


def fingerprint(item: Item) -> str:
    """Take the fingerprint of a case, or of some of its points: 32 hexadecimal digits.

    A case's name and place do not count, since its Results are the same under another name and on another line.

    Example:
        >>> from derivcheck.model import Case
        >>> here, there = Case("x**2", name="here"), Case("x**2", name="there")
        >>> fingerprint(here) == fingerprint(there), fingerprint(here) == fingerprint(Case("x**3"))
        (True, False)
    """
    if isinstance(item, Unreadable):
        return _hash(["unreadable", item.expr, item.error.message])
    return _hash(
        [
            _MEANING,
            _versions(),
            item.expr,
            [list(point.items()) for point in item.at],
            item.wrt,
            item.order,
            [mode.value for mode in item.modes],
            item.dtype and item.dtype.label,
            item.device,
            item.value,
            list(item.derivative.items()),
            item.tolerance and [item.tolerance.rtol, item.tolerance.atol],
            item.allow_unused,
            item.expect.label
            if isinstance(item.expect, Status)
            else item.expect and [(wrt, status.label) for wrt, status in item.expect.items()],
            item.why,
            [
                [own.name, own.params, own.formula, own.surrogate, *_code(own.code), *_further_parts(own)]
                for own in item.functions
            ],
            item.checklist and [item.checklist.only, item.checklist.skip],
            *_later_parts(item),
        ]
    )


def _later_parts(case: Case) -> Iterator[object]:
    """Give what only points with shapes and hunts have; nothing for other cases, so that their records of old hold."""
    if case.const or case.seed:
        yield case.const, case.seed
    if case.is_strict:
        yield "strict"
    if case.search is not None:
        ranges = [(one.name, one.low, one.high) for one in case.search.ranges]
        yield "search", ranges, case.search.budget, case.search.exhaustive
    named = {text for point in case.at for text in point.values() if text.lstrip().startswith(SIGN)}
    folder = folder_of(case.location) if named else None
    yield from ([text, _hash_of_file(text, folder)] for text in sorted(named))


def _further_parts(own: OwnFunction) -> Iterator[object]:
    """Give what a function may have besides formula and code; nothing of any other, so that its records of old hold."""
    if own.order and own.order != own.params:
        yield ["order", own.order]
    if own.constants:
        yield ["constants", [(name, type(value).__name__, repr(value)) for name, value in own.constants]]
    if own.gradients:
        yield ["gradients", own.gradients, own.is_linear]
    if own.domain is not None:
        yield ["domain", own.domain]


def _hash_of_file(text: str, folder: Path | None) -> str:
    """Hash the file that a value names, `@weights.pt:layer.weight`; its name alone is no record of what it holds."""
    named = named_file(text)
    try:
        path = path_beside(named[0], folder, "the file") if named else Path()
        if not path.is_file():
            return "unknown"
        changed = path.stat()
        return _hash_of_content(str(path), changed.st_mtime_ns, changed.st_size)
    except (CaseError, OSError, ValueError):
        return "unknown"


@lru_cache(maxsize=256)
def _hash_of_content(name: str, *_: int) -> str:
    """Hash a file as it was at a time, with a size; a case of many points asks again and again."""
    with open(name, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _code(code: object) -> tuple[str, str]:
    """Say where a function's code is, with a hash of its file; the files that it imports are not looked at."""
    where, _, _ = str(code).rpartition(":")
    file: str | None = where
    if not Path(where).is_file():
        with suppress(ImportError, ValueError, AttributeError):
            spec = find_spec(where)
            file = None if spec is None else spec.origin
    try:
        return str(code), hashlib.sha256(Path(file or "").read_bytes()).hexdigest()
    except OSError:
        return str(code), "unknown"


def _hash(data: object) -> str:
    return hashlib.sha256(json.dumps(data, separators=(",", ":")).encode()).hexdigest()[:_DIGITS]


@lru_cache(maxsize=1)
def _versions() -> list[str]:
    return [f"{name} {_version(name)}" for name in _DISTRIBUTIONS]


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "unknown"
