"""Carets under a piece of source."""

from __future__ import annotations

import pytest

from derivcheck.errors import Span
from derivcheck.reporting.presentation.source_carets import caret_lines, carets
from derivcheck.reporting.presentation.toned_lines import Tone, plain
from derivcheck.reporting.presentation.widths import width


def test_the_line_of_the_span_is_shown() -> None:
    """Of a text on several lines, the others are left out."""
    text = "h = cos(x);\n1 - h"
    assert ("1 - h", "^^^^^") == carets(text, Span(12, 17), 40)
    assert ("h = cos(x);", "    ^^^^^^") == carets(text, Span(4, 10), 40)


@pytest.mark.parametrize("columns", [10, 20, 33, 60])
@pytest.mark.parametrize("start", [0, 30, 57, 96])
def test_a_long_line_is_cut_to_a_window(columns: int, start: int) -> None:
    """The caret stays under what it means, and neither line is too long."""
    text = "".join(f"{number:03}" for number in range(33)) + "."
    shown, marks = carets(text, Span(start, start + 3), columns)
    assert width(shown) <= columns
    assert len(marks) <= columns
    assert text[start : start + 3] == shown[marks.index("^") : len(marks)]


def test_wide_characters_take_two_columns() -> None:
    """In a terminal the caret stands below what is meant."""
    assert ("数 + b", "     ^") == carets("数 + b", Span(4, 5), 40)


def test_a_span_beyond_the_text_has_a_caret_still() -> None:
    """It is none of ours, but nothing may fail over it."""
    assert ("ab", "  ^") == carets("ab", Span(9, 12), 40)


def test_the_lines_are_indented() -> None:
    """Four columns, as those of an error's."""
    assert ["    x**2", "    ^"] == [plain(line) for line in caret_lines("x**2", Span(0, 1), 80, Tone.FAIL)]
