"""Bars and norms in a LaTeX text."""

from __future__ import annotations

import pytest

from derivcheck.errors import ParseError
from derivcheck.language.latex.read_latex import read_latex


@pytest.mark.parametrize(
    ("latex", "read"),
    [
        ("|x|+|y|", "abs(x) + abs(y)"),
        ("||x|-1|", "abs(abs(x) - 1)"),
        ("|x-|y||", "abs(x - abs(y))"),
        (r"\left|x - 1\right|^2", "abs(x - 1)^2"),
        (r"\|x\|", "norm(x)"),
        (r"\|x - y\|_2^2", "norm(x - y)^2"),
        (r"\lVert x \rVert_1", "norm(x, 1)"),
        (r"\lfloor x/2 \rfloor", "floor(x/2)"),
        (r"\left\lceil{x}\right\rceil", "ceil(x)"),
    ],
)
def test_bars(latex: str, read: str) -> None:
    """A bar behind an operator opens, behind a value it closes."""
    assert read == read_latex(latex, ["x", "y"]).text


@pytest.mark.parametrize("latex", ["|x", r"\|x", r"\lfloor x", r"\|x\|_3"])
def test_bars_that_are_refused(latex: str) -> None:
    """A bar that is never closed, a norm that is not read."""
    with pytest.raises(ParseError):
        read_latex(latex, ["x"])
