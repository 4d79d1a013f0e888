"""Case files for tests: what is read of one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from derivcheck.case_files import Unreadable, read_cases
from derivcheck.model import Case

Write = Callable[[str, str | bytes], str]
"""Writes a file of a name with a content, and returns its path."""


def cases(path: str, **options: Any) -> list[Case]:
    """The cases of a file in which every case is sound."""
    found = list(read_cases(path, **options))
    assert [] == [item.error.render() for item in found if isinstance(item, Unreadable)]
    return [item for item in found if isinstance(item, Case)]


def outline(path: str) -> list[str | tuple[int | None, str | None, str]]:
    """For each item the expression of a case, or line, key and message of an error."""
    items: list[str | tuple[int | None, str | None, str]] = []
    for item in read_cases(path):
        if isinstance(item, Case):
            items.append(item.expr)
        else:
            where = item.error.location
            assert where is not None
            assert path == where.file
            items.append((where.line, where.key, item.error.message))
    return items
