"""The truth as data."""

from __future__ import annotations

import pytest

from derivcheck.model import Kind, Truth
from derivcheck.numbers import Dyadic, Enclosure


def test_the_number_is_there_exactly_where_the_kind_says_so() -> None:
    """A Truth of kind `value` without one cannot be made, nor one of another kind with one."""
    with pytest.raises(ValueError, match="value"):
        Truth(Kind.VALUE)
    with pytest.raises(ValueError, match="value"):
        Truth(Kind.ENDPOINT, Enclosure(Dyadic(1, 0), Dyadic(0, 0)))
