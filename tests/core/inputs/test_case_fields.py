"""The texts of a case's fields."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from derivcheck.errors import CaseError
from derivcheck.inputs.case_fields import (
    all_give_the_same,
    read_bound,
    read_dtype,
    read_modes,
    read_order,
    read_status,
    read_wrt,
    tolerance,
)
from derivcheck.model import Mode, Status, Tolerance
from derivcheck.numbers import DType


def test_a_word_is_its_member() -> None:
    """A status, a dtype, and modes, each once and in order."""
    assert (Status.WRONG_FORMULA, DType.BFLOAT16) == (read_status("wrong-formula"), read_dtype("bfloat16"))
    assert (Mode.FUNC, Mode.REVERSE) == read_modes(["func, reverse", "func"])
    assert tuple(Mode) == read_modes(["all"])


def test_what_to_differentiate_by_is_names_with_commas() -> None:
    """x,x is the second derivative."""
    assert [("x",), ("x", "x"), ("x", "y")] == [read_wrt(text) for text in ("x", "x,x", " x , y ")]


@pytest.mark.parametrize(
    ("read", "text", "message"),
    [
        (read_status, "mismtch", "unknown status 'mismtch'\n  hint: did you mean 'mismatch'?"),
        (read_dtype, "x", "unknown dtype 'x'\n  hint: there are float64, float32, float16, bfloat16"),
        (lambda text: read_modes([text]), "revers", "did you mean 'reverse'?"),
        (read_modes, "", "no mode is given"),
        (read_wrt, "x,", "'x,' is not what to differentiate by"),
        (read_wrt, ",".join("x" * 21), "the order 21 is not from 1 to 20"),
        (lambda text: read_order(int(text)), "0", "the order 0 is not from 1 to 20"),
        (read_bound, "abc", "'abc' is not a number"),
        (read_bound, "-1", "-1 is not a finite number of at least 0"),
        (read_bound, "inf", "inf is not a finite number of at least 0"),
    ],
)
def test_what_is_no_such_thing_is_an_error_that_says_what_is(
    read: Callable[[Any], object], text: str, message: str
) -> None:
    """With the nearest word, or all of them."""
    with pytest.raises(CaseError) as caught:
        read(text)
    assert message in caught.value.render()


def test_a_tolerance_is_there_where_one_of_its_bounds_is() -> None:
    """The other one is 0 then."""
    assert tolerance(None, None) is None
    assert [Tolerance(1e-3, 0.0), Tolerance(0.0, 1e-6)] == [tolerance(1e-3, None), tolerance(None, 1e-6)]
    assert Tolerance(0.0, 0.0) == tolerance(0.0, None)


def test_points_that_give_the_same_names_are_a_table() -> None:
    """One point is none, nor are points of which one gives a name more."""
    table, loose = [{"x": "1", "y": "2"}, {"y": "3", "x": "4"}], [{"x": "1"}, {"x": "1", "y": "2"}]
    assert [True, False, False] == [all_give_the_same(points) for points in (table, loose, table[:1])]
