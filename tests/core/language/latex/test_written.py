"""What a LaTeX text is read as."""

from __future__ import annotations

import pytest

from derivcheck.errors import Span
from derivcheck.language.latex.written import Piece, enclosed, joined


@pytest.mark.parametrize(
    ("text", "shown"),
    [("x", "x"), ("12", "12"), ("sin(x)", "sin(x)"), ("(a)*(b)", "((a)*(b))"), ("-x", "(-x)"), ("2.5", "(2.5)")],
)
def test_brackets_where_they_are_needed(text: str, shown: str) -> None:
    """A name, a whole number, a call and a bracket stand alone."""
    assert shown == joined(enclosed((Piece(text, 0, 1),))).text


def test_every_character_knows_its_place() -> None:
    """Of what stands for several characters all of them are shown."""
    found = joined((Piece("sqrt(", 0, 5), Piece("x", 6, 7), Piece(")", 7, 8)))
    assert "sqrt(x)" == found.text
    assert Span(0, 7) == found.span(Span(0, 6))
    assert Span(7, 8) == found.span(Span(7, 7))
