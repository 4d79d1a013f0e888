"""Constants: what is equal, what is plain, how they are written."""

from __future__ import annotations

import math
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from derivcheck.model.constants import KeyedConstants, NamedType, PlainList, constants_key, is_plain

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from("ab").map(NamedType),
    lambda inner: st.lists(inner, max_size=3).map(tuple) | st.lists(inner, max_size=3).map(PlainList),
    max_leaves=5,
)
UNLIKE = (1, 1.0, True, "1", 0.0, -0.0, None, (1,), (1.0,), PlainList([1]), math.nan, NamedType("1"))


@pytest.mark.parametrize(("one", "other"), list(combinations(UNLIKE, 2)))
def test_python_takes_some_for_equal_that_are_not(one: object, other: object) -> None:
    """1, 1.0 and True are three constants, as are 0.0 and -0.0, and a tuple and a list."""
    assert KeyedConstants((("n", one),)) != KeyedConstants((("n", other),))


@given(PLAIN)
def test_a_constant_is_equal_to_itself(value: object) -> None:
    """Nan too, and the key is hashed alike."""
    one, other = (KeyedConstants((("n", value), ("m", 2))) for _ in range(2))
    assert one == other
    assert hash(one) == hash(other)
    assert one != KeyedConstants((("m", 2), ("n", value)))
    assert is_plain(value)


def test_an_object_is_equal_to_itself_alone() -> None:
    """Two lists of the user's may become different; equality of theirs is not asked for."""
    one: list[int] = []
    other: list[int] = []
    assert constants_key((("n", one),)) == constants_key((("n", one),))
    assert constants_key((("n", one),)) != constants_key((("n", other),))
    assert not is_plain(one)
    assert not is_plain((1, (one,)))


def test_types_and_lists_are_written_as_python_writes_them() -> None:
    """So a report can be typed again."""
    assert repr(("a", NamedType("float32"), PlainList([1, PlainList()]))) == "('a', torch.float32, [1, []])"
