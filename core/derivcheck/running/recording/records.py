"""Files of results: how the rows of a piece are written as lines, and read back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, BinaryIO

from derivcheck.case_files.unreadable import Unreadable
from derivcheck.checking.late_formulas import recall
from derivcheck.checking.tensors.late_shaped_formulas import recall_of_tensor
from derivcheck.errors import InputFileError, Location
from derivcheck.model import Case, Result
from derivcheck.reporting.serialization.deserialize import Reader
from derivcheck.reporting.serialization.serialize import READABLE, SCHEMA, line_data
from derivcheck.reporting.serialization.types import ROW, check_types
from derivcheck.running.chunks import Portion
from derivcheck.running.limits import Limits
from derivcheck.running.recording.fingerprint import Fingerprinted
from derivcheck.system.harmless import harmless_json

Row = dict[str, Any]

BEGINNING = b'{"schema": '
"""How every line begins."""

CLOSING = b"}}\n"
"""How the lines of a record end."""

END = b', "end": true}}\n'
"""How the last line ends of a file whose run came to its end."""


_STOPPED = {"stopped": ROW["stopped"]}
"""What is looked at of every row, also where no Result is made of it."""


def line_without_cases(selection: str | None = None) -> bytes:
    """Write the only line of a file whose run came to its end without a case, as a shard may."""
    chosen = {} if selection is None else {"selection": selection}
    return f"{json.dumps({'schema': SCHEMA, 'run': {'rows': 0, **chosen, 'end': True}})}\n".encode("ascii")


@dataclass(frozen=True, slots=True)
class Record:
    """The rows of a piece, as they stand in a file.

    Attributes:
        rows: the rows, without their place in the run.
        fingerprint: that of the portion that they came of; None in a file that knows none, one of `--format jsonl`.
        is_last: whether the case ends with them.
        selection: the selection that its run had; None for all cases.
        ends_run: whether the run came to its end with them.
        line: the line on which they begin.
        start, end: where their bytes are.
        raw: the bytes, without what tells that the run ends.
    """

    rows: Sequence[Row]
    fingerprint: str | None
    is_last: bool
    selection: str | None
    ends_run: bool
    line: int
    start: int
    end: int
    raw: bytes

    def is_final(self, limits: Limits) -> bool:
        """Whether the case would end alike within these limits: one that was stopped may get further now."""
        stops = (row["stopped"] for row in self.rows if row.get("stopped"))
        met = [limit for stop in stops if (limit := stop.get("limit"))]
        return all(limits.hold((limit["name"], limit["value"])) for limit in met)

    def results(self, reader: Reader | None = None) -> tuple[Result, ...]:
        """Make the Results of the rows.

        Args:
            reader: the reader of the rows before, where the rows of a point may be spread over several records.
        """
        return tuple(map((reader or Reader(recall, recall_of_tensor)).read, self.rows))


def encode(of: Fingerprinted, results: Sequence[Result], selection: str | None = None) -> bytes:
    """Write the Results of a portion as lines, of a run with that selection."""
    return place_rows(of, write_rows(results), selection)


def write_rows(results: Iterable[Result]) -> bytes:
    """Write Results as lines without their place in a run, such that no CI takes a line for a command."""
    rows = [json.dumps(line_data(result), allow_nan=False) for result in results]
    return harmless_json("\n".join(rows)).encode("ascii")


def place_rows(of: Fingerprinted, rows: bytes, selection: str | None = None) -> bytes:
    """Write the lines of a portion with their place in a run of that selection."""
    if not rows:
        return b""
    lines = rows.split(b"\n")
    place = {"fingerprint": of.fingerprint, "piece": of.portion.index, "pieces": of.portion.count}
    chosen = {} if selection is None else {"selection": selection}
    before = f', "run": {json.dumps(place)[:-1]}, "row": '.encode("ascii")
    after = f", {harmless_json(json.dumps({'rows': len(lines), **chosen}))[1:]}}}\n".encode("ascii")
    return b"".join([line[:-1] + before + b"%d" % row + after for row, line in enumerate(lines)])


def decode(portion: Portion, record: Record) -> tuple[Result, ...]:
    """Read a portion's Results from a record of the same fingerprint; the case may have moved or been renamed since."""
    item = portion.item
    if isinstance(item, Unreadable):
        return (item.result(),)
    return tuple(_moved_to(item, result) for result in record.results())


def _moved_to(item: Case, result: Result) -> Result:
    error, case = result.error, result.case
    if (case.name, case.location) == (item.name, item.location):
        return result
    if error is not None and error.location == case.location:
        error.location = item.location
    return replace(result, case=replace(case, name=item.name, location=item.location))


class Records:
    """Reads a file's records one by one, as far as they are whole.

    Attributes:
        end: where the last record ends that was read.
        is_torn: whether something follows the last whole record: a line, or a piece, whose end is missing.
        is_empty: whether there is not even a line, as where a run was killed before its first.
        selections: the selections of the runs, None for that of all cases; none for the rows of `--format jsonl`.
    """

    def __init__(self, stream: BinaryIO, file: str) -> None:
        self._stream = stream
        self._file = file
        self._line = 0
        self.end = 0
        self.is_torn = False
        self.is_empty = True
        self.selections: set[str | None] = set()

    def __iter__(self) -> Iterator[Record]:
        """Read the records; InputFileError, with file and line, where one is not derivcheck's."""
        rows: list[Row] = []
        raw: list[bytes] = []
        for line in self._lines():
            row = self._row(line)
            place = row.pop("run", None)
            try:
                if place is not None:
                    self.selections.add(place.get("selection"))
                    if place["rows"] == 0 and not rows:  # of a run without a case: files may be joined
                        self.end += len(line)
                        continue
                if place is not None and place["row"] != len(rows):
                    raise self._error("the row stands out of place, or one is missing before it")
                rows.append(row)
                raw.append(line)
                if place is not None and len(rows) < place["rows"]:
                    continue
                record = self._record(rows, b"".join(raw), place)
            except (AttributeError, KeyError, TypeError) as error:
                raise self._error(f"the row's place in the run cannot be read: {error}") from None
            self.end = record.end
            rows, raw = [], []
            yield record
        self.is_torn |= bool(rows)

    def _record(self, rows: list[Row], raw: bytes, place: Row | None) -> Record:
        known = place or {}
        ends_run = bool(known.get("end")) and raw.endswith(END)
        return Record(
            rows,
            None if place is None else str(place["fingerprint"]),
            place is not None and place["piece"] == place["pieces"] - 1,
            known.get("selection"),
            ends_run,
            self._line - len(rows) + 1,
            self.end,
            self.end + len(raw),
            raw.removesuffix(END) + CLOSING if ends_run else raw,
        )

    def _lines(self) -> Iterator[bytes]:
        beginning = self._stream.read(len(BEGINNING))
        if not BEGINNING.startswith(beginning):
            self._line = 1
            raise self._error("this is no file of results, as --output writes them")
        while line := beginning + self._stream.readline():
            beginning, self.is_empty = b"", False
            if not line.endswith(b"\n"):
                self.is_torn = True
                return
            self._line += 1
            yield line

    def _row(self, line: bytes) -> Row:
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            raise self._error("this is no JSON: the file was damaged, or something else wrote to it") from None
        if not isinstance(row, dict) or "schema" not in row:
            raise self._error("this is no result of derivcheck")
        if row.pop("schema") not in READABLE:
            known = " and ".join(map(str, READABLE))
            raise self._error(f"the result is of another schema; this version of derivcheck reads schemas {known}")
        try:
            check_types(row, _STOPPED)
        except InputFileError as error:
            raise error.at(Location(self._file, self._line)) from None
        return row

    def _error(self, message: str) -> InputFileError:
        return InputFileError(message, location=Location(self._file, self._line))
