"""Writing a term as a text that can be pasted, with the names that statements gave."""

from __future__ import annotations

import pytest

from derivcheck.explaining.rewriting.term_graph import Terms
from derivcheck.explaining.rewriting.writing import Writing
from derivcheck.language.parse import parse


def again(text: str) -> str:
    """A text, once it was read and written."""
    terms = Terms()
    expression = parse(text)
    made = terms.read(expression)
    return Writing.of(expression, made, terms).text(made[-1])


@pytest.mark.parametrize(
    "text",
    [
        "x*(y + 1) - 2/z",
        "where(x > 0, log(x), -x)",
        "u = sin(x); u*y + u",
        "u = sin(x); v = u**2; v*y + u",
        "sin(x)*cos(y*z + 1) + cos(y*z + 1)",
        "loss = x**2; loss",
        "(x, y*x)",
        "sum(x, dim=-1, keepdim=True)[0, 1:]",
        "stack([x, y])",
    ],
)
def test_what_was_written_is_written_again(text: str) -> None:
    """Statements, what is written twice without a name, tuples, indices and settings."""
    expected = "x**2" if text.startswith("loss") else text
    assert expected == again(text)


def test_what_a_rule_writes_twice_gets_a_name() -> None:
    """A long one, which the user has not written twice himself; no name that is taken is used."""
    terms = Terms()
    expression = parse("sin(x*y*z + h)")
    made = terms.read(expression)
    doubled = terms.call("add", made[-1], made[-1])
    assert "h2 = sin(x*y*z + h); h2 + h2" == Writing.of(expression, made, terms).text(doubled)


def test_what_becomes_of_a_named_term_keeps_the_name() -> None:
    """Unless the name is taken by another one."""
    terms = Terms()
    expression = parse("u = sin(x); u*y")
    made = terms.read(expression)
    root, sine, x = made[-1], made[1], made[0]
    writing = Writing.of(expression, made, terms)
    assert "u = cos(x); u*y" == writing.text(terms.replaced(root, sine, terms.call("cos", x)))
