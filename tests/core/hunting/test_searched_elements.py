"""Elements of tensors that are searched."""

from __future__ import annotations

import pytest
from searched_ranges import request_of

from derivcheck.errors import CaseError
from derivcheck.hunting.searched import read_request
from derivcheck.hunting.searched_elements import read_elements
from derivcheck.model import Case
from derivcheck.model.hunt import SearchRange
from derivcheck.numbers import DType

HELD = {"W": "[[1, 2, 3], [4, 5, 6]]", "a": "7"}


def test_one_element_moves_and_the_others_are_held() -> None:
    """The tensor is written anew at each point."""
    elements, ranges = read_elements([SearchRange("W[0, 2]", "-1", "1")], HELD, Case("sum(W)"), DType.FLOAT64)
    assert {"W": "[[1, 2, 0.5], [4, 5, 6]]", "a": "2"} == elements.texts({"W[0, 2]": "0.5", "a": "2"})
    assert ("W[0, 2]",) == tuple(one.name for one in ranges)


def test_a_whole_tensor_is_all_of_its_elements() -> None:
    """Each has the range."""
    _, ranges = read_elements([SearchRange("W", "-1", "1")], HELD, Case("sum(W)"), DType.FLOAT64)
    assert [("W[0, 0]", "-1", "1"), ("W[1, 2]", "-1", "1")] == [
        (one.name, one.low, one.high) for one in (ranges[0], ranges[-1])
    ]


@pytest.mark.parametrize(
    ("name", "message"),
    [("W[2, 0]", "no element"), ("a[0]", "no tensor"), ("b[0]", "no tensor"), ("large", "too many"), ("t", "integers")],
)
def test_what_is_no_element(name: str, message: str) -> None:
    """With what there is instead."""
    held = {**HELD, "large": "zeros(100)", "t": "randint(0, 9, (3,))"}
    with pytest.raises(CaseError, match=message) as error:
        read_elements([SearchRange(name, "-1", "1")], held, Case("sum(W)"), DType.FLOAT64)
    assert error.value.hint


def test_a_search_over_an_element() -> None:
    """Its points are those of the case."""
    searched = read_request(request_of("sum(x**2)*y", "x[1]=-1..1", x="[1, 2]", y="3"))
    assert searched.has_shapes
    assert {"x": "[1, -1]", "y": "3"} == searched.texts(searched.lows)
