"""What docs/language.md shows is read. Covers also: parse."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from derivcheck.errors import ParseError, TwoReadingsError
from derivcheck.language.latex.read_latex import as_latex
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


SECTION = PAGE.partition("## As people write it")[2].partition("### Two readings")
TWO_READINGS, _, LATEX = SECTION[2].partition("## LaTeX")
PAIRS = [
    (written, plain)
    for row in re.findall(r"^\| (`.*) \| (`.*?) \| [^|]*\|$", SECTION[0].replace("\\|", "¦"), re.MULTILINE)
    for written, plain in zip(*(re.findall("`([^`]+)`", cell) for cell in row), strict=False)
]
NAMES = ["x", "y", "n", "r", "b", "X", "sigma", "scale"]


@pytest.mark.parametrize(("written", "plain"), PAIRS)
def test_what_people_write_is_read_as_the_page_says(written: str, plain: str) -> None:
    """Beside each text stands how it is read."""
    assert parse(plain, NAMES, strict=True) == parse(written.replace("¦", "|"), NAMES)


@pytest.mark.parametrize("text", re.findall(r"^\| `([^`]+)`", TWO_READINGS, re.MULTILINE))
def test_two_readings_of_the_page_are_refused(text: str) -> None:
    """Each with both."""
    names = ["x", "y", "z", "xy"] if text == "xyz" else ["a", "x", "y"]
    with pytest.raises(TwoReadingsError, match=" can be read in two ways"):
        parse(text, names)


READ, _, REFUSED = LATEX.partition("What has two readings is refused")
NO_FORMULAS = {"y_hat", r"\frac{d}{dx}", r"\frac{\partial f}{\partial x} =", "f(x) =", "f'(x) ="}
WHOLE = [
    text
    for cell in re.findall(r"^\| (`.*) \| [^|]*\|$", READ.replace("\\|", "¦"), re.MULTILINE)
    for text in re.findall("`([^`]+)`", cell.replace("¦", "|"))
    if re.search(r"[xyns]", re.sub(r"\\[A-Za-z]+", "", text)) and text not in NO_FORMULAS and "…" not in text
]


@pytest.mark.parametrize("text", WHOLE)
def test_latex_of_the_page_is_read(text: str) -> None:
    """Each formula that is whole, with a value for each letter but those that are functions."""
    names = ["x", "y", "n", "a", "s", "x_1", "x_max", "y_hat", "epsilon", *(["k"] if "binom" in text else [])]
    parse(as_latex(text), names)


@pytest.mark.parametrize("text", re.findall(r"^\| `([^`]+)`", REFUSED, re.MULTILINE))
def test_latex_with_two_readings_is_refused(text: str) -> None:
    """The others of the section."""
    with pytest.raises(ParseError):
        parse(as_latex(text), ["x", "y"])
