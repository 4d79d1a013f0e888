r"""The front door: a LaTeX text in, a text of the language out, which the parser then reads as any other.

The commands are those of L. Lamport, LaTeX: A Document Preparation System, 2nd edition, 1994, and of the package
amsmath. A text with two readings is refused with both.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from derivcheck.language.latex.latex_formulas import Formulas
from derivcheck.language.latex.written import LatexReading, joined

_COMMAND = re.compile(r"\\[A-Za-z()\[\]{}|,;!]")


def looks_like_latex(text: str) -> bool:
    r"""Whether a text is LaTeX by its own account: a backslash before a letter or a bracket, or dollars around it.

    Example:
        >>> looks_like_latex(r"\frac{1}{x}"), looks_like_latex("$x^2$"), looks_like_latex("x^2")
        (True, True, False)
    """
    stripped = text.strip()
    if len(stripped) > 1 and stripped[0] == stripped[-1] == "$":
        return True
    return _COMMAND.search(text) is not None


def as_latex(text: str) -> str:
    r"""A text that is LaTeX although it may not look so: in dollars, by which it is known.

    Example:
        >>> as_latex("x^{10} y"), as_latex(r"\frac{1}{x}")
        ('$x^{10} y$', '\\frac{1}{x}')
    """
    return text if not text.strip() or looks_like_latex(text) else f"${text}$"


def read_latex(text: str, given: Collection[str] | None = None) -> LatexReading:
    r"""Read a formula in LaTeX.

    Args:
        text: the formula, with or without dollars around it.
        given: the names that have a value. They tell the name `xy` from the product of x and y, and how the name of
            a letter with an accent or an index was typed. None: every letter is a name of its own.

    Returns:
        The formula in the language, with the place of each of its characters in `text`. It may begin with `y =` or
        `f(x) =`, with `f'(x) =` or `d/dx`, as a plain text may.

    Raises:
        ParseError: for what is no formula with one value, or has two readings.

    Example:
        >>> read_latex(r"\frac{1}{\sqrt{2\pi}} e^{-x^2/2}").text
        '(1/sqrt(2*pi))*exp(-x^2/2)'
        >>> read_latex(r"y \log(\hat y) + (1 - y)\log(1 - \hat y)", ["y", "y_hat"]).text
        'y*log(y_hat) + (1 - y)*log(1 - y_hat)'
    """
    return joined(Formulas(text, given).whole())
