"""Which values of a point have shapes, seen at their texts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from derivcheck.inputs.made_arrays import MAKERS
from derivcheck.inputs.shape_texts import MAKER_NAMES, WRAPPERS, has_shape, is_shaped_point
from derivcheck.inputs.shaped_points import read_shaped_point
from derivcheck.numbers import DType

SHAPED = ("[1, 2]", "-[1]", "randn(3)", "2*randn (2, 3) + 1", "tensor([1.5])", "np.array([1])", "@x.npy", " @x.npy")
NUMBERS = ("1", "-0.5", "pi/4", "max(1, 3)", "sqrt(2)", "1e-3", "brand(3)", "zeros", "(1 + 2)/3", "f(2)")


@pytest.mark.parametrize("text", SHAPED)
def test_an_array_has_a_shape(text: str) -> None:
    """However it is written: a list, a call that makes one, a file."""
    assert has_shape(text)
    assert is_shaped_point({"x": "1", "y": text})


@pytest.mark.parametrize("text", NUMBERS)
def test_a_number_has_none(text: str) -> None:
    """Not even where it is a call, or has the name of a maker in it."""
    assert not has_shape(text)
    assert not is_shaped_point({"x": "1", "y": text})


def test_the_makers_are_those_that_there_are() -> None:
    """A maker of arrays that this module forgot would be read as a number."""
    assert set(MAKERS) == set(MAKER_NAMES)
    assert all(has_shape(f"{name}(2)") for name in (*MAKER_NAMES, *WRAPPERS))


@given(st.lists(st.lists(st.integers(-9, 9), min_size=2, max_size=2), min_size=1, max_size=3))
def test_what_is_seen_is_what_is_read(rows: list[list[int]]) -> None:
    """A list that is read as an array is seen as one."""
    assert has_shape(str(rows))
    assert read_shaped_point({"x": str(rows)}, DType.FLOAT64)["x"].shape == (len(rows), 2)
