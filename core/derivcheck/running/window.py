"""Work that is done in any order and handed on in the order of the chunks, a bounded number of them at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from typing import Protocol, TypeVar

from derivcheck.running.chunks import Chunk

T_co = TypeVar("T_co", covariant=True)


class Promise(Protocol[T_co]):
    """A future, of whichever library."""

    def done(self) -> bool:
        """Whether there is an answer."""

    def result(self) -> T_co:
        """The answer, once there is one."""


def in_order(
    chunks: Iterable[Chunk], submit: Callable[[Chunk], Promise[T_co]], width: int
) -> Generator[tuple[Chunk, Promise[T_co]]]:
    """Each chunk with its promise, in order; at most `width` of them wait for the first one to be kept.

    What is done is handed on before another chunk is read: the input may be slow.
    """
    waiting: deque[tuple[Chunk, Promise[T_co]]] = deque()
    for chunk in chunks:
        waiting.append((chunk, submit(chunk)))
        while waiting and (len(waiting) >= width or waiting[0][1].done()):
            yield waiting.popleft()
    while waiting:
        yield waiting.popleft()
