"""Texts that are made when they are asked for."""

from __future__ import annotations

import pickle

from derivcheck.api import check
from derivcheck.model.deferred import TOO_LONG, Deferred

MADE: list[str] = []


def shout(word: str) -> str:
    """A text, and a note that it was made."""
    MADE.append(word)
    return word.upper()


def test_a_text_is_made_once_and_only_when_asked_for() -> None:
    """A recipe that nobody asks for is never followed."""
    MADE.clear()
    text = Deferred(shout, "x")
    assert ([], False) == (MADE, text.is_made)
    assert ("X", "X", ["x"]) == (text.text, str(text), MADE)
    assert text.is_made


def test_a_recipe_crosses_to_another_process_with_its_text_if_that_is_made() -> None:
    """Made here or there, the text is the same; what was made is not made again."""
    MADE.clear()
    made, unmade = Deferred(shout, "a"), Deferred(shout, "b")
    assert "A" == made.text
    here = pickle.loads(pickle.dumps((made, unmade)))
    assert (made, unmade) == here
    assert ["A", "B"] == [text.text for text in here]
    assert ["a", "b"] == MADE


def test_the_formula_of_a_result_survives_pickling() -> None:
    """A worker sends the recipe; the text that is made from it is the one that is made at home."""
    results = list(check("x**2 + a*sin(x)", at={"x": 2, "a": 3}))
    sent = pickle.loads(pickle.dumps(results))
    assert [row.formula_text for row in sent] == [row.formula_text for row in results]
    assert {None, "a*cos(x) + 2*x", "sin(x)"} == {row.formula_text for row in sent}


def test_a_text_that_records_leave_out_is_made_once_for_both() -> None:
    """Before and after it has crossed to another process."""
    text = Deferred("{}*{}".format, 2, "x")
    twin = text.leaving_out()
    assert (False, True) == (text.left_out, twin.left_out)
    assert "2*x" == twin.text
    assert "Deferred('2*x')" == repr(text)
    there, again = pickle.loads(pickle.dumps((text, twin)))
    assert (False, True, "2*x", "2*x") == (there.left_out, again.left_out, there.text, again.text)


def test_what_is_too_long_has_no_text() -> None:
    """It is told apart from what has no formula."""
    assert (None, "") == (TOO_LONG.text, str(TOO_LONG))
