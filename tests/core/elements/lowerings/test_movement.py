"""Movement computes nothing. Covers also: joining, making."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from lowered import by_torch, shaped_row

from derivcheck.elements.lowerings.lookup import LOWERINGS
from derivcheck.elements.node_arrays import NodeArrays
from derivcheck.errors import ShapeError


def arrays(function: str = "") -> NodeArrays:
    """Return a maker that needs no estimate."""
    make = NodeArrays("A.mT", lambda *_: [])
    make.function = function
    return make


def test_transpose_of_a_batch() -> None:
    """The last two dimensions change places, those before them stay."""
    x = np.arange(12).reshape(2, 2, 3)
    assert np.array_equal(np.transpose(x, (0, 2, 1)), np.asarray(LOWERINGS["transpose_last"](arrays(), x)))


def test_a_vector_has_no_transpose() -> None:
    """It has one dimension."""
    with pytest.raises(ShapeError, match=r"two dimensions, and the shape is \(2,\)"):
        LOWERINGS["transpose_last"](arrays(), np.arange(2))


INTEGERS = st.integers(-4, 4)
SETTINGS = {
    "int": INTEGERS,
    "ints": st.lists(INTEGERS, max_size=3).map(tuple),
    "either": st.one_of(INTEGERS, st.lists(INTEGERS, max_size=3).map(tuple)),
    "sizes": st.lists(st.sampled_from([-1, 1, 2, 3]), max_size=3).map(tuple),  # of 0 torch 2.13 makes a size of -1
    "maybe": st.one_of(st.none(), INTEGERS, st.lists(INTEGERS, max_size=3).map(tuple)),
}
CALLS = {
    "transpose": ("int", "int"),
    "permute": ("ints",),
    "movedim": ("either", "either"),
    "flip": ("ints",),
    "fliplr": (),
    "flipud": (),
    "roll": ("either", "maybe"),
    "reshape": ("ints",),
    "flatten": ("int", "int"),
    "unflatten": ("int", "ints"),
    "unsqueeze": ("int",),
    "squeeze": ("maybe",),
    "expand": ("sizes",),
    "repeat": ("ints",),
    "tile": ("ints",),
    "repeat_interleave": ("int", "int"),
    "diag": ("int",),
    "diagonal": ("int", "int", "int"),
    "diag_embed": ("int", "int", "int"),
    "diagflat": ("int",),
    "tril": ("int",),
    "triu": ("int",),
    "narrow": ("int", "int", "int"),
    "select": ("int", "int"),
    "chunk": ("int", "int"),
    "split": ("either", "int"),
    "unbind": ("int",),
}
"""What the settings of each function may be; of most of the choices torch accepts some."""

NOT_LOOKED_AT = {"roll", "repeat", "tile"}
"""Functions whose settings torch does not look at where a value has no elements: it repeats those -1 times."""


def tensors(found: Any) -> list[tuple[tuple[int, ...], Any]]:
    """The shapes and the elements of one result, or of several."""
    several = found if isinstance(found, tuple | list) else (found,)
    return [(tuple(one.shape), one.tolist()) for one in several]


@pytest.mark.parametrize("name", CALLS)
def test_huge_settings_are_errors_about_shapes(name: str) -> None:
    """Or they change nothing; none of them takes memory, and none fails otherwise."""
    lowering, count = LOWERINGS[shaped_row(name).lowering or ""], len(CALLS[name])
    for shape in ((2, 3), (0, 3), (), (1,) * 30):
        for huge in (10**30, -(10**30), 10**9):
            for each in (huge, (huge,), (huge,) * 40, (1,) * 40):
                with suppress(ShapeError):
                    lowering(arrays(name), np.zeros(shape, dtype=np.int64), *[each] * count)


@pytest.mark.parametrize("name", CALLS)
@settings(max_examples=80, deadline=None)
@given(shape=st.lists(st.sampled_from([0, 1, 2, 3]), max_size=3), data=st.data())
def test_whatever_the_settings(name: str, shape: list[int], data: st.DataObject) -> None:
    """What torch accepts gives the same elements at the same places; nothing fails but by an error about shapes."""
    row = shaped_row(name)
    arguments = [data.draw(SETTINGS[kind]) for kind in CALLS[name]]
    x = np.arange(np.prod(shape, dtype=int)).reshape(shape)
    try:
        expected = tensors(by_torch(row, torch.from_numpy(x), *arguments))
    except (RuntimeError, IndexError, TypeError, ValueError):
        with suppress(ShapeError):
            LOWERINGS[row.lowering or ""](arrays(name), x, *arguments)
    else:
        if name in NOT_LOOKED_AT and not x.size:
            return
        assert expected == tensors(LOWERINGS[row.lowering or ""](arrays(name), x, *arguments))
