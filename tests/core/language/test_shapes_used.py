"""Which texts speak of shapes."""

from __future__ import annotations

import pytest

from derivcheck.language.parse import parse
from derivcheck.language.shapes_used import first_of_shapes


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("x + sum(y)", "sum"),
        ("A @ x", "matmul"),
        ("[1, x]*2", "array"),
        ("x, y", "tuple"),
        ("x[0] + y", "index"),
        ("x.T", "T"),
        ("h = x*2; h*h", None),
        ("sum*dot + T", None),
        ("clamp(x, min=0)", None),
        ("max(x, 1)", None),
    ],
)
def test_the_first_node_that_speaks_of_shapes(text: str, name: str | None) -> None:
    """A variable may be called like a function of shapes, and a name for a part has none."""
    expression = parse(text)
    at = first_of_shapes(expression)

    assert name == (None if at is None else expression.nodes[at].name)
