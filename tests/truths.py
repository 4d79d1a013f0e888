"""Truths for tests, from the text of an expression."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from derivcheck.model import Side, Truth
from derivcheck.numbers import Enclosure
from derivcheck.readings import readings
from derivcheck.truth.finder import Found, TruthFinder


def find(expr: str, at: Mapping[str, float | Fraction], *wrt: str, formula: bool = True) -> Found:
    """What is found about the derivative of `expr` by `wrt`, with SymPy's formula or without."""
    made = readings(expr, frozenset(at), wrt)
    finder = TruthFinder(
        made.balls,
        made.formula_program if formula else lambda _: None,
        {name: Fraction(x) for name, x in at.items()},
    )
    return finder.find(wrt)


def truth(expr: str, at: Mapping[str, float | Fraction], *wrt: str) -> Truth:
    """Return the truth about the expression, or one of its derivatives, at the point."""
    return find(expr, at, *wrt).truth


def number(side: Enclosure | Side | None) -> str:
    """A side as a text: 18 digits, or the name of what is no number."""
    return side.decimal(18) if isinstance(side, Enclosure) else str(side)
