"""Integer variables."""

from __future__ import annotations

import pytest

from derivcheck.language.integer_variables import integer_variables
from derivcheck.language.parse import parse


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("x[t]", {"t"}),
        ("x[t]*t", {"t"}),
        ("x[2*t + s, 0]", {"s", "t"}),
        ("table[ids]", {"ids"}),
        ("lp[0, labels[0]] + lp[1, labels[1]]", {"labels"}),
        ("x[[t, 0]]", {"t"}),
        ("k = t + 1; x[k]*y", {"t"}),
        ("one_hot(labels, 3)*x", {"labels"}),
        ("sum(x[t], dim=0)", {"t"}),
        ("x[0, 1:]*y", set()),
        ("x + y", set()),
    ],
)
def test_integer_variables(text: str, names: set[str]) -> None:
    """What stands in an index or among labels, also within arithmetic there."""
    assert names == integer_variables(parse(text))
