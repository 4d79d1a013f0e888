"""What goes into a run and what comes out of it."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol

from derivcheck.case_files.unreadable import Unreadable
from derivcheck.model import Case, Result

Item = Case | Unreadable
"""What stands in a stream of cases."""


class Wanted(Enum):
    """What of the Results somebody will look at: a worker makes it, under its limits, and not whoever looks."""

    FINDINGS = auto()
    """The points at which something does not pass, with their formulas."""
    ROWS = auto()
    """Every Result as well, the formulas of those apart."""
    FORMULAS = auto()
    """Every Result with its formula."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Some Results of one item, in order; a case with many points comes in several pieces.

    Attributes:
        item: the case as it was read, or what stands in its place.
        results: Results, perhaps none; Rows where a case has so many points that those which pass are left to be made.
        last: whether the item is done.
    """

    item: Item
    results: Sequence[Result]
    last: bool


class Executor(Protocol):
    """Checks a stream of cases."""

    def run(self, items: Iterable[Item]) -> Generator[Piece]:
        """The pieces of every item, in the order of the items; closing the iterator ends the run."""
