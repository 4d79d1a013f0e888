"""The shards of a stream: which items are checked here where several runs share the work."""

from __future__ import annotations

import heapq
import re
import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from derivcheck.errors import CaseError
from derivcheck.model import Case
from derivcheck.reporting.outcomes.summary import Summary
from derivcheck.running.interface import Item


@dataclass(frozen=True, slots=True)
class Shard:
    """One of several runs over the same items, counted from 1."""

    index: int
    count: int

    def __str__(self) -> str:
        return f"{self.index}/{self.count}"


@dataclass(slots=True)
class Sharded:
    """The items of one shard.

    An item goes to the shard that has the fewest points so far, the first of them if several have: so the shards of the
    same items are disjoint, cover all of them, and differ by no more points than the largest case has. Nothing but the
    items counts, neither the workers nor the machine.

    Attributes:
        shard: which one.
        elsewhere: how many items so far belong to other shards.

    Example:
        >>> items = [Case(expr=expr) for expr in "abcde"]
        >>> [item.expr for item in Sharded(Shard(2, 2)).of(items)]
        ['b', 'd']
    """

    shard: Shard
    elsewhere: int = 0

    def of(self, items: Iterable[Item]) -> Iterator[Item]:
        """Choose the items that belong to the shard, in order."""
        loads = [(0, index) for index in range(1, self.shard.count + 1)]
        for item in items:
            load, index = loads[0]
            heapq.heapreplace(loads, (load + _count_points(item), index))
            if index == self.shard.index:
                yield item
            else:
                self.elsewhere += 1

    def tell(self, summary: Summary) -> None:
        """Say in the summary how many belong to other shards."""
        summary.elsewhere = self.elsewhere


def read_shard(text: str) -> Shard:
    """Read a shard such as `2/8`; CaseError where it is none."""
    found = re.fullmatch(r"\s*(\d{1,6})\s*/\s*(\d{1,6})\s*", text, re.ASCII)
    if not found or not 1 <= int(found[1]) <= int(found[2]):
        raise CaseError(f"{text!r} is no shard", hint="write 2/8 for the second of eight")
    return Shard(int(found[1]), int(found[2]))


def shard_of(selection: str) -> tuple[str, Shard] | None:
    """Split a selection into the shard that it names and the rest; None where it names no shard.

    Example:
        >>> shard_of("-k sin --shard 2/8")
        ('-k sin', Shard(index=2, count=8))
    """
    try:
        *others, option, shard = ["", "", *shlex.split(selection)]
        return (shlex.join(filter(None, others)), read_shard(shard)) if option == "--shard" else None
    except (ValueError, CaseError):  # nothing that a run has written
        return None


def _count_points(item: Item) -> int:
    return max(1, len(item.at)) if isinstance(item, Case) else 1
