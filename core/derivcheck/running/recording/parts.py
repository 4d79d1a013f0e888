"""The parts of a stream of cases: what a file of results holds in one piece, and resumes at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from derivcheck.case_files.unreadable import Unreadable
from derivcheck.running.chunks import entries, portion
from derivcheck.running.interface import Item
from derivcheck.running.recording.fingerprint import fingerprint


@dataclass(frozen=True, slots=True)
class Part:
    """An item, or some points of a case.

    Attributes:
        item: the item that it is a part of.
        here: the item with these points alone.
        piece: which of the item's parts this is, from 0.
        pieces: how many there are.
        fingerprint: the fingerprint of `here`.
    """

    item: Item
    here: Item
    piece: int
    pieces: int
    fingerprint: str

    @property
    def is_last(self) -> bool:
        """Whether the item ends with it."""
        return self.piece == self.pieces - 1


def parts(items: Iterable[Item]) -> Iterator[Part]:
    """The parts of the items, in order."""
    for item in items:
        pieces = 1 if isinstance(item, Unreadable) else max(1, -(-len(item.at) // portion(item)))
        for piece, entry in enumerate(entries(item)):
            yield Part(item, entry.item, piece, pieces, fingerprint(entry.item))
