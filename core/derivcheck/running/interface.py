"""What goes into a run and what comes out of it."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum, auto
from typing import Protocol

from derivcheck.case_files.unreadable import Unreadable
from derivcheck.model import Case, Result, Wrt

Item = Case | Unreadable
"""What stands in a stream of cases."""


class Formulas(IntEnum):
    """Whose formulas somebody will look at; each of these takes in those before. SymPy needs 25 ms to collect one."""

    NONE = auto()
    """Nobody's."""
    FAILURES = auto()
    """Those of a case that fails, at the points at which something does not pass."""
    FINDINGS = auto()
    """The same of a case that warns."""
    REMARKABLE = auto()
    """Those of every case that does not simply match."""
    ALL = auto()
    """Every Result's."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of the Results somebody will look at: a worker makes it, under its limits, and not whoever looks.

    Attributes:
        rows: whether every Result is looked at; else those that match may be counted only.
        formulas: whose formulas are.
        written: whether every Result is written down, with the formulas that records do not leave out.
        filed: whether it is written to a file of results: where there are many points of one case, their lines are made
            at once, and of those that match nothing else.
        explained: whether what does not match is explained.

    Example:
        >>> Wanted(rows=True) | Wanted(formulas=Formulas.FINDINGS)
        Wanted(rows=True, formulas=<Formulas.FINDINGS: 3>, written=False, filed=False, explained=False)
    """

    rows: bool = False
    formulas: Formulas = Formulas.NONE
    written: bool = False
    filed: bool = False
    explained: bool = False

    def __or__(self, other: Wanted) -> Wanted:
        return Wanted(
            self.rows or other.rows,
            max(self.formulas, other.formulas),
            written=self.written or other.written,
            filed=self.filed or other.filed,
            explained=self.explained or other.explained,
        )


TALLY = Wanted()
ROWS = Wanted(rows=True)
RECORD = Wanted(rows=True, written=True)
FILED = Wanted(written=True, filed=True)
EVERYTHING = Wanted(rows=True, formulas=Formulas.ALL)


@dataclass(frozen=True, slots=True)
class Matches:
    """Results that match, and that nobody looks at.

    Attributes:
        count: how many.
        wrts: what they are about.
    """

    count: int = 0
    wrts: tuple[Wrt, ...] = ()


@dataclass(frozen=True, slots=True)
class Piece:
    """Some Results of one item, in order; a case with many points comes in several pieces.

    Attributes:
        item: the case as it was read, or what stands in its place.
        results: Results, perhaps none.
        last: whether the item is done.
        matches: what there is beside these.
        lines: all rows as lines of a file of results, without their place in the run; None where they are written from
            the Results, which are then all there.
    """

    item: Item
    results: Sequence[Result]
    last: bool
    matches: Matches = Matches()
    lines: bytes | None = None


class Executor(Protocol):
    """Checks a stream of cases."""

    def run(self, items: Iterable[Item]) -> Generator[Piece]:
        """Check the items, and yield the pieces of each in their order; closing the iterator ends the run."""
