"""Tests of the operation that has no value at the exact numbers."""

from __future__ import annotations

import math

from hand_made_tapes import HandMadeTape

from derivcheck.explaining.blaming.numbers_of_tape import Tape
from derivcheck.explaining.blaming.outside_domain import find_outside


def test_what_the_output_is_made_by_is_to_blame_and_no_overflow_on_the_way() -> None:
    """`sqrt(1 - exp(x))` at 1000: in float64 exp(1000) is infinite, but no root of a negative number exists anyway."""
    tape = HandMadeTape("sqrt(1 - exp(x))")
    x = tape.given("x", 1000.0)
    power = tape.put("exp", [x], tape.numbers(math.inf, "1.97e434"), text="exp(x)")
    inner = tape.put("rsub", [power], tape.numbers(-math.inf, "-1.97e434"), text="1 - exp(x)")
    tape.put("sqrt", [inner], tape.numbers(math.nan, None), text=tape.text)
    blame = find_outside(Tape(tape.finished()))
    assert blame is not None
    assert "`sqrt(1 - exp(x))` has no value for -1.97e434; torch's is nan" == blame.sentence


def test_a_branch_that_is_not_taken_is_not_outside() -> None:
    """`where(x != 0, 1/x, 0)/x` at 0: the value of the where is known, so that the second division is to blame."""
    tape = HandMadeTape()
    x = tape.given("x", 0.0)
    branch = tape.put("reciprocal", [x], tape.numbers(math.inf, None))
    chosen = tape.put("where", [branch], tape.numbers(0.0, 0))
    last = tape.put("div", [chosen, x], tape.numbers(math.nan, None))
    blame = find_outside(Tape(tape.finished()))
    assert blame is not None
    assert last == blame.tensor


def test_inside_of_the_domain_nothing_is_to_blame() -> None:
    """The output has a value."""
    tape = HandMadeTape()
    x = tape.given("x", 1.0)
    tape.put("log", [x], tape.numbers(0.0, 0))
    assert find_outside(Tape(tape.finished())) is None


def test_the_infinity_of_a_mask_is_no_missing_value() -> None:
    """A row of scores that a mask fills with -inf has no softmax: that is to blame, and not the mask."""
    tape = HandMadeTape()
    x = tape.given("x", 1.0)
    masked = tape.put("add", [x], tape.numbers(-math.inf, None))
    last = tape.put("_softmax", [masked], tape.numbers(math.nan, None))
    blame = find_outside(Tape(tape.finished()))
    assert blame is not None
    assert (last, "`_softmax` has no value for -inf; torch's is nan") == (blame.tensor, blame.sentence)
