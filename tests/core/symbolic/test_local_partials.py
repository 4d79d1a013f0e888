"""SymPy's partial derivative of one call by one argument."""

from __future__ import annotations

from fractions import Fraction

import pytest

from derivcheck.errors import UnsupportedError
from derivcheck.language.printing import to_text
from derivcheck.symbolic.local_partials import local_partial


@pytest.mark.parametrize(
    ("name", "values", "index", "text"),
    [
        ("add", (None, None), 0, "1"),
        ("sub", (None, None), 1, "-1"),
        ("mul", (None, Fraction(3)), 0, "u1"),
        ("div", (None, None), 1, "-u0*u1**-2"),
        ("pow", (None, Fraction(1, 2)), 0, "1/2*u0**-(1/2)"),
        ("where", (None, None, None), 1, "where(u0, 1, 0)"),
        ("where", (None, None, None), 2, "where(u0, 0, 1)"),
        ("relu", (None,), 0, "heaviside(u0)"),
        ("exp", (None,), 0, "exp(u0)"),
        ("tanh", (None,), 0, "1 + -tanh(u0)**2"),
    ],
)
def test_a_partial_is_that_of_the_rule(name: str, values: tuple[Fraction | None, ...], index: int, text: str) -> None:
    """The derivative of the argument itself is 1 there, those of the others are 0."""
    assert text == to_text(local_partial(name, values, index))


def test_what_sympy_cannot_differentiate_is_refused() -> None:
    """SymPy has no derivative of the lower incomplete gamma function by its first argument that others understand."""
    with pytest.raises(UnsupportedError, match="lowergamma"):
        local_partial("lowergamma", (None, None), 0)
