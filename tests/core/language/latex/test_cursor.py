"""A place in a LaTeX text."""

from __future__ import annotations

import pytest

from derivcheck.errors import ParseError
from derivcheck.language.latex.cursor import MAX_DEPTH, Cursor


def test_words_in_braces() -> None:
    """Blanks stay between the words; without braces one mark is the word."""
    cursor = Cursor(r"{if x} y", None)
    assert "if x" == cursor.word()[0]
    assert "y" == cursor.word()[0]


def test_depth_is_counted() -> None:
    """Each level is left again; too many are refused."""
    cursor = Cursor("x", ["x"])
    for _ in range(3 * MAX_DEPTH):
        assert () == cursor.deeper(lambda: ())

    def deep() -> tuple[()]:
        cursor.deeper(deep)
        return ()

    with pytest.raises(ParseError, match="nested too deep"):
        deep()
