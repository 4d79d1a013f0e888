"""Tests of the rows of a run that nobody has judged."""

from __future__ import annotations

import math

import pytest
from hand_made_tapes import HandMadeTape, Number

from derivcheck.explaining.blaming.find_blame import find_blame
from derivcheck.explaining.blaming.numbers_of_tape import Tape
from derivcheck.explaining.blaming.rows_of_tape import rows_of_tape
from derivcheck.model import Status, What


@pytest.mark.parametrize(
    ("computed", "exact", "expected"),
    [
        (1.0, 1, []),
        (1.0, 1.000000001, []),
        (1.0, 1.001, [Status.UNSTABLE]),
        (math.nan, 1, [Status.NONFINITE]),
        (math.nan, None, [Status.UNDEFINED]),
        (0.0, None, [Status.CONVENTION]),
    ],
)
def test_half_of_the_digits(computed: float, exact: Number, expected: list[Status]) -> None:
    """An honest error of a few ulps is none, and 1e-9 has more than half of float64's digits."""
    tape = HandMadeTape()
    x = tape.given("x", 1.0, tape.numbers(computed, exact))
    tape.put("f", [x], tape.numbers(1.0, 1), returned=[tape.numbers(computed, exact)])
    rows = list(rows_of_tape(Tape(tape.finished())))
    assert expected == [row.status for row in rows if row.what is What.DERIVATIVE]


def test_a_run_without_rows_is_judged_by_its_tape() -> None:
    """The blame is the same as with a row; a point without a derivative at which torch has a number accuses nobody."""
    tape = HandMadeTape("sqrt(x)")
    x = tape.given("x", 0.0, tape.numbers(math.inf, None))
    tape.put("sqrt", [x], tape.numbers(0.0, 0), adjoint=tape.numbers(1.0, 1), returned=[tape.numbers(math.inf, None)])
    blame = find_blame(tape.finished(), ()).blame
    assert blame is not None
    assert "`sqrt` has an infinite derivative where its argument is 0" == blame.sentence
    right = HandMadeTape()
    x = right.given("x", 1.0, right.numbers(1.0, 1))
    right.put("f", [x], right.numbers(1.0, 1), adjoint=right.numbers(1.0, 1), returned=[right.numbers(1.0, 1)])
    found = find_blame(right.finished(), ())
    assert (None, "") == (found.blame, found.note)
