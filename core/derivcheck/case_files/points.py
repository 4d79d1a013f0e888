"""Points from a file of their own, `at = "@points.csv"`: any number of them, of which few are ever in memory."""

from __future__ import annotations

import csv
from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, overload

from derivcheck.case_files.lines import MAX_LINE, decode
from derivcheck.errors import DerivcheckError, InputFileError, Location
from derivcheck.inputs.assignments import variable_name
from derivcheck.inputs.named_files import path_beside

_STRIDE = 256
"""Points between two places that are known in the file: a portion of a case begins at one."""

Texts = dict[str, str]


class PointsFile(Sequence[Texts]):
    """The points of a CSV file, whose first line names the variables; each further line is a point.

    The file is read through once, so that whatever is wrong with its form is told before anything is checked; then each
    portion is read when it is its turn.

    Args:
        name: the file as it was typed, relative to the case file.
        case_file: the case file, beside or below which it must lie; None: the working directory.

    Raises:
        CaseError: where it lies elsewhere: a case file of somebody's might show what stands in your files.
        InputFileError: where it cannot be read, with its line.
    """

    def __init__(self, name: str, case_file: str | None) -> None:
        folder = Path(case_file).parent if case_file and Path(case_file).is_file() else Path()
        self.path = path_beside(name, folder, "the file of points")
        self.label = str(self.path)
        self._starts = array("q")
        self._count = 0
        self._read_through()

    def _read_through(self) -> None:
        """Note where the lines begin; fail for the first one that is none of ours."""
        with self._open() as stream:
            rows = self._rows(stream, 0)
            start, line, cells = next(rows, (0, 1, []))
            if not cells:
                hint = "its first line names the variables: x,y"
                raise InputFileError("the file of points is empty", hint=hint, location=Location(self.label))
            self.names = self._header(cells, line)
            for start, line, cells in rows:
                if len(cells) != len(self.names):
                    message = f"the line has {len(cells)} cells, the header {len(self.names)}"
                    raise InputFileError(message, location=Location(self.label, line))
                if self._count % _STRIDE == 0:
                    self._starts.append(start)
                self._count += 1
        if not self._count:
            raise InputFileError("there is no point below the header", location=Location(self.label))

    def _header(self, cells: list[str], line: int) -> tuple[str, ...]:
        where = Location(self.label, line)
        try:
            names = tuple(map(variable_name, cells))
        except DerivcheckError as error:
            raise error.at(where) from None
        if len({*names}) < len(names):
            raise InputFileError("a variable stands there twice", location=where)
        return names

    def _open(self) -> BinaryIO:
        try:
            return self.path.open("rb")
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            message = f"the file of points cannot be read: {reason}"
            raise InputFileError(message, location=Location(self.label)) from None

    def _rows(self, stream: BinaryIO, start: int) -> Iterator[tuple[int, int, list[str]]]:
        """Read the lines that are not blank: where each begins, its number counted from the start, and its cells."""
        stream.seek(start)
        number, is_whole = 0, start == 0
        while raw := stream.readline(MAX_LINE + 1):
            number += 1
            where = Location(self.label, number if is_whole else None)
            if len(raw) > MAX_LINE:
                raise InputFileError(f"the line is longer than {MAX_LINE:,} bytes", location=where)
            try:
                text = decode(raw.removeprefix(b"\xef\xbb\xbf") if is_whole and number == 1 else raw).strip()
                cells = next(csv.reader([text], strict=True, skipinitialspace=True)) if text else []
            except InputFileError as error:
                raise error.at(where) from None
            except csv.Error as error:
                raise InputFileError(f"this is not CSV: {error}", location=where) from None
            if cells:
                yield start, number, [cell.strip() for cell in cells]
            start += len(raw)

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> Texts: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Texts, ...]: ...

    def __getitem__(self, index: int | slice) -> Texts | tuple[Texts, ...]:
        if isinstance(index, int):
            place = range(self._count)[index]
            return self._portion(place, place + 1)[0]
        wanted = range(self._count)[index]
        if not wanted:
            return ()
        first, last = min(wanted[0], wanted[-1]), max(wanted[0], wanted[-1])
        found = self._portion(first, last + 1)
        return tuple(found[place - first] for place in wanted)

    def _portion(self, first: int, end: int) -> list[Texts]:
        """Read the points from one to another.

        Raises:
            InputFileError: where the file is not the one any more that was read through.
        """
        found: list[Texts] = []
        with self._open() as stream:
            skipped = first % _STRIDE
            for _, _, cells in self._rows(stream, self._starts[first // _STRIDE]):
                if skipped:
                    skipped -= 1
                    continue
                if len(cells) != len(self.names):
                    break
                found.append(dict(zip(self.names, cells, strict=True)))
                if len(found) == end - first:
                    return found
        raise InputFileError("the file of points has changed while it was read", location=Location(self.label))

    def __iter__(self) -> Iterator[Texts]:
        for first in range(0, self._count, _STRIDE):
            yield from self._portion(first, min(first + _STRIDE, self._count))
