"""Environments in a LaTeX text."""

from __future__ import annotations

import pytest

from derivcheck.errors import ParseError
from derivcheck.language.latex.read_latex import read_latex


@pytest.mark.parametrize(
    ("latex", "read"),
    [
        (r"\begin{cases} x & \text{if } x > 0 \\ 0 & \text{otherwise} \end{cases}", "Piecewise((x, x > 0), (0, True))"),
        (r"\begin{cases} x, & x \ge 0, \\ -x, & x < 0. \end{cases}", "Piecewise((x, x >= 0), (-x, x < 0))"),
        (r"\left\{\begin{array}{ll} 0 & x<0 \\ x^2 & x\geq 0\end{array}\right.",
         "Piecewise((0, x < 0), (x^2, x >= 0))"),
        (r"\begin{cases} 1 & \text{if $x > 0$} \\ 0 & \text{else} \end{cases}", "Piecewise((1, x > 0), (0, True))"),
        (r"\begin{cases} 1 & 0 < x < 1 \\ 0 & \text{otherwise} \end{cases}", "Piecewise((1, 0 < x < 1), (0, True))"),
        (r"\begin{cases} 1 & x>0 \text{ and } x<1\\0&otherwise\end{cases}",
         "Piecewise((1, (x > 0) & (x < 1)), (0, True))"),
        (r"\begin{cases} 1 & x = 0 \\ 2 & x \ne 0 \end{cases}", "Piecewise((1, x == 0), (2, x != 0))"),
        (r"\begin{align*} y &= x^2 \\ \end{align*}", "y = x^2"),
    ],
)  # fmt: skip
def test_environments(latex: str, read: str) -> None:
    """Cases, and what stands around a whole formula."""
    assert read == read_latex(latex, ["x"]).text


@pytest.mark.parametrize(
    ("latex", "message"),
    [
        (r"\begin{cases} x \\ 0 & x > 0 \end{cases}", "a condition is missing"),
        (r"\begin{cases} x & x \\ 0 & x > 0 \end{cases}", "a condition compares"),
        (r"\begin{cases} x & \text{in winter} \end{cases}", "this condition is not read"),
        (r"\begin{cases} x & x > 0", "never closed"),
        (r"\begin{pmatrix} x \end{pmatrix}", "is not read"),
        (r"\begin{align} y &= x \\ z &= x \end{align}", "several lines are several formulas"),
        (r"\begin{cases}\end{cases}", "no cases stand here"),
    ],
)
def test_environments_that_are_refused(latex: str, message: str) -> None:
    """Where a condition is missing, or is none."""
    with pytest.raises(ParseError) as caught:
        read_latex(latex, ["x"])
    assert message in caught.value.message
