"""The pieces of runs that are over, from the files of their results."""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass

from derivcheck.case_files import STDIN, STDIN_LABEL
from derivcheck.case_files.unreadable import as_unreadable
from derivcheck.checking.late_formulas import recall
from derivcheck.checking.tensors.late_shaped_formulas import recall_of_tensor
from derivcheck.errors import InputFileError
from derivcheck.model import Case
from derivcheck.reporting.serialization.deserialize import Reader
from derivcheck.running.interface import Item, Piece
from derivcheck.running.recording.records import Records
from derivcheck.running.shards import shard_of

_LISTED = 8
"""Missing shards that are named."""

_NOTHING = "the file holds nothing: its run was interrupted before the first case, or printed jsonl and had no case"


@dataclass(frozen=True, slots=True)
class Replay:
    """Gives the recorded pieces again, file after file; what cannot be read is an error of its own.

    Attributes:
        files: the files, as `--output` or `--format jsonl` wrote them; "-" is standard input.
    """

    files: Sequence[str]

    def run(self, items: Iterable[Item] = ()) -> Generator[Piece]:  # noqa: ARG002 - an executor takes items
        """Read the files, and yield the pieces."""
        shards = _Shards()
        for file in self.files:
            try:
                stream = sys.stdin.buffer if file == STDIN else open(file, "rb")  # noqa: SIM115
            except (OSError, ValueError) as error:
                why = getattr(error, "strerror", None) or error
                yield _error_piece(InputFileError(f"cannot be read: {why}"), file)
                continue
            with nullcontext(stream) if file == STDIN else stream:
                name = STDIN_LABEL if file == STDIN else file
                records = Records(stream, name)
                yield from _replay_file(records, name)
            shards.add(records.selections, name)
        yield from shards.missing()


class _Shards:
    """Collects which shards there are: each says how many its run has."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, int], set[int]] = {}
        self._files: dict[tuple[str, int], str] = {}

    def add(self, selections: Iterable[str | None], file: str) -> None:
        """Take note of the shards of a file."""
        for selection in selections:
            known = shard_of(str(selection or ""))
            if known is not None:
                run = known[0], known[1].count
                self._found.setdefault(run, set()).add(known[1].index)
                self._files.setdefault(run, file)

    def missing(self) -> Iterator[Piece]:
        """Yield an error for each run of which shards are missing: a job that never began leaves no file."""
        for run, found in self._found.items():
            selection, count = run
            missing = [index for index in range(1, count + 1) if index not in found]
            if missing:
                listed = ", ".join(f"{index}/{count}" for index in missing[:_LISTED])
                more = f" and {len(missing) - _LISTED:,} more" if len(missing) > _LISTED else ""
                of = f" of {selection}" if selection else ""
                message = f"this is a shard{of}, of which others are missing: {listed}{more}"
                yield _error_piece(
                    InputFileError(message, hint="report the files of all shards together"), self._files[run]
                )


def _replay_file(records: Records, file: str) -> Iterator[Piece]:
    reader = Reader(recall, recall_of_tensor)
    case: Case | None = None
    is_whole, ended = True, True
    try:
        for record in records:
            results = record.results(reader)
            # Rows that do not tell where a case ends show where the next one begins.
            if case is not None and record.fingerprint is None and results[0].case is not case:
                yield Piece(case, (), last=True)
                case = None
            case, is_whole = case or results[0].case, record.is_last or record.fingerprint is None
            ended = record.ends_run or record.fingerprint is None
            yield Piece(case, results, record.is_last)
            if record.is_last:
                case = None
    except InputFileError as error:
        if case is not None:
            yield Piece(case, (), last=True)
        yield _error_piece(error, file)
        return
    if case is not None:
        yield Piece(case, (), last=True)
    if records.is_empty:
        yield _unfinished_piece(_NOTHING, file)
    elif records.is_torn or not is_whole:
        yield _unfinished_piece("the file ends in the middle of a case: its run was interrupted", file)
    elif not ended:
        yield _unfinished_piece(
            "cases may be missing at the end: the run was interrupted, or stopped at a failing case", file
        )


def _unfinished_piece(message: str, file: str) -> Piece:
    return _error_piece(InputFileError(message, hint="derivcheck batch … --output … --resume finishes it"), file)


def _error_piece(error: InputFileError, file: str) -> Piece:
    item = as_unreadable(error, file)
    return Piece(item, (item.result(),), last=True)
