"""The names that a text uses as values, before it can be read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from derivcheck.errors import ParseError
from derivcheck.language.names_used import names_used
from derivcheck.language.parse import parse
from derivcheck.model.expression import NodeKind


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("x**n + sin(y)", ("x", "n", "y")),
        ("y*x + y", ("y", "x")),
        ("h = x @ w; h + b", ("x", "w", "b")),
        ("sum(x, dim=dim, keepdim=True)", ("x", "dim", "True")),
        ("sin(sin)", ("sin",)),
        ("x if c else y", ("x", "if", "c", "else", "y")),
        ("((x", ("x",)),
        ("", ()),
    ],
)
def test_names_in_their_order(text: str, names: tuple[str, ...]) -> None:
    """A function, a keyword, and what the text itself defines are none; the text need not be complete."""
    words = {"True", "if", "else"}  # words of the language, which no variable has as its name
    assert tuple(name for name in names if name not in words) == tuple(
        name for name in names_used([text]) if name not in words
    )


def test_several_texts_are_one() -> None:
    """Each name once, and a name that one text defines is a value in the next."""
    assert names_used(["h = x; h*y", "y + z", "h"]) == ("x", "y", "z", "h")


def test_nothing_is_read_behind_a_stray_character() -> None:
    """Whoever reads the text as an expression says what is wrong with it; one that is too long is not looked at."""
    assert names_used(["x ? y"]) == ("x",)
    with pytest.raises(ParseError):
        names_used(["x + " * 100_000])


@given(st.recursive(st.sampled_from("abxyz"), lambda inner: st.tuples(inner, inner).map("({0[0]}*{0[1]})".format)))
def test_they_are_the_variables_of_the_tree(text: str) -> None:
    """Where a text can be read, its variables are its names."""
    variables = {node.name for node in parse(text) if node.kind is NodeKind.VARIABLE}
    assert set(names_used([text])) == variables
