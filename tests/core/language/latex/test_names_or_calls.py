"""Names in a LaTeX text that may be functions."""

from __future__ import annotations

import pytest

from derivcheck.language.latex.read_latex import read_latex


@pytest.mark.parametrize(
    ("latex", "names", "read"),
    [
        (r"\Gamma(x)", ["x"], "gamma(x)"),
        (r"\Gamma(x + 1)", ["x", "Gamma"], "Gamma*(x + 1)"),
        (r"\Gamma(a, x)", ["x", "a"], "uppergamma(a, x)"),
        (r"\operatorname{B}{\left(x, y\right)}", ["x", "y"], "beta(x, y)"),
        (r"\sigma(x)", ["x"], "sigmoid(x)"),
        (r"\sigma(x + 1)", ["x", "sigma"], "sigma*(x + 1)"),
        (r"J_0(x)", ["x"], "besselj(0, x)"),
        (r"J_0(x + 1)", ["x", "J_0"], "J_0*(x + 1)"),
        (r"K_{n}(x)", ["x", "n"], "besselk(n, x)"),
        (r"sin(x)", ["x"], "sin(x)"),
        (r"sin x", ["s", "i", "n", "x"], "s*i*n*x"),
        (r"xsin(x)", ["x"], "x*sin(x)"),
    ],
)
def test_letters_that_are_functions(latex: str, names: list[str], read: str) -> None:
    """A name that has a value is never a function."""
    assert read == read_latex(latex, names).text
