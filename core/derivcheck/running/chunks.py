"""The portions of a stream of cases and its chunks: what is checked in one go, whoever checks it.

The boundaries follow from the cases alone, never from the workers, so that the same cases give the same bytes with any
number of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from derivcheck.case_files.unreadable import Unreadable
from derivcheck.checking.many_points.columns import BLOCK
from derivcheck.checking.many_points.rows import is_plain
from derivcheck.model import Case
from derivcheck.running.interface import Item

MAX_ITEMS = 16
"""Items in a chunk: few enough that all workers are busy near the end, many enough to outweigh a message's cost."""

MAX_POINTS = 256
"""Points in a chunk; a case with more is spread over several. One whose points go in one go has BLOCK in a chunk."""


@dataclass(frozen=True, slots=True)
class Portion:
    """An item, or some points of a case: what is checked as one, and recorded as one.

    Attributes:
        item: the item; of a case with many points, the case with some of them.
        index: which of the item's portions it is, from 0.
        count: how many portions the item has.
    """

    item: Item
    index: int = 0
    count: int = 1

    @property
    def is_whole(self) -> bool:
        """Whether it is the whole item."""
        return self.count == 1

    @property
    def is_last(self) -> bool:
        """Whether the item ends with it."""
        return self.index == self.count - 1


Chunk = tuple[Portion, ...]


def make_chunks(items: Iterable[Item], most: int = MAX_ITEMS) -> Iterator[Chunk]:
    """Put the portions of a stream into chunks, in order.

    Args:
        items: the stream.
        most: items in a chunk, where messages cost more than between processes of one machine.
    """
    chunk: list[Portion] = []
    points = 0
    for item in items:
        for portion in divide(item):
            size = _count_points(portion.item)
            if chunk and (len(chunk) >= most or points + size > MAX_POINTS):
                yield tuple(chunk)
                chunk, points = [], 0
            chunk.append(portion)
            points += size
    if chunk:
        yield tuple(chunk)


def divide(item: Item) -> Iterator[Portion]:
    """Divide an item into portions. What comes out of a portion depends on that portion alone.

    To an executor a portion is an item like any other: it does not divide it again.
    """
    most = MAX_POINTS if isinstance(item, Unreadable) or not is_plain(item) else BLOCK
    if isinstance(item, Unreadable) or len(item.at) <= most:
        yield Portion(item)
        return
    firsts = range(0, len(item.at), most)
    for index, first in enumerate(firsts):
        yield Portion(replace(item, at=item.at[first : first + most]), index, len(firsts))


def _count_points(item: Item) -> int:
    return max(1, len(item.at)) if isinstance(item, Case) else 1
