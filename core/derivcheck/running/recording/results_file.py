"""The file of a run's results: appended to, and rewritten where the cases have changed, so that a kill loses nothing.

As long as the file holds the pieces of the cases in their order, it is continued where it is. Where it does not, a new
one is written beside it, which takes its place at the end; until then the old one keeps all that it held, and what is
checked anew is appended to it as well, out of order. So whenever the run is killed, everything is in the file.

Once the run has come to its end, the last line is marked, or the only one written where there was no case: a file
without the mark may lack cases.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from enum import Enum, auto
from io import BufferedReader, FileIO
from pathlib import Path

from derivcheck.errors import InputFileError, Location
from derivcheck.running.limits import NO_LIMITS, Limits
from derivcheck.running.recording.index import Index, Place
from derivcheck.running.recording.records import CLOSING, END, Record, Records, line_without_cases
from derivcheck.running.recording.results_path import ResultsPath

_SECONDS_BETWEEN = 1.0
"""How often the disk is waited for; a kill of the process loses nothing in between, only one of the machine might."""

_BLOCK = 2**20
"""Bytes that are copied at once."""


class Existing(Enum):
    """What becomes of results that are in the file already."""

    REFUSE = auto()
    RESUME = auto()
    OVERWRITE = auto()


class ResultsFile:
    """A file that is being written.

    Args:
        path: its name.
        existing: what becomes of results that are there.
        inputs: files that the run reads, which it must not write to.
        limits: what a case may take in this run.
        selection: what chooses among the cases; None where all are checked.

    Raises:
        OutputFileError: where it cannot be written, or holds results that may not be touched.

    Attributes:
        limits, selection: as above.
        is_marked: whether the part that is kept ends where a run came to its end.
        dropped: once the run is complete, the cases whose results were there and were of no use to it.
    """

    def __init__(
        self,
        path: str,
        *,
        existing: Existing = Existing.REFUSE,
        inputs: Iterable[str] = (),
        limits: Limits = NO_LIMITS,
        selection: str | None = None,
    ) -> None:
        self._path = path
        self._at = at = ResultsPath(path)
        self.limits, self.selection = limits, selection
        self.is_marked = False
        self.dropped = 0
        self._lock: FileIO | None = None
        with at.failing():
            at.check_name(inputs)
            at.make_folder()
            if existing is Existing.OVERWRITE:
                at.check_content()
            self._old = FileIO(at.target, "ab")
            self._is_regular = at.is_regular
            with self._old_closed_on_failure():
                self._lock = at.lock(self._old) if self._is_regular else None
                self._begin(existing)
        self._reader: BufferedReader | None = None
        self._following: Iterator[Record] | None = None
        self._rest: Record | None = None
        self._kept = 0
        self._used = 0
        self._found = 0
        self._new: FileIO | None = None
        self._index: Index | None = None
        self._synced = time.monotonic()
        self._size: int | None = None

    @contextmanager
    def _old_closed_on_failure(self) -> Iterator[None]:
        """Let go of the file and its lock where it cannot be used, and not only once nobody refers to the error."""
        try:
            yield
        except BaseException:
            self._old.close()
            if self._lock is not None:
                self._lock.close()
            raise

    def _begin(self, existing: Existing) -> None:
        """See to it that the file can be written as it is asked for."""
        if not self._is_regular:
            return
        if existing is Existing.REFUSE and self._at.target.stat().st_size:
            hint = "--resume continues it, --overwrite begins anew"
            raise self._at.error("the file holds something already", hint)
        self._at.remove_part()
        if existing is Existing.OVERWRITE:
            self._old.truncate(0)

    # --- what is there ------------------------------------------------------------------------------------------------

    def next_record(self) -> Record | None:
        """Read the record that follows the last one that was kept; None where there is none.

        Raises:
            InputFileError: where the file is none of ours, or damaged.
        """
        if self._following is None:
            if not self._is_regular:
                return None
            self._reader = BufferedReader(FileIO(self._at.target, "rb"))
            self._following = self._check_records(Records(self._reader, self._path))
        if self._rest is None:
            self._rest = next(self._following, None)
        return self._rest

    def _check_records(self, records: Iterable[Record]) -> Iterator[Record]:
        try:
            yield from map(self._check_record, records)
        except InputFileError as error:
            error.hint = "it cannot be resumed: give another name, or begin anew with --overwrite"
            raise

    def _check_record(self, record: Record) -> Record:
        if record.fingerprint is None:
            where = Location(self._path, record.line)
            raise InputFileError("the row does not tell what it came of, as --output has it", location=where)
        if self.selection is not None and record.selection != self.selection:
            theirs = f"of {record.selection}" if record.selection else "of all cases"
            message = f"the results are those {theirs}, and this run is of {self.selection}: it would drop some"
            raise InputFileError(message, location=Location(self._path, record.line))
        return record

    def keep_record(self) -> None:
        """Leave the record that `next_record` has read as it is."""
        assert self._rest is not None
        self._used += self._rest.is_last
        self._kept, self.is_marked, self._rest = self._rest.end, self._rest.ends_run, None

    def begin_appending(self) -> None:
        """End the part that is kept, and get ready for `append`."""
        if self.next_record() is None:
            self._cut(self._kept - len(END) if self.is_marked else self._kept)
            if self.is_marked:
                with self._at.failing():
                    _write_all(self._old, CLOSING)
                self.is_marked = False
            return
        assert self._reader is not None
        # The rest is ordered otherwise than the cases: it is looked up, and the file written anew.
        self._reader.seek(0)
        records = Records(self._reader, self._path)
        self._index = Index(self._choose_final(records))
        self._cut(records.end)
        with self._at.failing():
            self._new = FileIO(self._at.part, "xb")
            shutil.copymode(self._at.target, self._at.part)
        self._copy()

    def _choose_final(self, records: Records) -> Iterator[Record]:
        for record in self._check_records(records):
            if record.is_final(self.limits):
                self._found += record.is_last
                yield record

    def drop_rest(self) -> None:
        """Drop whatever follows the part that is kept: a torn end, or other cases.

        Raises:
            InputFileError: where that is damaged, or of another selection.
        """
        while (record := self.next_record()) is not None:
            self.dropped += record.is_last and record.is_final(self.limits)
            self._rest = None
        self._cut(self._kept)

    def find(self, fingerprint: str) -> Place | None:
        """Find the record of that fingerprint; None where there is none."""
        return None if self._index is None else self._index.find(fingerprint)

    def read(self, place: Place) -> Record:
        """Read the record at a place."""
        assert self._reader is not None
        with self._at.failing("cannot be read"):
            self._reader.seek(place.start)
            record = next(iter(Records(self._reader, self._path)))
        self._used += record.is_last
        return record

    # --- what is written ----------------------------------------------------------------------------------------------

    def append(self, lines: bytes, *, is_new: bool = True) -> None:
        """Write a record, whether it is new or was read from here."""
        with self._at.failing():
            if self._new is not None:
                _write_all(self._new, lines)
            if is_new or self._new is None:
                self._append(lines)
        if time.monotonic() - self._synced > _SECONDS_BETWEEN:
            self._sync(self._old)

    def finish(self) -> None:
        """Mark the file, since all cases are done; where a new one was written, that takes its place."""
        self._check_untouched()
        if self._new is None:
            if self._is_regular and not self.is_marked:
                self._mark(self._at.target)
            return
        with self._at.failing():
            self._new.close()
            self._mark(self._at.part)
            self._close_old()
            self._at.part.replace(self._at.target)
            self._new = None
            self.dropped = self._found - self._used
            _sync_folder(self._at.target.parent)

    def close(self) -> None:
        """Let go of the file, finished or not."""
        if not self._old.closed:
            self._sync(self._old)
        self._close_old()
        if self._lock is not None:
            self._lock.close()
        if self._index is not None:
            self._index.close()
        if self._new is not None:
            self._new.close()
            self._at.part.unlink(missing_ok=True)

    def _append(self, lines: bytes) -> None:
        """Write at the end of the file, and take it back where that is not where it was."""
        self._check_untouched()
        _write_all(self._old, lines)
        if self._size is None:
            return
        self._size += len(lines)
        if self._old.tell() != self._size:
            self._old.truncate(self._old.tell() - len(lines))
            self._check_untouched()

    def _check_untouched(self) -> None:
        """Fail as soon as somebody else has shortened, removed or replaced the file while the run goes on.

        Raises:
            OutputFileError: what is written from then on would be lost, or would stand behind a gap.
        """
        if not self._is_regular:
            return
        found = os.fstat(self._old.fileno())
        if self._size is None:
            self._size = found.st_size
        with suppress(OSError):
            if os.path.samestat(found, self._at.target.stat()) and found.st_size == self._size:
                return
        now = "changed" if self._at.target.exists() and found.st_nlink else "removed"
        hint = "--resume goes on with what is in it" if now == "changed" else "run it again: nothing of it is left"
        raise self._at.error(f"somebody else has {now} the file while the run was writing to it", hint)

    # --- the disk -----------------------------------------------------------------------------------------------------

    def _cut(self, end: int) -> None:
        if self._is_regular:
            with self._at.failing():
                self._old.truncate(end)
            self._size = None
            self._sync(self._old)

    def _copy(self) -> None:
        """Copy what is kept into the new file."""
        assert self._new is not None
        with self._at.failing(), self._at.target.open("rb") as old:
            left = self._kept - len(END) if self.is_marked else self._kept
            while left and (block := old.read(min(left, _BLOCK))):
                _write_all(self._new, block)
                left -= len(block)
            if self.is_marked:
                _write_all(self._new, CLOSING)

    def _mark(self, path: Path) -> None:
        """Tell in the last line, by one write, that the run came to its end; in one of its own where it had no case."""
        with self._at.failing(), path.open("r+b", buffering=0) as file:
            if file.seek(0, os.SEEK_END):
                file.seek(-len(CLOSING), os.SEEK_END)
                file.write(END)
            else:
                file.write(line_without_cases(self.selection))
            os.fsync(file.fileno())

    def _sync(self, file: FileIO) -> None:
        self._synced = time.monotonic()
        if self._is_regular:
            with self._at.failing():
                os.fsync(file.fileno())

    def _close_old(self) -> None:
        self._old.close()
        if self._reader is not None:
            self._reader.close()


def _write_all(file: FileIO, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[file.write(view) or 0 :]


def _sync_folder(folder: Path) -> None:
    """Make the new name durable, where the system knows how."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
