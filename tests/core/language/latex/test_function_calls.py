"""Calls of functions in a LaTeX text."""

from __future__ import annotations

import pytest

from derivcheck.errors import ParseError
from derivcheck.language.latex.read_latex import read_latex


@pytest.mark.parametrize(
    ("latex", "read"),
    [
        (r"\sin x", "sin(x)"),
        (r"\sin 2\pi x", "sin(2*pi*x)"),
        (r"\sin^2 x + \cos^2 x", "sin(x)^2 + cos(x)^2"),
        (r"\sin^{-1} x", "asin(x)"),
        (r"x\sin x\cos x", "x*sin(x)*cos(x)"),
        (r"\sin -x", "sin(-x)"),
        (r"\ln\frac{x}{2}", "log(x/2)"),
        (r"\ln |x|", "log(abs(x))"),
        (r"\ln x^2", "log(x^2)"),
        (r"\log_2 x", "log2(x)"),
        (r"\log_{10} x", "log10(x)"),
        (r"\log_b x", "(log(x)/log(b))"),
        (r"\ln x + \log_{10} x", "log(x) + log10(x)"),
        (r"\lg x + \log x", "log10(x) + log(x)"),
        (r"\max\{0, x\}", "max(0, x)"),
        (r"\operatorname{ReLU}{\left(x \right)}", "relu(x)"),
        (r"\exp\left(-\frac{x}{2}\right)", "exp(-(x/2))"),
        (r"\tanh(x)^2", "tanh(x)^2"),
    ],
)
def test_calls(latex: str, read: str) -> None:
    """The argument without brackets is the product behind the name, up to the next function."""
    assert read == read_latex(latex, ["x", "b"]).text


@pytest.mark.parametrize(
    ("latex", "message"),
    [
        (r"\sin + 1", "this function is of nothing"),
        (r"\sin x (1-x)", "where the argument of `\\sin` ends has two readings"),
        (r"\max_i x", "over an index is not read"),
        (r"\sin_2 x", "cannot stand at a function"),
        (r"\sin' x", "a derivative by a prime"),
        (r"\exp(x", "never closed"),
        (r"\ln x + \log x", "`\\log` can be read in two ways: beside `\\ln` its base may be 10"),
    ],
)
def test_calls_that_are_refused(latex: str, message: str) -> None:
    """Where the end, or the meaning, is not sure."""
    with pytest.raises(ParseError) as caught:
        read_latex(latex, ["x"])
    assert message in caught.value.message
