"""Indexing against torch's own square brackets, on shapes and indices that hypothesis chooses."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from derivcheck.elements.lowerings.indexing import chunk, index, narrow, select, split, unbind
from derivcheck.elements.node_arrays import Integers, NodeArrays, Nodes
from derivcheck.errors import ShapeError
from derivcheck.language.plain_values import ELLIPSIS, Slice

MAKE = NodeArrays("", lambda *_: [])


def places(*shape: int) -> Nodes:
    """Return an array whose elements say where they stand."""
    return np.arange(np.prod(shape, dtype=int)).reshape(shape)


@st.composite
def item(draw: st.DrawFn, size: int) -> Any:
    """An index of a dim: an integer, a slice, or an array of integers."""
    bound = st.one_of(st.none(), st.integers(-size - 2, size + 2))
    return draw(
        st.one_of(
            st.integers(-size, size - 1),
            st.builds(Slice, bound, bound, st.one_of(st.none(), st.integers(1, 3))),
            st.lists(st.integers(-size, size - 1), min_size=2, max_size=2).map(np.array),
            st.integers(-size, size - 1).map(np.array),
        )
    )


@st.composite
def indexed(draw: st.DrawFn) -> tuple[tuple[int, ...], list[Any]]:
    """A shape, and items for some of its dims, with new dims and the dots among them."""
    shape = draw(st.lists(st.integers(1, 4), min_size=1, max_size=4))
    count = draw(st.integers(0, len(shape)))
    dots = draw(st.one_of(st.none(), st.integers(0, count)))
    items: list[Any] = []
    for at in range(count):
        if at == dots:
            items.append(ELLIPSIS)
        axis = at if dots is None or at < dots else len(shape) - count + at
        if draw(st.integers(0, 4)) == 0:
            items.append(None)
        items.append(draw(item(shape[axis])))
    return tuple(shape), items if dots != count else [*items, ELLIPSIS]


def for_torch(one: Any) -> Any:
    """An item as torch takes it."""
    if isinstance(one, np.ndarray):
        return torch.from_numpy(one) if one.ndim else torch.tensor(int(one))
    if isinstance(one, Slice):
        return slice(one.start, one.stop, one.step)
    return ... if isinstance(one, str) else one


@settings(max_examples=400, deadline=None)
@given(indexed())
def test_an_index_is_torchs(call: tuple[tuple[int, ...], list[Any]]) -> None:
    """In shape and in the elements that it takes; NumPy would put the dims of arrays elsewhere."""
    shape, items = call
    x = places(*shape)
    expected = torch.from_numpy(x)[tuple(map(for_torch, items))]
    found = index(MAKE, x, *[Integers(one) if isinstance(one, np.ndarray) else one for one in items])
    assert isinstance(found, np.ndarray)
    assert tuple(expected.shape) == found.shape
    assert expected.tolist() == found.tolist()


def test_torch_counts_an_integer_as_no_array() -> None:
    """x[0, :, t] has the shape (3, 2) in torch and (2, 3) in NumPy."""
    x, t = places(2, 3, 4), np.array([1, 3])
    found = index(MAKE, x, 0, Slice(), Integers(t))
    assert isinstance(found, np.ndarray)
    assert ((3, 2), (2, 3)) == (found.shape, x[0, :, t].shape)
    assert torch.from_numpy(x)[0, :, torch.from_numpy(t)].tolist() == found.tolist()


def test_an_index_of_labels_is_labels() -> None:
    """t[1:] may be an index again."""
    found = index(MAKE, Integers(np.array([4, 5, 6])), Slice(1, None))
    assert isinstance(found, Integers)
    assert [5, 6] == found.values.tolist()


def test_the_parts_of_a_value() -> None:
    """They are torch's, the last one smaller where need be."""
    x = places(5, 2)
    whole = torch.from_numpy(x)
    for found, expected in (
        (chunk(MAKE, x, 3), whole.chunk(3)),
        (split(MAKE, x, 2), whole.split(2)),
        (split(MAKE, x, (1, 4)), whole.split((1, 4))),
        (unbind(MAKE, x, 1), whole.unbind(1)),
        ((narrow(MAKE, x, 0, -3, 2),), (whole.narrow(0, -3, 2),)),
        ((select(MAKE, x, 0, Integers(np.array(-1))),), (whole.select(0, -1),)),
    ):
        assert [part.tolist() for part in expected] == [part.tolist() for part in found]


@pytest.mark.parametrize(
    ("items", "message"),
    [
        ((3,), r"the index 3 is beyond the size 3 of dim 0: the shape is \(3, 4\)"),
        ((Slice(), -5), "the index -5 is beyond the size 4 of dim 1"),
        ((Integers(np.array([0, 7])),), "the index 7 is beyond the size 3 of dim 0"),
        ((0, 0, 0), r"3 indices are more than the shape \(3, 4\) has dims"),
        ((ELLIPSIS, ELLIPSIS), "once"),
        ((Slice(None, None, -1),), "no slices with a step below 1"),
        ((places(3),), "an index must be integers"),
        ((Integers(np.array([0, 1])), Integers(np.array([0, 1, 2]))), r"cannot broadcast the shapes \(2,\) and \(3,\)"),
    ],
)
def test_errors_say_the_shape(items: tuple[Any, ...], message: str) -> None:
    """And what was asked of it."""
    with pytest.raises(ShapeError, match=message):
        index(MAKE, places(3, 4), *items)


@pytest.mark.parametrize(
    "call",
    [
        lambda x: narrow(MAKE, x, 0, 2, 2),
        lambda x: select(MAKE, x, 1, 4),
        lambda x: chunk(MAKE, x, 0),
        lambda x: split(MAKE, x, (1, 1)),
        lambda x: split(MAKE, x, -1),
        lambda x: index(MAKE, (x, x), 2),
    ],
)
def test_parts_that_are_not_there(call: Any) -> None:
    """Each is an error about shapes, not one of NumPy's."""
    with pytest.raises(ShapeError):
        call(places(3, 4))
