"""Executors that check in this very process, without supervision."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import dataclass

from derivcheck.case_files.unreadable import Unreadable
from derivcheck.running.chunks import chunked
from derivcheck.running.interface import ROWS, Item, Piece, Wanted
from derivcheck.running.work import Checker, check_chunk, guarded


@dataclass(frozen=True, slots=True)
class OneByOne:
    """Hands on each Result as soon as it is there.

    Attributes:
        check: what checks a case.
    """

    check: Checker

    def run(self, items: Iterable[Item]) -> Generator[Piece]:
        """The pieces, a Result each."""
        for item in items:
            if isinstance(item, Unreadable):
                yield Piece(item, (item.result(),), last=True)
                continue
            for result in guarded(self.check, item):
                yield Piece(item, (result,), last=False)
            yield Piece(item, (), last=True)


@dataclass(frozen=True, slots=True)
class InProcess:
    """Checks the chunks that a pool of workers would check, here.

    Attributes:
        wanted: what of the Results somebody will look at.
    """

    wanted: Wanted = ROWS

    def run(self, items: Iterable[Item]) -> Generator[Piece]:
        """The pieces, as they come."""
        from derivcheck.running.workers.preloaded import settle

        settle()
        for chunk in chunked(items):
            yield from check_chunk(chunk, wanted=self.wanted)
