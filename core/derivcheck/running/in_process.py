"""The executor that checks in this very process, without supervision."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import dataclass

from derivcheck.running.chunk_checking import check_chunk
from derivcheck.running.chunks import make_chunks
from derivcheck.running.interface import ROWS, Item, Piece, Wanted


@dataclass(frozen=True, slots=True)
class InProcess:
    """Checks the chunks that a pool of workers would check, here.

    Attributes:
        wanted: what of the Results somebody will look at.
    """

    wanted: Wanted = ROWS

    def run(self, items: Iterable[Item]) -> Generator[Piece]:
        """Check the items, and yield the pieces as they come."""
        # It loads torch: what is wrong with the files of the run has been told by now.
        from derivcheck.running.pool.preloaded import use_one_thread

        use_one_thread()
        for chunk in make_chunks(items):
            yield from check_chunk(chunk, wanted=self.wanted)
