"""JSON Lines case files: an object a line, any number of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from types import MappingProxyType
from typing import Any, BinaryIO

from derivcheck.case_files.fields import Base, NumberText, read_case
from derivcheck.case_files.lines import read_lines
from derivcheck.case_files.nesting import reject_deep, too_deep
from derivcheck.case_files.unreadable import Unreadable, as_unreadable
from derivcheck.errors import CaseError, DerivcheckError, InputFileError, Location
from derivcheck.model import Case


def read(stream: BinaryIO, file: str, base: Base = MappingProxyType({})) -> Iterator[Case | Unreadable]:
    """Read the cases of a JSON Lines file, one a line."""
    for line in read_lines(stream, file):
        yield line if isinstance(line, Unreadable) else _read_line(line[1], file, line[0], base)


def _read_line(text: str, file: str, line: int, base: Base) -> Case | Unreadable:
    try:
        fields = _DECODER.decode(text.strip())
        if not isinstance(fields, dict):
            raise InputFileError("the line is not an object", hint='write {"expr": "x**2", "at": {"x": 2}}')
        reject_deep(fields)
    except json.JSONDecodeError as error:
        return as_unreadable(InputFileError(f"this is not JSON: {error.msg} in column {error.colno}"), file, line)
    except RecursionError:
        return as_unreadable(too_deep(), file, line)
    except DerivcheckError as error:
        return as_unreadable(error, file, line)
    return read_case(fields, Location(file, line), base=base)


def _make_table(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make a table; a key that stands there twice is an error, where `json` would let the last one win."""
    table: dict[str, Any] = {}
    for key, value in pairs:
        if key in table:
            raise CaseError(f"the key {key!r} stands there twice")
        table[key] = value
    return table


_CONSTANTS = {"NaN": "nan", "Infinity": "inf", "-Infinity": "-inf"}
"""What programs write that are not strict about JSON; whether it makes sense there is the case's affair."""


def _read_constant(text: str) -> NumberText:
    return NumberText(_CONSTANTS[text])


_DECODER = json.JSONDecoder(
    object_pairs_hook=_make_table, parse_float=NumberText, parse_int=NumberText, parse_constant=_read_constant
)
