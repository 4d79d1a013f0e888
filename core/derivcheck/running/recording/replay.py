"""The pieces of runs that are over, from the files of their results."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from derivcheck.case_files.unreadable import unreadable
from derivcheck.errors import InputFileError
from derivcheck.model import Case
from derivcheck.running.interface import Item, Piece
from derivcheck.running.recording.records import Records
from derivcheck.serialization.deserialize import Reader


@dataclass(frozen=True, slots=True)
class Replay:
    """Gives the recorded pieces again, file after file; what cannot be read is an error of its own.

    Attributes:
        files: the files, as `--output` or `--format jsonl` wrote them.
    """

    files: Sequence[str]

    def run(self, items: Iterable[Item] = ()) -> Generator[Piece]:  # noqa: ARG002 - an executor takes items
        """The pieces, as they are read."""
        for file in self.files:
            try:
                stream = open(file, "rb")  # noqa: SIM115
            except (OSError, ValueError) as error:
                why = getattr(error, "strerror", None) or error
                yield _broken(InputFileError(f"cannot be read: {why}"), file)
                continue
            with stream:
                yield from _pieces(stream, file)


def _pieces(stream: BinaryIO, file: str) -> Iterator[Piece]:
    records, reader = Records(stream, file), Reader()
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
        yield _broken(error, file)
        return
    if case is not None:
        yield Piece(case, (), last=True)
    if records.is_torn or not is_whole:
        yield _unfinished("the file ends in the middle of a case: its run was interrupted", file)
    elif not ended:
        yield _unfinished(
            "cases may be missing at the end: the run was interrupted, or stopped at a failing case", file
        )


def _unfinished(message: str, file: str) -> Piece:
    return _broken(InputFileError(message, hint="derivcheck batch … --output … --resume finishes it"), file)


def _broken(error: InputFileError, file: str) -> Piece:
    item = unreadable(error, file)
    return Piece(item, (item.result(),), last=True)
