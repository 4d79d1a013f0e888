"""An executor that writes down what another one finds, and does not ask it for what is written down already."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from derivcheck.case_files import STDIN
from derivcheck.errors import InputFileError, Location
from derivcheck.model import Result
from derivcheck.running.interface import Executor, Item, Piece
from derivcheck.running.limits import NO_LIMITS, Limits
from derivcheck.running.recording.index import Place
from derivcheck.running.recording.parts import Part, parts
from derivcheck.running.recording.records import Record, decode, encode
from derivcheck.running.recording.results_file import Existing, ResultsFile

_MAX_WAITING = 1024
"""Recorded parts that wait for a part before them to be checked; more end the stretch."""


def recorded(
    executor: Executor,
    output: str,
    existing: Existing,
    sources: Sequence[str],
    *,
    limits: Limits = NO_LIMITS,
    selection: str | None = None,
) -> Recorded:
    """An executor whose results are kept in a file.

    Args:
        executor: what checks the cases.
        output: the file.
        existing: what becomes of results that are there.
        sources: the case files; the results of one that is missing are not to be dropped for that.
        limits: what a case may take; one that met another limit is checked again.
        selection: what chooses among the cases; None where all are checked.

    Raises:
        OutputFileError: where the file cannot be written, or must not be.
        InputFileError: where a case file is missing on resuming.
    """
    if existing is Existing.RESUME:
        for source in sources:
            if source != STDIN and not Path(source).exists():
                hint = "without its cases, their results would be dropped"
                raise InputFileError("there is no such file", hint=hint, location=Location(source))
    return Recorded(
        executor, ResultsFile(output, existing=existing, inputs=sources, limits=limits, selection=selection)
    )


@dataclass(frozen=True, slots=True)
class Recorded:
    """Checks the parts of the cases that a file does not hold, and adds them to it.

    What comes out is what the other executor alone would give, in the same order. The file is as it should be when the
    iterator has come to its end, and complete as far as it got where it is closed before.

    Attributes:
        executor: what checks the others, each part as an item of its own.
        file: the results; the executor may run once.
    """

    executor: Executor
    file: ResultsFile

    def run(self, items: Iterable[Item]) -> Generator[Piece]:
        """The pieces, recorded and new.

        Raises:
            InputFileError: where the file cannot be continued.
            OutputFileError: where it cannot be written.
        """
        try:
            todo = _Todo(parts(items))
            yield from self._kept(todo)
            if todo.is_done:
                self.file.drop_rest()
            else:
                self.file.go_on()
            while not todo.is_done:
                yield from self._found(todo)
                yield from self._stretch(todo)
            self.file.finish()
        finally:
            self.file.close()

    def _kept(self, todo: _Todo) -> Iterator[Piece]:
        """The parts whose records stand in the file just as they should."""
        for part in todo:
            record = None if self.file.is_marked else self.file.next()
            results = None if record is None else self._unchanged(part, record)
            if results is None:
                todo.push_back(part)
                return
            self.file.keep()
            yield Piece(part.item, results, part.is_last)

    def _found(self, todo: _Todo) -> Iterator[Piece]:
        """The parts that were found in the file, up to the first that was not."""
        for part in todo:
            place = self.file.find(part)
            if place is None:
                todo.push_back(part)
                return
            yield self._replayed(part, place)

    def _stretch(self, todo: _Todo) -> Iterator[Piece]:
        """The parts that have to be checked, and those that were found between them."""
        if todo.is_done:
            return
        plan: deque[tuple[Part, Place | None]] = deque()
        found, replayed = 0, 0

        def asked() -> Iterator[Item]:  # perhaps in a thread of the executor's
            nonlocal found
            for part in todo:
                place = self.file.find(part)
                plan.append((part, place))
                if place is None:
                    yield part.here
                else:
                    found += 1
                    if found - replayed > _MAX_WAITING:
                        return

        results: list[Result] = []
        with closing(self.executor.run(asked())) as pieces:
            for piece in pieces:
                while (place := plan[0][1]) is not None:
                    replayed += 1
                    yield self._replayed(plan.popleft()[0], place)
                results += piece.results
                if piece.last:
                    yield self._added(plan.popleft()[0], tuple(results))
                    results.clear()
        for part, place in plan:
            assert place is not None, "the executor ended before its items"
            yield self._replayed(part, place)

    def _replayed(self, part: Part, place: Place) -> Piece:
        results = decode(part, self.file.read(place))
        self.file.append(encode(part, results, self.file.selection), is_new=False)
        return Piece(part.item, results, part.is_last)

    def _added(self, part: Part, results: tuple[Result, ...]) -> Piece:
        self.file.append(encode(part, results, self.file.selection))
        return Piece(part.item, results, part.is_last)

    def _unchanged(self, part: Part, record: Record) -> tuple[Result, ...] | None:
        """The results of a record that is the part's, and would be written just so again; else None."""
        if record.fingerprint != part.fingerprint or not record.is_final(self.file.limits):
            return None
        results = decode(part, record)
        return results if encode(part, results, self.file.selection) == record.raw else None


class _Todo:
    """The parts to come; one that was taken can be put back."""

    def __init__(self, parts: Iterator[Part]) -> None:
        self._parts = parts
        self._back: Part | None = None
        self.is_done = False

    def __iter__(self) -> Iterator[Part]:
        return self

    def __next__(self) -> Part:
        if self._back is not None:
            part, self._back = self._back, None
            return part
        try:
            return next(self._parts)
        except StopIteration:
            self.is_done = True
            raise

    def push_back(self, part: Part) -> None:
        """Let `part` be the next one again."""
        self._back = part
