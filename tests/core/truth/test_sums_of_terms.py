"""Sums of terms: what no term has in common, and what is known then of second derivatives without quotients."""

from __future__ import annotations

from fractions import Fraction

import pytest

from derivcheck.balls.compiling import compile_balls
from derivcheck.elements.elements import Elements
from derivcheck.language.parse import parse
from derivcheck.model import Kind
from derivcheck.truth.floats_of_elements import FloatTruths
from derivcheck.truth.partials_of_elements import ElementTruths
from derivcheck.truth.sums_of_terms import SumsOfTerms

NAMES = ("x", "y", "z")


@pytest.mark.parametrize(
    ("text", "apart"),
    [
        ("exp(x) + y", {"xy", "xz", "yz"}),
        ("2*(x - sin(y))/3 - x*z", {"xy", "yz"}),
        ("-(x*y) + z", {"xz", "yz"}),
        ("exp(x + y) + z", {"xz", "yz"}),
        ("x/y", {"xz", "yz"}),
        ("y*(x + z)", set()),
        ("where(y > 0, x, 0) + z", {"xz", "yz"}),
    ],
)
def test_terms_are_told_apart(text: str, apart: set[str]) -> None:
    """A product of two that move is one term, and so is whatever is no sum."""
    elements = Elements.of(parse(text + " + 0*(x + y + z)", list(NAMES)))
    sums = SumsOfTerms(elements, compile_balls(elements))
    pairs = {"xy", "xz", "yz"}
    assert {pair for pair in pairs if sums.have_no_term_in_common(0, *pair)} == apart
    assert {pair for pair in pairs if sums.have_no_term_in_common(0, *reversed(pair))} == apart


@pytest.mark.parametrize(
    "text",
    [
        "abs(x) + y**2 + z",  # a kink in x
        "floor(x) + exp(y)*z",  # a jump
        "sqrt(x) + y*z",  # the end of a domain
        "max(x, y) + z**3",  # a tie, where both move
        "where(x > 0, y, 0) + z*y",
        "cbrt(x) + y",
        "abs(y)*x + floor(z)*2",
    ],
)
@pytest.mark.parametrize("y", [Fraction(0), Fraction(5, 4)])
def test_numbers_are_those_that_quotients_show(text: str, y: Fraction) -> None:
    """And where there is none, none is said to be."""
    elements = Elements.of(parse(text, list(NAMES)))
    point = {"x": Fraction(0), "y": y, "z": Fraction(2)}
    by_quotients = ElementTruths(elements, point).hessian(0, NAMES, NAMES)
    quickly = FloatTruths(elements, point).hessian(0, NAMES, NAMES)
    for slow_row, fast_row in zip(by_quotients, quickly, strict=True):
        for slow, fast in zip(slow_row, fast_row, strict=True):
            assert (slow.truth.kind is Kind.VALUE) == (fast.truth.kind is Kind.VALUE), (slow, fast)
            if slow.truth.value is not None and fast.truth.value is not None:
                assert slow.truth.value.mid == fast.truth.value.mid
