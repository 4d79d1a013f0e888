"""The executor that checks in this very process, without supervision."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import dataclass

from derivcheck.running.chunks import chunked
from derivcheck.running.interface import ROWS, Item, Piece, Wanted
from derivcheck.running.work import check_chunk


@dataclass(frozen=True, slots=True)
class InProcess:
    """Checks the chunks that a pool of workers would check, here.

    Attributes:
        wanted: what of the Results somebody will look at.
    """

    wanted: Wanted = ROWS

    def run(self, items: Iterable[Item]) -> Generator[Piece]:
        """The pieces, as they come."""
        from derivcheck.running.pool.preloaded import settle

        settle()
        for chunk in chunked(items):
            yield from check_chunk(chunk, wanted=self.wanted)
