"""TOML case files: `[defaults]`, `[functions.NAME]`, and one `[[case]]` after another, each parsed on its own."""

from __future__ import annotations

import itertools
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, BinaryIO

from derivcheck.case_files.fields import Base, LineOf, NumberText, Raw, check_default, read_case
from derivcheck.case_files.functions import read_function
from derivcheck.case_files.lines import decode
from derivcheck.case_files.nesting import reject_deep, too_deep
from derivcheck.case_files.unreadable import Unreadable, as_unreadable
from derivcheck.errors import CaseError, DerivcheckError, InputFileError, Location
from derivcheck.inputs.case_fields import unknown
from derivcheck.model import Case, OwnFunction

MAX_BYTES = 64 * 2**20
"""A curated file is far smaller; machine-made ones are JSON Lines or CSV, which are streamed."""

# Strings and comments are matched first, so that a header within one is passed over. What looks like a header may also
# be a line of a list.
_SCAN = re.compile(
    r'"""(?:[^\\]|\\.)*?"""'
    r"|'''.*?'''"
    r'|"(?:[^"\\\n]|\\[^\n])*"'
    r"|'[^'\n]*'"
    r"|\#[^\n]*"
    r"|^[ \t]*(?P<header>\[(?:\[[ \t]*(?P<case>case|\"case\"|'case')[ \t]*\]\])?)",
    re.MULTILINE | re.DOTALL,
)
_ERROR_LINE = re.compile(r"^(?P<message>.*) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)$")
_TOP_LEVEL = ("case", "defaults", "functions")


@dataclass(frozen=True, slots=True)
class _Section:
    """A piece of the file that holds at most one case: its first line, its text, and what TOML makes of it."""

    line: int
    text: str
    tables: dict[str, Any]

    def line_of(self, key: str, start: int | None = None) -> int | None:
        """Find the first line that sets `key`, in the whole section or from its line `start` on."""
        first = 0
        for _ in range(0 if start is None else start - self.line):
            first = self.text.index("\n", first) + 1
        pattern = re.compile(rf"""^[ \t]*(?:\[+(?:[^\]\n]*\.)?)?["']?{re.escape(key)}["']?[ \t]*[=.\]]""", re.MULTILINE)
        found = pattern.search(self.text, first)
        return self.line + self.text.count("\n", 0, found.start()) if found else None

    def line_within(self, start: int) -> LineOf:
        """`line_of` for what follows the line `start`."""
        return lambda key: self.line_of(key, start)


def read(
    stream: BinaryIO, file: str, base: Base = MappingProxyType({}), *, allow_code: bool = False
) -> Iterator[Case | Unreadable]:
    """Read the cases of a TOML file; a section that is not TOML stops no other.

    A file that declares functions runs code, so that none of it is read unless `allow_code` says that it may.
    """
    raw = stream.read(MAX_BYTES + 1)
    if len(raw) > MAX_BYTES:
        hint = "write it as JSON Lines or CSV, which are read line by line"
        yield as_unreadable(InputFileError(f"the file is larger than {MAX_BYTES:,} bytes", hint=hint), file)
        return
    parts: list[_Section] = []
    for line, text in _split_text(
        raw.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape").replace("\r\n", "\n")
    ):
        for read in _read_parts(line, text, file):
            if isinstance(read, Unreadable):
                yield read
            else:
                parts.append(read)
    running = next((part for part in parts if part.tables.get("functions")), None)
    if running is not None and not allow_code:
        yield _refuse(running, file)
        return
    defaults: dict[str, Any] = {}
    for part in parts:
        yield from _read_outside_cases(part, file, defaults)
    functions: list[OwnFunction] = []
    for part in parts:
        yield from _read_functions(part, file, defaults, functions)
    own = tuple(one for one in functions if one.formula is not None)  # expressions need one to read
    for part in parts:
        cases = part.tables.get("case", [])
        for case in cases if isinstance(cases, list) else ():
            yield read_case(
                case, Location(file, part.line), line_of=part.line_of, defaults=defaults, own=own, base=base
            )


def count(stream: BinaryIO) -> int:
    """Estimate how many cases there are, for a progress bar."""
    return sum(1 for line in stream if line.lstrip().startswith(b"[[case]]"))


def _split_text(text: str, line: int = 1, *, at: str = "case") -> Iterator[tuple[int, str]]:
    """Split the text before each case, or before each header; each piece comes with the line on which it begins."""
    starts = [0, *(found.start() for found in _SCAN.finditer(text) if found[at]), len(text)]
    for start, end in itertools.pairwise(starts):
        if text[start:end].strip():
            yield line, text[start:end]
        line += text.count("\n", start, end)


def _read_parts(line: int, text: str, file: str) -> Iterator[_Section | Unreadable]:
    """Read a piece of the file as a section; where it is no TOML, what stands before a broken header, and the rest."""
    try:
        yield _Section(line, text, _parse(text, line, file))
    except DerivcheckError as error:
        (_, first), *others = _split_text(text, line, at="header")
        try:
            part = _Section(line, first, _parse(first, line, file)) if others else None
        except DerivcheckError:
            part = None
        if part is None:
            yield as_unreadable(error, file, line)
            return
        yield part
        for begins, other in others:
            try:
                yield _Section(begins, other, _parse(other, begins, file))
            except DerivcheckError as wrong:
                yield as_unreadable(wrong, file, begins)


def _parse(text: str, line: int, file: str) -> dict[str, Any]:
    try:
        # Bytes that are not UTF-8 came in as lone surrogates; decoding them again names the byte.
        for offset, row in enumerate(text.split("\n")):
            if not row.isascii() or "\0" in row:
                _check_row(row, Location(file, line + offset))
        read = tomllib.loads(text, parse_float=_number)
        reject_deep(read)
        tables: dict[str, Any] = _keep_digits(read)
    except RecursionError:
        raise too_deep() from None
    except ValueError as error:
        raise _syntax_error(str(error), line, file) from None
    return tables


def _check_row(row: str, location: Location) -> None:
    try:
        decode(row.encode("utf-8", "surrogateescape"))
    except InputFileError as error:
        raise error.at(location) from None


def _syntax_error(text: str, line: int, file: str) -> DerivcheckError:
    found = _ERROR_LINE.match(text)
    if not found:
        return InputFileError(f"this is not TOML: {text}")
    where = f" in column {found['column']}" if found["column"] else " at the end of the case"
    at = line + int(found["line"]) - 1 if found["line"] else line
    return InputFileError(f"this is not TOML: {found['message']}{where}").at(Location(file, at))


def _number(text: str) -> NumberText:
    return NumberText(text.replace("_", ""))


def _keep_digits(value: Any) -> Any:
    """Replace every integer in a value by the text of its digits."""
    if isinstance(value, dict):
        return {key: _keep_digits(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_keep_digits(item) for item in value]
    if isinstance(value, int) and not isinstance(value, bool):
        return NumberText(value)
    return value


def _read_outside_cases(part: _Section, file: str, defaults: dict[str, Any]) -> Iterator[Unreadable]:
    """Take the part's defaults over into `defaults`; what stands outside of the cases and may not is an error."""
    for key, value in part.tables.items():
        wrong: DerivcheckError | None = None
        if key not in _TOP_LEVEL:
            wrong = unknown("key", key, _TOP_LEVEL)
        elif key == "case" and not (isinstance(value, list) and all(isinstance(case, dict) for case in value)):
            wrong = CaseError("a case is a table in a list of its own", hint="write [[case]]")
        elif key == "defaults" and not isinstance(value, dict):
            wrong = CaseError("the defaults are a table", hint="write [defaults]")
        elif key == "functions" and not isinstance(value, dict):
            wrong = CaseError("the functions are tables, each with its name", hint="write [functions.sq]")
        if wrong is not None:
            yield _locate(wrong, part, file, key)
        elif key == "defaults":
            yield from _read_defaults(value, part, file, defaults)


def _refuse(part: _Section, file: str) -> Unreadable:
    table = part.tables["functions"]
    name = next(iter(table)) if isinstance(table, dict) else "…"
    code = table[name].get("torch") if isinstance(table, dict) and isinstance(table[name], dict) else None
    what = f"runs the code of {code}" if isinstance(code, str) else "runs code"
    error = InputFileError(
        f"[functions.{name}] {what}, which has not been allowed: none of the file's cases is checked",
        hint="look at that code; then say --allow-code, or allow-code = true under [tool.derivcheck] in pyproject.toml"
        " and `derivcheck trust`",
    )
    return as_unreadable(error, file, part.line_of(name) or part.line)


def _read_functions(
    part: _Section, file: str, defaults: Raw, functions: list[OwnFunction]
) -> Iterator[Case | Unreadable]:
    """Take the part's functions over into `functions`; one with points is a case as well: its check list."""
    table = part.tables.get("functions", {})
    for name, fields in table.items() if isinstance(table, dict) else ():
        line = part.line_of(name) or part.line
        if not isinstance(fields, dict):
            error = CaseError("a function is a table", hint=f"write [functions.{name}]")
            yield _locate(error, part, file, name)
            continue
        if any(mine.name == name for mine in functions):
            yield _locate(CaseError(f"`{name}` is declared twice"), part, file, name)
            continue
        read = read_function(name, fields, Location(file, line), line_of=part.line_within(line), defaults=defaults)
        if isinstance(read, Unreadable):
            yield read
            continue
        own, case = read
        functions.append(own)
        if case is not None:
            yield case


def _read_defaults(table: Raw, part: _Section, file: str, defaults: dict[str, Any]) -> Iterator[Unreadable]:
    for key, value in table.items():
        try:
            check_default(key, value)
            if key in defaults:
                raise CaseError(f"{key} is given twice under [defaults]")
            defaults[key] = value
        except DerivcheckError as error:
            yield _locate(error, part, file, key)


def _locate(error: DerivcheckError, part: _Section, file: str, key: str) -> Unreadable:
    location = Location(file, part.line_of(key) or part.line)
    return Unreadable(location, error.at(Location(file, location.line, key)))
