"""Work that is done in any order and handed on in the order of the chunks, a bounded number of them at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from typing import Protocol, TypeVar

from derivcheck.running.chunks import Chunk


class Promise(Protocol):
    """A future, of whichever library."""

    def done(self) -> bool:
        """Whether the answer is there."""


P = TypeVar("P", bound=Promise)


def keep_order(chunks: Iterable[Chunk], submit: Callable[[Chunk], P], width: int) -> Generator[tuple[Chunk, P]]:
    """Submit chunk after chunk, and yield each with its promise, in the order of the chunks.

    A promise is yielded before another chunk is read if its answer is there: the input may be slow.

    Args:
        chunks: the chunks.
        submit: starts the work on one.
        width: how many may be at work or wait for the first of them; then the first is yielded, done or not.
    """
    waiting: deque[tuple[Chunk, P]] = deque()
    for chunk in chunks:
        waiting.append((chunk, submit(chunk)))
        while waiting and (len(waiting) >= width or waiting[0][1].done()):
            yield waiting.popleft()
    while waiting:
        yield waiting.popleft()
