"""The case as data."""

from __future__ import annotations

import pytest

from derivcheck.errors import Location
from derivcheck.model import Case


@pytest.mark.parametrize("name", [None, "", "  "])
def test_a_case_without_a_name_is_called_by_its_place(name: str | None) -> None:
    """A blank one is none; and without a place, by its expression."""
    assert "a.toml:3" == Case("x", name=name, location=Location("a.toml", 3)).label
    assert "x" == Case("x", name=name).label
