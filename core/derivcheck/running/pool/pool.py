"""The executor that checks in worker processes on this machine."""

from __future__ import annotations

import os
import queue
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from derivcheck.case_files.unreadable import Unreadable
from derivcheck.running.chunks import Chunk, make_chunks
from derivcheck.running.interface import ROWS, Item, Piece, Wanted
from derivcheck.running.limits import Limits
from derivcheck.running.ordering import keep_order
from derivcheck.running.pool.slot import Answer, Slots
from derivcheck.running.pool.stopped_cases import stopped_piece
from derivcheck.running.pool.transport import unpack_pieces
from derivcheck.workers.fork_server import end_server
from derivcheck.workers.stop import Stop

AHEAD = 16
LEAST_AHEAD = 128
"""Chunks in flight for each worker, and for any number of them: the others need not wait while one case hangs."""


@dataclass(frozen=True, slots=True)
class Pool:
    """Checks in workers, which are started as there is work for them.

    Attributes:
        jobs: how many workers there are at most.
        limits: what a case may take.
        wanted: what of the Results somebody will look at.
    """

    jobs: int
    limits: Limits
    wanted: Wanted = ROWS

    def run(self, items: Iterable[Item]) -> Generator[Piece]:
        """Check the items in workers, and yield the pieces in the order of the items."""
        slots = Slots(self.jobs, self.limits, wanted=self.wanted)
        threads = ThreadPoolExecutor(self.jobs, thread_name_prefix="derivcheck-slot")

        def submit(chunk: Chunk) -> _Answers:
            answers = _Answers()
            answers.all_there = threads.submit(answers.take, slots.check(chunk))
            return answers

        try:
            for chunk, answers in keep_order(make_chunks(items), submit, max(LEAST_AHEAD, AHEAD * self.jobs)):
                yield from make_pieces(chunk, answers, self.limits)
        finally:
            slots.abandon()
            if slots.is_starting:  # it imports torch and SymPy for seconds, for nobody
                end_server(os.getpid())
            threads.shutdown(wait=True, cancel_futures=True)
            slots.close()


class _Answers:
    """The answers to a chunk, which one thread finds and another hands on as they come.

    Attributes:
        all_there: done when there are no more; raises what ended them.
    """

    all_there: Future[None]

    def __init__(self) -> None:
        self._found: queue.SimpleQueue[Answer | None] = queue.SimpleQueue()

    def take(self, answers: Iterable[Answer]) -> None:
        """Take the answers from where they are found."""
        try:
            for answer in answers:
                self._found.put(answer)
        finally:
            self._found.put(None)

    def done(self) -> bool:
        """Whether they are all there."""
        return self.all_there.done()

    def __iter__(self) -> Iterator[Answer]:
        while (answer := self._found.get()) is not None:
            yield answer
        self.all_there.result()


def make_pieces(chunk: Chunk, answers: Iterable[Answer], limits: Limits) -> Iterator[Piece]:
    """Make the pieces of a chunk from the answers to it."""
    for answer in answers:
        portions = chunk[answer.first : answer.first + answer.count]
        if isinstance(answer.found, Stop):
            for portion in portions:
                yield stopped_piece(portion, answer.found, limits)
        elif answer.found is None:
            for portion in portions:
                assert isinstance(portion.item, Unreadable), "a case was not checked"
                yield Piece(portion.item, (portion.item.result(),), portion.is_last)
        else:
            yield from unpack_pieces(portions, answer.found)
