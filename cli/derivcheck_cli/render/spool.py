"""Pieces of a report in temporary files, one for each severity, so that what fails can be written first."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from itertools import islice
from typing import TextIO

from derivcheck.model import Severity

WORST_FIRST = tuple(sorted(Severity, key=lambda severity: -severity.rank))
"""The order of a report: what could not be run, what fails, what warns, what passes."""


class Spool:
    r"""Keeps lines by severity until the report is written.

    Example:
        >>> with Spool() as spool:
        ...     count = spool.add(Severity.PASS, "good") + spool.add(Severity.FAIL, "bad")
        ...     spool.rewind()
        ...     list(spool.lines(Severity.FAIL, 1)), list(spool.lines(Severity.PASS, 1))
        (['bad\n'], ['good\n'])
    """

    def __init__(self) -> None:
        self._files: dict[Severity, TextIO] = {}

    def __enter__(self) -> Spool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def add(self, severity: Severity, text: str) -> int:
        """Keep a text, and return how many lines it has."""
        if severity not in self._files:
            self._files[severity] = tempfile.TemporaryFile("w+", encoding="utf-8", newline="\n")  # noqa: SIM115
        self._files[severity].write(f"{text}\n")
        return text.count("\n") + 1

    def rewind(self) -> None:
        """Start reading: `lines` gives the first lines of each severity next."""
        for file in self._files.values():
            file.seek(0)

    def lines(self, severity: Severity, count: int | None = None) -> Iterator[str]:
        """The next lines of a severity, `count` of them or all."""
        return islice(self._files[severity], count) if severity in self._files else iter(())

    def close(self) -> None:
        """Drop everything."""
        for file in self._files.values():
            file.close()
