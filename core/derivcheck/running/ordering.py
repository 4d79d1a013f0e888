"""Work that is done in any order and handed on in the order of the chunks, a bounded number of them at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from typing import Protocol, TypeVar

from derivcheck.running.chunks import Chunk


class Promise(Protocol):
    """What will have been answered: a future, of whichever library."""

    def done(self) -> bool:
        """Whether it is."""


P = TypeVar("P", bound=Promise)


def keep_order(chunks: Iterable[Chunk], submit: Callable[[Chunk], P], width: int) -> Generator[tuple[Chunk, P]]:
    """Each chunk with its promise, in order; at most `width` of them wait for the first one to be kept.

    What is done is handed on before another chunk is read: the input may be slow.
    """
    waiting: deque[tuple[Chunk, P]] = deque()
    for chunk in chunks:
        waiting.append((chunk, submit(chunk)))
        while waiting and (len(waiting) >= width or waiting[0][1].done()):
            yield waiting.popleft()
    while waiting:
        yield waiting.popleft()
