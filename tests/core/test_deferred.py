"""Texts that are made when they are asked for."""

from __future__ import annotations

import pickle

from derivcheck.api import check
from derivcheck.deferred import Deferred

MADE: list[str] = []


def shout(word: str) -> str:
    """A text, and a note that it was made."""
    MADE.append(word)
    return word.upper()


def test_a_text_is_made_once_and_only_when_asked_for() -> None:
    """A recipe that nobody asks for is never followed."""
    MADE.clear()
    text = Deferred(shout, "x")
    assert [] == MADE
    assert ("X", "X", ["x"]) == (text.text, str(text), MADE)


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
