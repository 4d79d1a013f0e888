"""Parsing for tests: the error of a text, and what its carets stand under."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from derivcheck.errors import ParseError
from derivcheck.language.parse import parse
from derivcheck.model.constants import Constants


def error_of(text: str, variables: Collection[str] | None = None, constants: Constants = ()) -> ParseError:
    """Return the error that parsing the text raises."""
    with pytest.raises(ParseError) as caught:
        parse(text, variables, constants=constants)
    return caught.value


def underlined(error: ParseError) -> str:
    """The characters that stand above the carets."""
    line, carets = error.caret().split("\n")
    return "".join(char for char, mark in zip(line, carets, strict=False) if mark == "^")
