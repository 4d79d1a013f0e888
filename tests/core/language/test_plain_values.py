"""Plain values as texts."""

from __future__ import annotations

import pytest

from derivcheck.language.plain_values import ELLIPSIS, PlainValue, Slice, plain_value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("None", None),
        ("True", True),
        ("-1", -1),
        ("1e-5", 1e-5),
        ("'ij,jk->ik'", "ij,jk->ik"),
        ("(0, -1)", (0, -1)),
        ("1:3", Slice(1, 3)),
        ("::-1", Slice(None, None, -1)),
        (":", Slice()),
        ("...", ELLIPSIS),
    ],
)
def test_plain_values(text: str, value: PlainValue) -> None:
    """Literals of Python, slices, and the three dots."""
    assert value == plain_value(text)
