"""The selection of cases by an expression."""

from __future__ import annotations

import pytest
from _pytest.mark.expression import Expression
from hypothesis import given
from hypothesis import strategies as st

from derivcheck.case_files.unreadable import Unreadable
from derivcheck.errors import CaseError, Location, ParseError
from derivcheck.model import Case
from derivcheck.running.interface import Item
from derivcheck.running.selection import Selected, compile_selection

WORDS = ["sin", "Cos", "a/b", "1.5", "x-1", "t[0]", "notable", "android", "format", "::"]


def expressions() -> st.SearchStrategy[str]:
    """Expressions that pytest reads as well."""
    return st.recursive(
        st.sampled_from(WORDS),
        lambda inner: st.one_of(
            inner.map("not {}".format),
            inner.map("({})".format),
            st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(" ".join),
        ),
        max_leaves=8,
    )


@given(expressions(), st.lists(st.sampled_from(WORDS), max_size=4).map(" ".join))
def test_it_means_what_it_means_to_pytest(text: str, haystack: str) -> None:
    """Substrings in any case, and the same order of `not`, `and` and `or`."""

    def holds(word: str, /, **_: object) -> bool:
        return word.lower() in haystack.lower()

    wanted = Expression.compile(text).evaluate(holds)
    assert wanted == compile_selection(text)(haystack.lower())


@pytest.mark.parametrize(
    ("text", "message", "caret"),
    [
        ("", "expected a word, `not` or `(`", "^"),
        ("sin and", "expected a word, `not` or `(`", "       ^"),
        ("sin cos", "expected `and`, `or` or the end", "    ^^^"),
        ("(sin", "expected `)`", "    ^"),
        ("sin)", "expected `and`, `or` or the end", "   ^"),
        ("and sin", "expected a word, `not` or `(`, not 'and'", "^^^"),
        ("'sin", "the quote is not closed", "^"),
        ("sin & cos", "unexpected '&'", "    ^"),
        ("(" * 500 + "x" + ")" * 500, "nested too deeply", ""),
        ("__import__('os').system('x') or ()", "expected `and`, `or` or the end", "          ^"),
    ],
)
def test_what_is_no_selection_is_told_with_its_place(text: str, message: str, caret: str) -> None:
    """It is parsed, never evaluated."""
    with pytest.raises(ParseError) as caught:
        compile_selection(text)
    assert message in caught.value.render()
    assert not caret or caret in caught.value.caret().splitlines()[1]


def test_it_looks_at_name_file_and_expression_and_quotes_hold_what_is_no_word() -> None:
    """And keeps what could not be read at all."""
    cases = [
        Case(expr="sin(x) + 1", name="wave", location=Location("waves.toml", 1)),
        Case(expr="cos(x)", location=Location("waves.toml", 2)),
        Case(expr="sin(2*x)", name="double"),
    ]
    unknown = Unreadable(Location("broken.toml"), CaseError("broken"))
    broken = Unreadable(Location("broken.toml", 3), CaseError("broken"), name="wave", expr="sin(")
    every: list[Item] = [*cases, unknown, broken]

    def chosen(text: str) -> list[int]:
        return [every.index(item) for item in Selected(text).of(every)]

    assert [0, 3, 4] == chosen("WAVE and not 'cos(x)'")
    assert [0, 1, 3] == chosen("waves.toml")
    assert [0, 3] == chosen("'sin(x)'")
    assert [2, 3] == chosen('"2*x"')
    assert [2, 3] == chosen("2*x")
    selection = Selected("double")
    list(selection.of(every))
    assert 3 == selection.deselected
