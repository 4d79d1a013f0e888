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
from derivcheck.running.interface import Executor, Item, Matches, Piece
from derivcheck.running.limits import NO_LIMITS, Limits
from derivcheck.running.recording.fingerprint import Fingerprinted, fingerprinted
from derivcheck.running.recording.index import Place
from derivcheck.running.recording.records import Record, decode, encode, place_rows, write_rows
from derivcheck.running.recording.results_file import Existing, ResultsFile

_MAX_WAITING = 1024
"""Recorded portions that wait for one before them to be checked; with more of them a stretch ends."""


def make_recorder(
    executor: Executor,
    output: str,
    existing: Existing,
    sources: Sequence[str],
    *,
    limits: Limits = NO_LIMITS,
    selection: str | None = None,
) -> Recorder:
    """Make an executor whose results are kept in a file.

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
    return Recorder(
        executor, ResultsFile(output, existing=existing, inputs=sources, limits=limits, selection=selection)
    )


@dataclass(frozen=True, slots=True)
class Recorder:
    """Checks the portions of the cases that a file does not hold, and adds them to it.

    What comes out is what the other executor alone would give, in the same order. The file is as it should be when the
    iterator has come to its end, and complete as far as it got where it is closed before.

    Attributes:
        executor: what checks those, each as an item of its own.
        file: the results; the executor may run once.
    """

    executor: Executor
    file: ResultsFile

    def run(self, items: Iterable[Item]) -> Generator[Piece]:
        """Yield the pieces of the items, recorded and new.

        Raises:
            InputFileError: where the file cannot be continued.
            OutputFileError: where it cannot be written.
        """
        try:
            upcoming = _Upcoming(fingerprinted(items))
            yield from self._keep_unchanged(upcoming)
            if upcoming.is_done:
                self.file.drop_rest()
            else:
                self.file.begin_appending()
            while not upcoming.is_done:
                yield from self._replay_found(upcoming)
                yield from self._check_stretch(upcoming)
            self.file.finish()
        finally:
            self.file.close()

    def _keep_unchanged(self, upcoming: _Upcoming) -> Iterator[Piece]:
        """Give the portions whose records stand in the file just as they should."""
        for next_one in upcoming:
            record = None if self.file.is_marked else self.file.next_record()
            results = None if record is None else self._unchanged(next_one, record)
            if results is None:
                upcoming.push_back(next_one)
                return
            self.file.keep_record()
            yield _make_piece(next_one, results)

    def _replay_found(self, upcoming: _Upcoming) -> Iterator[Piece]:
        """Give the portions that are found in the file, up to the first that is not."""
        for next_one in upcoming:
            place = self.file.find(next_one.fingerprint)
            if place is None:
                upcoming.push_back(next_one)
                return
            yield self._replay(next_one, place)

    def _check_stretch(self, upcoming: _Upcoming) -> Iterator[Piece]:
        """Check the portions that are not in the file, and give those that are found between them."""
        if upcoming.is_done:
            return
        plan: deque[tuple[Fingerprinted, Place | None]] = deque()
        found, replayed = 0, 0

        def unknown_items() -> Iterator[Item]:  # perhaps in a thread of the executor's
            nonlocal found
            for next_one in upcoming:
                place = self.file.find(next_one.fingerprint)
                plan.append((next_one, place))
                if place is None:
                    yield next_one.portion.item
                else:
                    found += 1
                    if found - replayed > _MAX_WAITING:
                        return

        found_in: list[Piece] = []
        with closing(self.executor.run(unknown_items())) as pieces:
            for piece in pieces:
                while (place := plan[0][1]) is not None:
                    replayed += 1
                    yield self._replay(plan.popleft()[0], place)
                found_in.append(piece)
                if piece.last:
                    yield self._add(plan.popleft()[0], found_in)
                    found_in.clear()
        for waiting, place in plan:
            assert place is not None, "the executor ended before its items"
            yield self._replay(waiting, place)

    def _replay(self, found: Fingerprinted, place: Place) -> Piece:
        """Give the results that stand at a place of the file, and write them where they belong now."""
        results = decode(found.portion, self.file.read(place))
        self.file.append(encode(found, results, self.file.selection), is_new=False)
        return _make_piece(found, results)

    def _add(self, checked: Fingerprinted, pieces: Sequence[Piece]) -> Piece:
        """Write down the rows of a portion that was checked, in a piece or several."""
        rows = (write_rows(piece.results) if piece.lines is None else piece.lines for piece in pieces)
        self.file.append(place_rows(checked, b"\n".join(filter(None, rows)), self.file.selection))
        results = tuple([result for piece in pieces for result in piece.results])
        wrts = dict.fromkeys(wrt for piece in pieces for wrt in piece.matches.wrts)
        matches = Matches(sum(piece.matches.count for piece in pieces), tuple(wrts))
        return Piece(checked.item, results, checked.portion.is_last, matches)

    def _unchanged(self, wanted: Fingerprinted, record: Record) -> tuple[Result, ...] | None:
        """Read a record that is the portion's and would be written just so again; None for any other record."""
        if record.fingerprint != wanted.fingerprint or not record.is_final(self.file.limits):
            return None
        results = decode(wanted.portion, record)
        return results if encode(wanted, results, self.file.selection) == record.raw else None


def _make_piece(of: Fingerprinted, results: tuple[Result, ...]) -> Piece:
    return Piece(of.item, results, of.portion.is_last)


class _Upcoming:
    """The portions to come; one that was taken can be put back."""

    def __init__(self, coming: Iterator[Fingerprinted]) -> None:
        self._coming = coming
        self._back: Fingerprinted | None = None
        self.is_done = False

    def __iter__(self) -> Iterator[Fingerprinted]:
        return self

    def __next__(self) -> Fingerprinted:
        if self._back is not None:
            first, self._back = self._back, None
            return first
        try:
            return next(self._coming)
        except StopIteration:
            self.is_done = True
            raise

    def push_back(self, first: Fingerprinted) -> None:
        """Let this be the next one again."""
        self._back = first
