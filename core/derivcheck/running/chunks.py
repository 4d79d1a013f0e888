"""The chunks of a stream of cases: what is checked in one go, whoever checks it.

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
class Entry:
    """An item of a chunk, or some points of one.

    Attributes:
        item: the item; of a case with many points, the case with some of them.
        first, last: whether these are the item's first points, and its last ones.
    """

    item: Item
    first: bool = True
    last: bool = True

    @property
    def is_whole(self) -> bool:
        """Whether it is the whole item."""
        return self.first and self.last


Chunk = tuple[Entry, ...]


def chunked(items: Iterable[Item], most: int = MAX_ITEMS) -> Iterator[Chunk]:
    """The chunks of the stream, in order.

    Args:
        items: the stream.
        most: items in a chunk, where messages cost more than between processes of one machine.
    """
    chunk: list[Entry] = []
    points = 0
    for item in items:
        for entry in entries(item):
            size = _points(entry.item)
            if chunk and (len(chunk) >= most or points + size > MAX_POINTS):
                yield tuple(chunk)
                chunk, points = [], 0
            chunk.append(entry)
            points += size
    if chunk:
        yield tuple(chunk)


def entries(item: Item) -> Iterator[Entry]:
    """The item, or its points in portions. What comes out of an entry depends on that entry alone."""
    if isinstance(item, Unreadable) or len(item.at) <= portion(item):
        yield Entry(item)
        return
    most = portion(item)
    for first in range(0, len(item.at), most):
        part = item.at[first : first + most]
        yield Entry(replace(item, at=part), first=not first, last=first + most >= len(item.at))


def portion(case: Case) -> int:
    """How many of a case's points are checked in one go."""
    return BLOCK if is_plain(case) else MAX_POINTS


def _points(item: Item) -> int:
    return max(1, len(item.at)) if isinstance(item, Case) else 1
