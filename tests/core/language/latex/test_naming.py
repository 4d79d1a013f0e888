"""Names in a LaTeX text."""

from __future__ import annotations

import pytest

from derivcheck.errors import ParseError
from derivcheck.language.latex.naming import function_named
from derivcheck.language.latex.read_latex import read_latex


@pytest.mark.parametrize(
    ("latex", "names", "read"),
    [
        (r"x_1", ["x_1"], "x_1"),
        (r"x_1", ["x1"], "x1"),
        (r"x_{12}", ["x_12"], "x_12"),
        (r"W_{i,j}", ["W_i_j"], "W_i_j"),
        (r"x_{\text{max}}", ["x_max"], "x_max"),
        (r"\mu_0", ["mu_0"], "mu_0"),
        (r"\hat y", ["y_hat"], "y_hat"),
        (r"\hat{y}", ["yhat"], "yhat"),
        (r"\hat y_i", ["y_i", "y_hat"], "y_hat"),
        (r"\mathbf{w}", ["w"], "w"),
        (r"\mathrm{lr}", ["lr"], "lr"),
        (r"\varepsilon", ["epsilon"], "epsilon"),
        (r"xy", ["xy"], "xy"),
        (r"xy", ["x", "y"], "x*y"),
        (r"xy^2", ["x", "y"], "x*y^2"),
        (r"2ab", None, "2*a*b"),
    ],
)
def test_names(latex: str, names: list[str] | None, read: str) -> None:
    """A name is read as the one that has a value; letters side by side are a product, but for a name of theirs."""
    assert read == read_latex(latex, names).text


def test_an_element_is_not_guessed() -> None:
    """Whether the first element is x[0] or x[1] is for the user to say."""
    with pytest.raises(ParseError) as caught:
        read_latex("x_1 + 1", ["x"])
    assert caught.value.hint is not None
    assert "x[0] or x[1]" in caught.value.hint


def test_words_of_functions() -> None:
    """Names of books and of libraries; Greek letters are none."""
    assert ["asin", "gelu", "softplus", None, None] == list(
        map(function_named, ["arcsin", "GELU", "softplus", "gamma", "hello"])
    )
