"""The marks of a LaTeX text."""

from __future__ import annotations

import pytest

from derivcheck.errors import ParseError
from derivcheck.language.latex.marks import MarkKind, marks


def test_marks_and_their_places() -> None:
    """Blanks of every kind are no marks, and are remembered."""
    found = marks(r"2\, x^{\alpha}'")
    assert ["2", "x", "^", "{", "alpha", "}", "'", ""] == [mark.text for mark in found]
    assert [False, True] == [mark.is_apart for mark in found[:2]]
    assert MarkKind.COMMAND is found[4].kind
    assert (7, 13) == (found[4].start, found[4].end)


@pytest.mark.parametrize("latex", ["$x$", "$$ x $$", r"\(x\)", r"\[x\]", "x % a comment"])
def test_what_stands_around_a_formula_is_no_mark(latex: str) -> None:
    """Dollars, brackets with backslashes, comments."""
    assert ["x", ""] == [mark.text for mark in marks(latex)]


@pytest.mark.parametrize(
    ("latex", "message"),
    [("{x", "never closed"), ("x}", "closes nothing"), ("$x$ and $y$", "two formulas"), ("x" * 20_001, "characters")],
)
def test_texts_that_are_refused(latex: str, message: str) -> None:
    """Braces that do not match, two formulas, endless texts."""
    with pytest.raises(ParseError, match=message):
        marks(latex)
