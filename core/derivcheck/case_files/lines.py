"""The lines of a file as text, each bounded and checked, so that a broken one spoils no other."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import BinaryIO

from derivcheck.case_files.unreadable import Unreadable, as_unreadable
from derivcheck.errors import InputFileError

MAX_LINE = 4 * 2**20
"""Bytes in a line: no case that can be run is longer, and a file without line ends is no case file."""

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

Line = tuple[int, str]
"""A line's 1-based number and its text, without its end."""


def read_lines(stream: BinaryIO, file: str) -> Iterator[Line | Unreadable]:
    """Read the lines of a stream that are not blank; in place of one that is no text stands an Unreadable."""
    number = 0
    while raw := stream.readline(MAX_LINE + 1):
        number += 1
        if number == 1:
            if raw.startswith(_UTF16):
                yield as_unreadable(InputFileError("the file is UTF-16", hint="save it as UTF-8"), file)
                return
            raw = raw.removeprefix(codecs.BOM_UTF8)
        if len(raw) > MAX_LINE and not raw.endswith(b"\n"):
            _skip_to_line_end(stream)
            yield as_unreadable(InputFileError(f"the line is longer than {MAX_LINE:,} bytes"), file, number)
            continue
        try:
            text = decode(raw)
        except InputFileError as error:
            yield as_unreadable(error, file, number)
            continue
        if text.strip():
            yield number, text.rstrip("\r\n")


def decode(raw: bytes) -> str:
    """Decode the bytes of a text.

    Raises:
        InputFileError: where they are not UTF-8, or hold a NUL.
    """
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        raise InputFileError(
            f"byte {error.start + 1} (0x{raw[error.start]:02x}) is not UTF-8", hint="save the file as UTF-8"
        ) from None
    if "\0" in text:
        raise InputFileError(f"character {text.index(chr(0)) + 1} is NUL: this is no text")
    return text


def _skip_to_line_end(stream: BinaryIO) -> None:
    while (rest := stream.readline(MAX_LINE)) and not rest.endswith(b"\n"):
        pass
