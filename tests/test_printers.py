"""The benchmark of SymPy's printers, on a few of its expressions: what it counts is what it says."""

from __future__ import annotations

import random

import pytest
import sympy
from printers import TEXTBOOK, Read, drawn, expressions, judged, read_back

X = sympy.Symbol("x")


@pytest.mark.parametrize("name", ["str", "python", "unicode", "latex", "numpy"])
def test_no_text_is_read_as_something_else(name: str) -> None:
    """Of the textbook's expressions SymPy's sinc alone is another function here, which the page of functions says."""
    found = {expression: judged(name, expression) for expression in expressions(len(TEXTBOOK) // 2, 0)}
    refused = {Read.REFUSED} if name == "latex" else set()  # constants that are letters there
    assert {Read.RIGHT, Read.UNPRINTED, *refused} >= {read for read, _, _ in found.values()}


def test_a_text_of_another_function_is_wrong() -> None:
    """The judge sees a wrong sign, a wrong grouping, and what is refused."""
    assert Read.WRONG is read_back("x - 1", X + 1)[0]
    assert Read.WRONG is read_back("-x**2 + 1", (-X) ** 2 + 1)[0]
    assert Read.REFUSED is read_back("no_such(x)", X)[0]
    assert Read.RIGHT is read_back("x*x", X**2)[0]


def test_random_expressions_come_from_the_seed() -> None:
    """Two runs of one seed judge the same expressions."""
    assert drawn(random.Random(3), 3) == drawn(random.Random(3), 3)
