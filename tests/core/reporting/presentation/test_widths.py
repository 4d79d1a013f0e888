"""How many columns a text takes, and where it is cut."""

from __future__ import annotations

import pytest

from derivcheck.reporting.presentation.widths import fit, width, wrap


@pytest.mark.parametrize(("text", "columns"), [("abc", 3), ("d²f/dλ", 6), ("数学", 4), ("e\u0301", 1)])
def test_widths_are_those_of_a_terminal(text: str, columns: int) -> None:
    """Rich, which measures for the screen, counts the same columns."""
    from rich.cells import cell_len

    assert columns == width(text) == cell_len(text)


def test_what_does_not_fit_is_cut() -> None:
    """An ellipsis takes one column; half a wide character is a space."""
    assert "abc…" == fit("abcdef", 4)
    assert "数 …" == fit("数学数学", 4)
    assert "ab  " == fit("ab", 4, pad=True)


def test_text_is_broken_between_words() -> None:
    """A word that no line can hold is broken; wide characters count twice."""
    text = "the true number 0.123456789 数学数学数"
    assert ["the true", "number", "0.12345678", "9", "数学数学数"] == wrap(text, 10)
    assert ["数学", "数"] == wrap("数学数", 5)
