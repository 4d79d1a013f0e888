"""CSV case files: a header with the keys, then a case a line."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from types import MappingProxyType
from typing import Any, BinaryIO

from derivcheck.case_files.fields import FIELDS, Base, NumberText, read_case
from derivcheck.case_files.lines import read_lines
from derivcheck.case_files.unreadable import Unreadable, as_unreadable
from derivcheck.errors import CaseError, DerivcheckError, InputFileError, Location
from derivcheck.inputs.case_fields import unknown
from derivcheck.model import Case

_TABLES = ("derivative", "expect")
"""The keys with a column for each derivative: `derivative.x`, `derivative.x,y`."""

_NUMBERS = ("order", "seed", "rtol", "atol")
_LISTS = ("wrt",)


def read(stream: BinaryIO, file: str, base: Base = MappingProxyType({})) -> Iterator[Case | Unreadable]:
    """Read the cases of a CSV file, one a line; without a sound header there are none."""
    columns: list[str] | None = None
    for line in read_lines(stream, file):
        if isinstance(line, Unreadable):
            yield line
            continue
        number, text = line
        location = Location(file, number)
        try:
            cells = _split_cells(text)
            if columns is None:
                columns = _read_header(cells, location)
                continue
            raw = _read_row(columns, cells)
        except DerivcheckError as error:
            yield as_unreadable(error, file, number)
            if columns is None:
                return
            continue
        yield read_case(raw, location, base=base)


def _split_cells(text: str) -> list[str]:
    try:
        return [cell.strip() for cell in next(csv.reader([text], strict=True, skipinitialspace=True))]
    except csv.Error as error:
        hint = "a quoted cell ends on its line" if "unexpected end" in str(error) else None
        raise InputFileError(f"this is not CSV: {error}", hint=hint) from None


def _read_header(cells: Sequence[str], location: Location) -> list[str]:
    for index, column in enumerate(cells):
        where = Location(location.file, location.line, column)
        key, dot, wrt = column.partition(".")
        if key not in FIELDS or (dot and (key not in _TABLES or not wrt)) or column == "derivative":
            raise _unknown_column(column, cells).at(where)
        if column in cells[:index]:
            raise CaseError("the column stands there twice").at(where)
    if "expr" not in cells:
        raise CaseError("there is no column expr", hint="the first line names the columns").at(location)
    return list(cells)


def _unknown_column(column: str, cells: Sequence[str]) -> CaseError:
    if not any(cell.partition(".")[0] in FIELDS for cell in cells):
        return CaseError("the first line must name the columns", hint="for example: name,expr,at,derivative.x")
    return unknown("column", column, ["derivative.x" if key == "derivative" else key for key in FIELDS])


def _read_row(columns: Sequence[str], cells: Sequence[str]) -> dict[str, Any]:
    if len(cells) != len(columns):
        raise CaseError(
            f"the line has {len(cells)} cells, the header {len(columns)}",
            hint='a cell that holds a comma is quoted: "x=2,y=3"',
        )
    raw: dict[str, Any] = {}
    for column, cell in zip(columns, cells, strict=True):
        key, dot, wrt = column.partition(".")
        if not cell:
            continue
        if not dot:
            raw[key] = _read_cell(key, cell)
        elif isinstance(table := raw.setdefault(key, {}), dict):
            table[wrt] = cell
        else:
            raise CaseError(f"{key} and {column} are both given")
    return raw


def _read_cell(key: str, cell: str) -> object:
    if key in _NUMBERS:
        return NumberText(cell)
    return [part.strip() for part in cell.split(";")] if key in _LISTS else cell
