"""Sums and products in a LaTeX text."""

from __future__ import annotations

import pytest

from derivcheck.errors import ParseError
from derivcheck.language.latex.read_latex import read_latex


@pytest.mark.parametrize(
    ("latex", "read"),
    [
        (r"\sum_{i} x_i^2", "sum(x^2)"),
        (r"\sum_i x_i y_i + 1", "sum(x*y) + 1"),
        (r"\frac{1}{n}\sum_{i=1}^n (x_i - y_i)^2", "(1/n)*sum((x - y)^2)"),
        (r"\prod_{i} x_i", "prod(x)"),
        (r"\sum_{k=0}^{3} \frac{x^k}{k!}", "((x^0/factorial(0)) + (x^1/factorial(1)) + (x^2/factorial(2)) "
         "+ (x^3/factorial(3)))"),
        (r"\prod_{k=1}^{2} (x - k)", "(((x - 1))*((x - 2)))"),
    ],
)  # fmt: skip
def test_sums(latex: str, read: str) -> None:
    """Over the elements of a tensor, or between two numbers."""
    assert read == read_latex(latex, ["x", "y", "n"]).text


@pytest.mark.parametrize(
    ("latex", "message"),
    [
        (r"\sum_i c", "nothing behind this has the index"),
        (r"\sum x", "over what this runs"),
        (r"\sum_{k=0}^{n} x^k", "the terms of this sum are unknown"),
        (r"\sum_{k=0}^{100} x^k", "a sum of 101 terms"),
        (r"\sum_{i} i x_i", "has no value of its own"),
        (r"\sum_{i}\sum_{i} x_i", "in use already"),
        (r"\sum_{n=0}^{3} x^n", "has a value, too"),
    ],
)
def test_sums_that_are_refused(latex: str, message: str) -> None:
    """Where the terms are not known, nothing is guessed."""
    with pytest.raises(ParseError) as caught:
        read_latex(latex, ["x", "n", "c"])
    assert message in caught.value.message
