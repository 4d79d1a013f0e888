r"""LaTeX texts with two readings, \sin x/2 and n!!, are refused as their plain texts are."""

from __future__ import annotations

import pytest

from derivcheck.errors import ParseError
from derivcheck.language.parse import parse


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (r"\sin x/2", "x"),
        (r"\ln x \cdot y", "x y"),
        (r"\sin \frac x2 x", "x"),
        (r"\sin 30^\circ x", "x"),
        (r"\sin x!", "x"),
        (r"\ln|x|\,x", "x"),
        ("$n!!$", "n"),
        ("$2n!$", "n"),
        (r"x^{(2)}\cdot 3", "x"),
        (r"3\frac12 x", "x"),
        ("$0,5x$", "x"),
        (r"x^2 \quad (2)", "x"),
        (r"\sigma(x)", "x sigma"),
        (r"f(x)\cdot 2", "x f"),
        (r"E[x]\cdot 2", "x E"),
        (r"\cot^{-1} x", "x"),
        (r"\arccot x", "x"),
        (r"\phi + \varphi", "phi"),
        (r"\frac{d}{dx} x^2 + x", "x"),
        (r"\frac{d}{dx}\left(x^2\right) x", "x"),
    ],
)
def test_refused(text: str, names: str) -> None:
    """The error has a hint."""
    with pytest.raises(ParseError) as caught:
        parse(text, names.split())
    assert caught.value.hint


@pytest.mark.parametrize(
    ("text", "names", "plain"),
    [
        (r"\phi + \varphi", "phi varphi", "phi + varphi"),
        (r"\ell x", "ell x", "ell*x"),
        (r"\log x/\log 2", "x", "log(x)/log(2)"),
        (r"\sin x \cdot e^{x}", "x", "sin(x)*exp(x)"),
        (r"2 (n!)", "n", "2*factorial(n)"),
        (r"3\frac{x}{2}", "x", "3*(x/2)"),
        (r"\sigma(x + 1)", "x sigma", "sigma*(x + 1)"),
        (r"\max(0,5x)", "x", "Max(0, 5*x)"),
    ],
)
def test_read(text: str, names: str, plain: str) -> None:
    """What is near these texts has one reading."""
    assert parse(text, names.split()) == parse(plain, names.split())
