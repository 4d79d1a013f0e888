"""Formulas, products and fractions in a LaTeX text."""

from __future__ import annotations

import pytest

from derivcheck.errors import ParseError
from derivcheck.language.latex.read_latex import read_latex


@pytest.mark.parametrize(
    ("latex", "read"),
    [
        (r"\frac12 x^2", "(1/2)*x^2"),
        (r"\frac{x}{y}^2", "(x/y)^2"),
        (r"\frac{x+1}{y}", "((x + 1)/y)"),
        (r"x/(2\pi)", "x/(2*pi)"),
        (r"\sqrt[3]{x} + \sqrt[4]{y}", "cbrt(x) + root(y, 4)"),
        (r"\sqrt2 x", "sqrt(2)*x"),
        (r"e^{-x^2/2}", "exp(-x^2/2)"),
        (r"2 \cdot 3 \times x \div y", "2*3*x/y"),
        (r"x^{10} - {x}^{y}", "x^10 - x^y"),
        (r"30^\circ", "(30*pi/180)"),
        (r"\left(1 + x\right)\left[1 - x\right]", "(1 + x)*(1 - x)"),
        (r"\displaystyle x + 1.", "x + 1"),
        (r"\infty", "inf"),
    ],
)
def test_formulas(latex: str, read: str) -> None:
    """What is typeset is what is read."""
    assert read == read_latex(latex, ["x", "y"]).text


def test_e_is_a_name_where_it_has_a_value() -> None:
    """Else it is Euler's number."""
    assert "e^x" == read_latex("e^x", ["e", "x"]).text
    assert "exp(x)" == read_latex("e^x", ["x"]).text


@pytest.mark.parametrize(
    ("latex", "message"),
    [
        ("x + ", "ends where a value should stand"),
        ("2 3", "two numbers side by side"),
        ("x^y^2", "two powers at one base"),
        ("x^-1", "only the sign is raised"),
        ("x^T y", "a transpose is not read"),
        (r"\foo x", r"`\foo` is not read"),
        ("()", "nothing stands in these brackets"),
        (r"\frac{}{2}", "nothing stands in these braces"),
        ("", "no formula stands here"),
        ("(x, y)", "a list is no value"),
    ],
)
def test_formulas_that_are_refused(latex: str, message: str) -> None:
    """With the place of what is at fault."""
    with pytest.raises(ParseError) as caught:
        read_latex(latex, ["x", "y"])
    assert message in caught.value.message
