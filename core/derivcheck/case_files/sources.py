"""Where cases come from: files by suffix, patterns, and standard input."""

from __future__ import annotations

import codecs
import glob
import io
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO, cast

from derivcheck.case_files import csv, json_lines, text, toml
from derivcheck.case_files.fields import Base
from derivcheck.case_files.unreadable import Unreadable, as_unreadable
from derivcheck.errors import DerivcheckError, InputFileError
from derivcheck.inputs.case_fields import unknown
from derivcheck.model import Case

STDIN = "-"
"""The name that stands for standard input."""

Reader = Callable[[BinaryIO, str, Base], Iterator[Case | Unreadable]]

FORMATS: MappingProxyType[str, Reader] = MappingProxyType(
    {"toml": toml.read, "jsonl": json_lines.read, "csv": csv.read, "text": text.read}
)
"""The formats by name."""

STDIN_LABEL = "<stdin>"
SUFFIXES = MappingProxyType({".toml": "toml", ".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".txt": "text"})
"""The format that a file's suffix stands for."""


def expand(patterns: Sequence[str]) -> Iterator[str]:
    """Find the files that the patterns name, in order; a pattern without a file stays, and fails when it is read."""
    for pattern in patterns:
        if pattern == STDIN or Path(pattern).exists():
            yield pattern
        else:
            yield from sorted(glob.glob(pattern, recursive=True)) or [pattern]


def read_cases(
    source: str,
    *,
    input_format: str | None = None,
    defaults: Base = MappingProxyType({}),
    allow_code: bool = False,
) -> Iterator[Case | Unreadable]:
    """Read the cases of one file, or of standard input for "-", as a stream.

    Args:
        source: a path or "-".
        input_format: one of FORMATS, whatever the suffix; by default the suffix decides, and standard input is
            JSON Lines where it begins with a brace, else text.
        defaults: what holds for the cases that do not say it themselves, by the keys of a case, each value as a Case
            has it.
        allow_code: whether a file may run the code of functions that it declares; one that does, and may not, is an
            Unreadable.

    Yields:
        A Case, or an Unreadable for a case or a file that cannot be read. Nothing is raised for the file's sake.
    """
    if source == STDIN:
        yield from _read_stdin(input_format, defaults, allow_code=allow_code)
        return
    try:
        reader = _choose_reader(source, input_format, allow_code=allow_code)
        stream = _open(source)
    except DerivcheckError as error:
        yield as_unreadable(error, source)
        return
    with stream:
        try:
            yield from reader(stream, source, defaults)
        except OSError as error:
            yield as_unreadable(InputFileError(f"cannot be read to its end: {error.strerror or error}"), source)


def count_cases(source: str, *, input_format: str | None = None) -> int | None:
    """Estimate how many cases a file holds, for a progress bar; None where that cannot be told beforehand."""
    path = Path(source)
    if source == STDIN or not path.is_file():
        return None
    name = input_format or SUFFIXES.get(path.suffix.lower(), "text")
    try:
        with path.open("rb") as stream:
            if name == "toml":
                return toml.count(stream)
            comment = b"#" if name == "text" else b"\n"
            lines = sum(1 for line in stream if line.strip() and not line.lstrip().startswith(comment))
            return max(0, lines - (name == "csv"))  # whose first line names the columns
    except OSError:
        return None


def _choose_reader(source: str, input_format: str | None, *, allow_code: bool) -> Reader:
    name = _choose_format(source, input_format)
    return partial(toml.read, allow_code=allow_code) if name == "toml" else FORMATS[name]


def _choose_format(source: str, input_format: str | None) -> str:
    if input_format is not None:
        if input_format not in FORMATS:
            raise unknown("input format", input_format, FORMATS)
        return input_format
    path = Path(source)
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES and path.is_file():
        hint = f"say which it is: --input-format {'|'.join(FORMATS)}"
        raise InputFileError(f"the name does not end in one of {', '.join(SUFFIXES)}", hint=hint)
    return SUFFIXES.get(suffix, "text")


def _open(source: str) -> BinaryIO:
    try:
        return Path(source).open("rb")
    except IsADirectoryError:
        hint = f"name its files: {source.rstrip('/')}/*.toml"
        raise InputFileError("this is a directory, not a file", hint=hint) from None
    except FileNotFoundError:
        message = "no file matches this pattern" if glob.has_magic(source) else "there is no such file"
        raise InputFileError(message) from None
    except (OSError, ValueError) as error:
        raise InputFileError(f"cannot be read: {getattr(error, 'strerror', None) or error}") from None


def _read_stdin(input_format: str | None, defaults: Base, *, allow_code: bool) -> Iterator[Case | Unreadable]:
    stream = io.BufferedReader(cast(io.RawIOBase, sys.stdin.buffer))
    try:
        reader = _choose_reader(STDIN, input_format or _guess_format(stream), allow_code=allow_code)
        yield from reader(stream, STDIN_LABEL, defaults)
    except DerivcheckError as error:
        yield as_unreadable(error, STDIN_LABEL)
    finally:
        stream.detach()


def _guess_format(stream: io.BufferedReader[io.RawIOBase]) -> str:
    return "jsonl" if stream.peek().removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"{") else "text"
