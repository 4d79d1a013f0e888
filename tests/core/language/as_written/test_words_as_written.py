"""Words: variables, functions, and several of them in a product."""

from __future__ import annotations

import pytest
from parsing import error_of

from derivcheck.language.parse import parse


@pytest.mark.parametrize(
    ("text", "names", "plain"),
    [
        ("2xy", "x y", "2*x*y"),
        ("2xy", "x y xy", "2*xy"),
        ("2alphax", "alpha x", "2*alpha*x"),
        ("2πr", "r", "2*pi*r"),
        ("pix", "x", "pi*x"),
        ("pix", "p i x", None),
        ("xe^x", "x", "x*E**x"),
        ("2ex", "x", None),
        ("2x2", "x", None),
        ("2x₁", "x1", "2*x1"),
        ("2x₁", "x_1", "2*x_1"),
        ("x_{1}²", "x_1", "x_1**2"),
        ("σ²", "sigma", "sigma**2"),
        ("2sigma", "σ", "2*σ"),
        ("xlog(x)", "x", "x*log(x)"),
        ("2tau", "x", None),
        ("EXP(2X)", "X", "exp(2*X)"),
        ("gamma x", "x", None),
        ("lambda x²", "lambda x", "lambda*x**2"),
    ],
)
def test_words(text: str, names: str, plain: str | None) -> None:
    """A word has a value, or falls into parts that have, in one way; else it is an error."""
    given = names.split()
    if plain is None:
        assert error_of(text, given).hint
        return
    tree = parse(text, given)
    assert tree.as_read is not None
    assert plain == tree.as_read.text
