"""Lines of fragments, each with its tone."""

from __future__ import annotations

from derivcheck.reporting.presentation.toned_lines import cut


def test_wide_characters_keep_the_columns() -> None:
    """A width is counted in cells of the terminal."""
    assert ("数 …", "数学…") == (cut("数学函数", 4), cut("数学函数", 5))
