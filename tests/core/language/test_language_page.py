"""What docs/language.md shows is read. Covers also: parse."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from derivcheck.language.parse import parse
from derivcheck.language.printing import to_text

PAGE = (Path(__file__).parents[3] / "docs" / "language.md").read_text("utf-8")
ROWS = re.findall(r"^\| [^|`]+ \| (`.*?`) \|", PAGE, re.MULTILINE)
EXAMPLES = [text for row in ROWS for text in re.findall("`([^`]+)`", row)]
BLOCKS = re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("text", [*EXAMPLES, *BLOCKS])
def test_an_example_of_the_page_is_read(text: str) -> None:
    """And printed as a text that is read as the same."""
    tree = parse(text, has_shapes=True)

    assert tree == parse(to_text(tree))


def test_the_page_has_examples() -> None:
    """In every row of its tables, and a block of lines."""
    assert 35 < len(EXAMPLES)
    assert 1 == len(BLOCKS)
