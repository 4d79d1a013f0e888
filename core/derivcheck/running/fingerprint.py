"""The fingerprint of a case: a hash of all that determines its Results."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version

from derivcheck.case_files.unreadable import Unreadable
from derivcheck.model import Status
from derivcheck.running.interface import Item
from derivcheck.serialize import SCHEMA

_DISTRIBUTIONS = ("derivcheck", "torch", "sympy", "python-flint")
"""What has a part in the numbers and in the words: another version of one of them may say something else."""

_DIGITS = 32


def fingerprint(item: Item) -> str:
    """The fingerprint of a case, or of some of its points: 32 hexadecimal digits.

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
            SCHEMA,
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
        ]
    )


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
