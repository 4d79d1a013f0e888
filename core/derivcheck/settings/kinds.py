"""The kinds of settings: how a value is read from texts and from TOML."""

from __future__ import annotations

import glob
import os
import shlex
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from derivcheck.errors import SettingError
from derivcheck.inputs.case_fields import read_bound, read_const, read_dtype, read_modes, read_seed, unknown
from derivcheck.model import Mode
from derivcheck.numbers import DType

_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off"})

_TYPE_NAMES: tuple[tuple[type, str], ...] = (
    (bool, "true or false"),
    (int, "a number"),
    (float, "a number"),
    (str, "a string"),
    (list, "a list"),
    (dict, "a table"),
)


@dataclass(frozen=True, slots=True)
class ValueKind:
    """A kind of value.

    Attributes:
        read: the value of one text, or of several where the kind is repeatable.
        toml: the types that TOML may give, booleans apart; a list of them as well where the kind is repeatable.
        wanted: the expected type, for messages.
        repeatable: whether there may be several.
        flag: whether it is on or off.
        is_path: whether the texts are relative to the folder of the file that they stand in.
        split: the texts of an environment variable.
        words: the words that a text may be, where these are few: a shell completes them.
    """

    read: Callable[[Sequence[str]], Any]
    toml: tuple[type, ...]
    wanted: str
    repeatable: bool = False
    flag: bool = False
    is_path: bool = False
    split: Callable[[str], list[str]] = lambda text: [text]
    words: tuple[str, ...] = ()

    def texts(self, value: object) -> list[str]:
        """Return a TOML value as texts; SettingError where it has another type."""
        values = value if self.repeatable and isinstance(value, list) else [value]
        if not all(_is_a(item, self.toml) for item in values):
            wrong = next(item for item in values if not _is_a(item, self.toml))
            found = next((name for kind, name in _TYPE_NAMES if isinstance(wrong, kind)), f"a {type(wrong).__name__}")
            raise SettingError(f"this is {found}, and should be {self.wanted}")
        return [str(item).lower() if isinstance(item, bool) else str(item) for item in values]

    def relocate(self, texts: Iterable[str], folder: Path) -> list[str]:
        """Rewrite paths that are relative to `folder` as paths relative to the working directory."""
        return [_from_here(text, folder) for text in texts] if self.is_path else list(texts)


def _is_a(value: object, types: tuple[type, ...]) -> bool:
    return isinstance(value, types) and (bool in types or not isinstance(value, bool))


def _from_here(pattern: str, folder: Path) -> str:
    if pattern == "-" or Path(pattern).is_absolute() or folder == Path.cwd():
        return pattern
    escaped = glob.escape(str(folder)) if glob.has_magic(pattern) else str(folder)
    joined = os.path.join(escaped, pattern)
    return os.path.relpath(joined) if Path(joined).drive == Path.cwd().drive else joined


def _flag(texts: Sequence[str]) -> bool:
    text = texts[-1].strip().lower()
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise SettingError(f"{texts[-1]!r} is neither true nor false", hint="write 1 or 0, true or false, yes or no")


def _count(texts: Sequence[str]) -> int:
    text = texts[-1].strip()
    if not (text.isascii() and text.isdecimal() and int(text) >= 1):
        raise SettingError(f"{texts[-1]!r} is no whole number from 1")
    return int(text)


def _word(texts: Sequence[str]) -> str:
    if not texts[-1].strip():
        raise SettingError("there is nothing written")
    return texts[-1].strip()


def one_of(what: str, words: type[StrEnum] | Iterable[str]) -> ValueKind:
    """Return the kind whose value is one of some words; the member where the words are those of an enum."""

    def read(texts: Sequence[str]) -> Any:
        text = texts[-1].strip()
        known = {str(word): word for word in words}
        if text not in known:
            raise unknown(what, text, known)
        return known[text]

    return ValueKind(read, (str,), "a string", words=tuple(map(str, words)))


def some_of(what: str, words: type[StrEnum]) -> ValueKind:
    """Return the kind whose value is some words of an enum, each once; a text may hold several, with commas between."""
    one = one_of(what, words)

    def read(texts: Sequence[str]) -> Any:
        return tuple(dict.fromkeys(one.read([word]) for text in texts for word in text.split(",")))

    return ValueKind(read, (str,), "a string or a list of strings", repeatable=True, words=tuple(map(str, words)))


def read_as(read: Callable[[str], Any], wanted: str = "a string", *toml: type) -> ValueKind:
    """Return the kind whose value a function reads from one text."""
    return ValueKind(lambda texts: read(texts[-1].strip()), toml or (str,), wanted)


FLAG = ValueKind(_flag, (bool,), "true or false", flag=True)
COUNT = ValueKind(_count, (int,), "a whole number from 1")
BOUND = ValueKind(lambda texts: read_bound(texts[-1]), (int, float, str), "a number")
WORD = ValueKind(_word, (str,), "a string")
DTYPE = ValueKind(lambda texts: read_dtype(texts[-1].strip()), (str,), "a string", words=tuple(map(str, DType)))
MODES = ValueKind(
    read_modes, (str,), "a string or a list of strings", repeatable=True, words=(*(mode.value for mode in Mode), "all")
)
NAMES = ValueKind(read_const, (str,), "a string or a list of strings", repeatable=True)
SEED = ValueKind(lambda texts: read_seed(texts[-1].strip()), (int,), "a whole number from 0")
PATH = ValueKind(lambda texts: Path(_word(texts)), (str,), "a string", is_path=True)
FILE = ValueKind(_word, (str,), "a string", is_path=True)
"""A file to be written, as it was typed. A slash at its end would be lost in a Path, and means a folder."""
PATTERNS = ValueKind(tuple, (str,), "a list of strings", repeatable=True, is_path=True, split=shlex.split)
"""File names and patterns, in the environment as a shell would split them."""
