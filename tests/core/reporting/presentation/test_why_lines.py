"""An explanation as lines."""

from __future__ import annotations

from dataclasses import replace

import pytest
from explanations import HAND_MADE, branch, cancellation, long_chain, polynomial, wrong_function

from derivcheck.model.explanation import Explanation
from derivcheck.reporting.presentation.toned_lines import plain
from derivcheck.reporting.presentation.why_lines import (
    NO_BLAME,
    NO_BLAME_FOUND,
    ON_BACKWARD,
    ON_BLAME,
    ON_FORWARD,
    ON_HELP,
    ON_TAPE,
    brief,
    pasteable,
    why,
)


def lines(explanation: Explanation, width: int = 80, **how: bool) -> list[str]:
    """The whole explanation as plain text."""
    return [plain(line) for line in why(explanation, width=width, **how)]


def test_the_order_is_tape_forward_backward_blame_help() -> None:
    """The answer comes last, where a reader of a terminal looks first."""
    headings = (ON_TAPE, ON_FORWARD, ON_BACKWARD, ON_BLAME, ON_HELP)
    assert list(headings) == [line for line in lines(cancellation(), 100) if line in headings]


def test_the_blame_is_one_sentence_with_a_caret() -> None:
    """Under the piece of the expression that is meant."""
    found = lines(branch())
    at = found.index("    where(x > 0, sqrt(x), 0)")
    assert "                 ^^^^^^^" == found[at + 1]
    assert found[at - 2].startswith("  nan came through `sqrt(x)`")


def test_of_code_the_file_and_the_line_are_named() -> None:
    """With the line itself."""
    found = lines(wrong_function())
    at = found.index("  mine.py, line 11")
    assert ["    return 2 * i", "    ^^^^^^^^^^^^"] == found[at + 1 : at + 3]


def test_what_helps_can_be_pasted() -> None:
    """The expression stands alone on its lines, then the digits, then the reason and its source."""
    found = lines(cancellation())
    at = found.index("  2*sin(x/2)**2")
    assert "    digits right: f 0.0 → 15.9, df/dx 15.9 → 15.9" == found[at + 1]
    assert found[at + 2].startswith("    no nearly equal numbers are subtracted (1 - cos(u) → 2*sin(u/2)**2; Higham")


def test_an_expression_is_broken_between_words_alone() -> None:
    """A number that is broken is another number."""
    assert ["a + b +", "c"] == pasteable("a + b + c", 7)
    assert ["abcdefghij + c"] == pasteable("abcdefghij + c", 7)


def test_where_nothing_is_to_blame_that_is_said() -> None:
    """It differs whether every number is right, or small errors add up."""
    assert f"  {NO_BLAME}" in lines(polynomial(), 100, all_match=True)
    assert f"  {NO_BLAME_FOUND}" in lines(polynomial(), 100)


def test_what_could_not_be_explained_blames_nothing() -> None:
    """A note says why."""
    found = lines(Explanation("f", (), notes=("`mylib::op` cannot be recorded; give a formula",)))
    assert ["", "not explained", "  `mylib::op` cannot be recorded; give a formula"] == found


def test_a_long_tape_is_whole_with_v() -> None:
    """And folded without."""
    assert 0 == sum("more line" in line for line in lines(long_chain(), verbose=True))
    assert 6 == sum("more line" in line for line in lines(long_chain()))


def test_in_brief_there_is_no_tape() -> None:
    """For reports of many cases."""
    found = [plain(line) for line in brief(cancellation(), width=80)]
    assert ON_TAPE not in found
    assert {ON_BLAME, ON_HELP} <= set(found)


@pytest.mark.parametrize("width", [10, 30, 44, 60, 80])
@pytest.mark.parametrize("name", HAND_MADE)
def test_no_line_is_too_long_for_the_screen(name: str, width: int) -> None:
    """But for an expression with a longer word, which has to stay whole."""
    found = lines(HAND_MADE[name], width)
    long = [line for line in found if len(line) > max(width, 30)]
    assert not [line for line in long if "where(c" not in line and "where(x" not in line]


def test_the_subject_may_have_lost_its_place() -> None:
    """Without a place there is no caret; one on the tape serves."""
    explanation = branch()
    assert explanation.blame is not None
    found = lines(replace(explanation, blame=replace(explanation.blame, place=None)))
    assert "                 ^^^^^^^" in found
