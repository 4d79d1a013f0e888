"""Matching a pattern with a term, in whatever order its sums and products are written.

Covers also: patterns.
"""

from __future__ import annotations

import pytest

from derivcheck.explaining.rewriting.matching import matches
from derivcheck.explaining.rewriting.patterns import Sort, pattern_of
from derivcheck.explaining.rewriting.term_graph import Terms
from derivcheck.explaining.rewriting.writing import Writing
from derivcheck.language.parse import parse

SHOWN = Writing({}, set(), ("a", "b", "c", "u", "v"))


def found(pattern: str, text: str, *, numbers: tuple[str, ...] = ()) -> list[dict[str, str]]:
    """What the variables of a pattern stand for, for each way in which it matches at the top of an expression."""
    terms = Terms()
    laid_out = pattern_of(Terms().read(parse(pattern))[-1], {}, numbers)
    term = terms.read(parse(text))[-1]
    return [{name: SHOWN.text(part) for name, part in match.bound.items()} for match in matches(laid_out, term, terms)]


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("log(1 + x)", "log(1 + u)", {"x": "u"}),
        ("log(1 + x)", "log(u + 1)", {"x": "u"}),
        ("log(1 + x)", "log(1 - u*v)", {"x": "-(u*v)"}),
        ("log(1 + x)", "log(a + 1 + b)", {"x": "a + b"}),
        ("exp(x) - 1", "exp(u) - 1", {"x": "u"}),
        ("exp(x) - 1", "1 - exp(2*u)", {"x": "2*u"}),
        ("exp(x) - 1", "3*exp(u) + v - 3", {"x": "u"}),
        ("exp(x) - exp(-x)", "exp(2*u) - exp(-2*u)", {"x": "2*u"}),
        ("1/(1 + exp(-x))", "1/(1 + exp(u))", {"x": "-u"}),
        ("1/(1 + exp(-x))", "u/(exp(-v) + 1)", {"x": "v"}),
        ("x**2 - y**2", "u*u - 1", {"x": "u", "y": "1"}),
        ("x**2 - y**2", "4*u**2 - v**2", {"x": "2*u", "y": "v"}),
        ("sqrt(x**2 + y**2)", "sqrt(9*u**2 + v**4)", {"x": "3*u", "y": "v**2"}),
        ("exp(x)/(exp(x) + exp(y))", "exp(u)*a/(exp(v) + exp(u))", {"x": "u", "y": "v"}),
        ("sqrt(x) - y", "sqrt(u**2 + 1) - u", {"x": "u**2 + 1", "y": "u"}),
        ("x - x", "u + v - u", {"x": "u"}),
        ("x*log(y)", "a*log(u)*b", {"y": "u", "x": "a*b"}),
    ],
)
def test_a_pattern_matches(pattern: str, text: str, expected: dict[str, str]) -> None:
    """As a part of a sum or a product, as a multiple of it, and with terms in the places of its variables."""
    assert expected in found(pattern, text)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("log(1 + x)", "log(2 + u)"),
        ("exp(x) - 1", "exp(u) + 1"),
        ("exp(x) - exp(-x)", "exp(u) - exp(-v)"),
        ("sqrt(x) - y", "u - v"),
        ("1/x - 1/y", "u - v"),
        ("x - x", "u - v"),
        ("1 - cos(x)", "2 - cos(u)"),
        ("sqrt(x**2 + y**3)", "sqrt(u**2 + 1e-300*1e-300)"),  # a number of too many digits to take a root of
    ],
)
def test_a_pattern_does_not_match(pattern: str, text: str) -> None:
    """Another number, another sign, another term; and no term is taken for a root or an inverse of another."""
    assert [] == found(pattern, text)


def test_a_variable_may_stand_for_numbers_alone() -> None:
    """A rule says which ones do."""
    assert [{"a": "3", "x": "u"}] == found("a*x", "3*u", numbers=("a",)) or found("x**a", "u**v", numbers=("a",)) == []


def test_the_parts_of_a_pattern_are_ordered() -> None:
    """What is most easily found comes first, and a variable last."""
    pattern = pattern_of(Terms().read(parse("x - 1 + sin(x)"))[-1], {})
    assert [Sort.CALL, Sort.NUMBER, Sort.VARIABLE] == [part.sort for _, part in pattern.pieces]
