"""The name of torch code is no expression."""

from __future__ import annotations

import pytest

from derivcheck.inputs.named_code import is_code


@pytest.mark.parametrize("text", ["a.py:f", "my layers/a b.py:Outer.Inner", " a.b.c:f ", "../x.py:f", "torch:relu"])
def test_names_of_code(text: str) -> None:
    """A file may have any name; what stands before the colon is else a module."""
    assert is_code(text)


@pytest.mark.parametrize("text", ["x", "x[1:2]", "x.T", "a.py", "h = x; h**2", ":f", "a.py:", "x[a:b]", "a.py:1"])
def test_what_is_none(text: str) -> None:
    """Expressions, files and typing errors."""
    assert not is_code(text)
