"""Tests of the first operation whose own result is wrong, forward or backward."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hand_made_tapes import HandMadeTape, beside

from derivcheck.explaining.blaming.numbers_of_tape import Tape
from derivcheck.explaining.blaming.wrong_passes import find_wrong_backward, find_wrong_forward, is_rounding
from derivcheck.numbers import DType


def chain(*, returned: tuple[float, float], due: tuple[float, float], own: bool = False) -> Tape:
    """`sin(2*x)` at 1: what the backward passes of the product and of the sine return, and should return."""
    tape = HandMadeTape("sin(2*x)")
    x = tape.given("x", 1.0, tape.numbers(returned[0], due[0]))
    inner = tape.put(
        "mul",
        [x],
        tape.numbers(2.0, 2),
        adjoint=tape.numbers(returned[1], due[1]),
        returned=[tape.numbers(returned[0], due[0])],
    )
    tape.put(
        "sin",
        [inner],
        tape.numbers(0.9092974268256817, "0.90929742682568169540"),
        adjoint=tape.numbers(1.0, 1),
        returned=[tape.numbers(returned[1], due[1])],
        is_own=own,
    )
    return Tape(tape.finished())


def test_blames_the_first_backward_pass_that_ran() -> None:
    """Backward passes run from the last operation to the first: the sine's is before the product's."""
    blame = find_wrong_backward(chain(returned=(3.0, 2.0), due=(4.0, 1.0)))
    assert blame is not None
    assert (2, 2.0) == (blame.tensor, blame.returned)


def test_blames_no_rounding() -> None:
    """A few ulps are those of an honest kernel."""
    assert find_wrong_backward(chain(returned=(2.0, 1.0), due=(2.0 + 2**-50, 1.0 - 2**-51))) is None


def test_blames_nobody_for_nan_that_arrived() -> None:
    """What a backward pass makes of nan says nothing of it."""
    assert find_wrong_backward(chain(returned=(math.nan, math.nan), due=(1.0, 1.0))) is not None
    tape = chain(returned=(math.nan, 1.0), due=(1.0, 1.0))
    upstream = beside([math.nan], [1.0])
    lost = Tape((tape[0], replace(tape[1], adjoint=upstream), tape[2]))
    assert find_wrong_backward(lost) is None


@pytest.mark.parametrize(
    ("computed", "due", "dtype", "expected"),
    [
        (1.0, 1.0 + 2**-50, DType.FLOAT64, True),
        (1.0, 1.001, DType.FLOAT64, False),
        (1.0, 1.000001, DType.FLOAT32, True),
        (math.inf, "1e39", DType.FLOAT32, True),
        (math.inf, 1, DType.FLOAT32, False),
        (math.nan, 1, DType.FLOAT32, False),
        (0.0, "1e-39", DType.FLOAT32, True),
        (0.0, "1e-30", DType.FLOAT32, False),
        (math.nan, None, DType.FLOAT32, True),
    ],
)
def test_rounding_and_the_range_of_the_format(
    computed: float, due: float | str | None, dtype: DType, expected: bool
) -> None:
    """An overflow and an underflow are no mistake of the operation; nan for a number of the format is one."""
    assert expected == is_rounding(beside([computed], [due], None, dtype), 0, dtype)


def test_what_rounding_inside_explains() -> None:
    """A long sum may be off by more ulps than one rounding."""
    numbers = beside([1.0], [1.0 + 1e-12])
    assert not is_rounding(numbers, 0, DType.FLOAT64)
    assert is_rounding(replace(numbers, explained=(5000.0,)), 0, DType.FLOAT64)


def test_a_forward_pass_is_blamed_at_its_worst_element() -> None:
    """With its index."""
    tape = HandMadeTape()
    x = tape.put(None, (), beside([1.0, 2.0], [1, 2]), name="x", shape=(2,))
    tape.put("double", [x], beside([2.0, 5.0], [2, 4]), shape=(2,), is_own=True)
    blame = find_wrong_forward(Tape(tape.finished()))
    assert blame is not None
    assert ((1,), "`double` returned 5 at [1], its exact value is 4") == (blame.index, blame.sentence)
