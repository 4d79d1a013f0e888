"""Tests of how blame reads a tape."""

from __future__ import annotations

import math

import pytest
from hand_made_tapes import HandMadeTape, Number, enclose

from derivcheck.explaining.blaming.numbers_of_tape import (
    LARGEST_ERROR,
    Tape,
    is_below,
    is_beyond,
    places_like,
    relative_error,
)
from derivcheck.numbers import DType


@pytest.mark.parametrize(
    ("computed", "exact", "error"),
    [
        (1.0, 1, 0.0),
        (3.0, 4, 0.25),
        (1.0, None, None),
        (math.nan, 1, LARGEST_ERROR),
        (math.inf, "1e400", LARGEST_ERROR),
        (1e-300, 0, LARGEST_ERROR),
        (0.0, 0, 0.0),
        (0.0, "1e-400", 1.0),
    ],
)
def test_relative_error(computed: float, exact: Number, error: float | None) -> None:
    """Nothing is known of a number whose exact one is unknown; a lost one is as wrong as can be."""
    assert error == relative_error(computed, enclose(exact))


@pytest.mark.parametrize(
    ("number", "dtype", "beyond", "below"),
    [
        (65504, DType.FLOAT16, False, False),
        (65520, DType.FLOAT16, True, False),
        ("3.41e38", DType.FLOAT32, True, False),
        ("1e-39", DType.FLOAT32, False, True),
        ("1e-37", DType.FLOAT32, False, False),
        (0, DType.FLOAT32, False, False),
    ],
)
def test_range_of_a_format(number: Number, dtype: DType, beyond: bool, below: bool) -> None:
    """65504 is float16's largest number, 1.18e-38 float32's smallest normal one (IEEE 754-2019, table 3.5)."""
    exact = enclose(number)
    assert exact is not None
    assert (beyond, below) == (is_beyond(exact, dtype), is_below(exact, dtype))


@pytest.mark.parametrize(
    ("place", "shape", "other", "places"),
    [
        (4, (2, 3), (2, 3), [4]),
        (4, (2, 3), (3,), [1]),
        (4, (2, 3), (2, 1), [1]),
        (4, (2, 3), (), [0]),
        (0, (), (3,), [0, 1, 2]),
        (1, (2,), (2, 2), [0, 1, 2, 3]),
    ],
)
def test_which_numbers_belong_together(
    place: int, shape: tuple[int, ...], other: tuple[int, ...], places: list[int]
) -> None:
    """Element by element where the one is broadcast to the other, else all of them."""
    assert places == list(places_like(place, shape, other))


def test_uses_of_a_tensor() -> None:
    """Each with what the backward pass returned for it, where it returned something."""
    made = HandMadeTape()
    x = made.given("x", 2.0)
    made.put("mul", [x, x], made.numbers(4.0, 4), returned=[made.numbers(2.0, 2), None])
    tape = Tape(made.finished())
    assert [(1, 0, True), (1, 1, False)] == [(use.user, use.argument, use.returned is not None) for use in tape.uses[x]]
    assert frozenset({0, 1}) == tape.depends_on_inputs()
