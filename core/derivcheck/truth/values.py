"""What a program gives at the exact point itself, as exactly as it can be told."""

from __future__ import annotations

from flint import arb

from derivcheck.balls.ball import Outside, is_infinite, precision
from derivcheck.balls.program import Program
from derivcheck.truth.runs import Runs
from derivcheck.truth.sequence_limits import is_narrow

PRECISIONS = (128, 320, 1280, 5120)
"""Working precisions in bits, tried in turn until the enclosures are narrow; 5120 decides what float64 can ask."""

DECIDED_BITS = 90
"""Relative accuracy, in bits, of an enclosure that counts as narrow: 27 decimal digits."""

AGREED_BITS = DECIDED_BITS - 8
"""So many bits of a difference quotient of f have to be those of SymPy's formula: then the referee agrees with it."""

CONTINUOUS_BITS = 3000
"""Accuracy, in bits, at which a function that can jump counts as continuous on the ball: no jump is smaller."""

_PATIENT_BITS = 25_600
"""If a number is that of the end of a domain to so many bits, it is taken to be that number."""


def is_decided(value: arb) -> bool:
    """Whether an enclosure counts as a number."""
    return is_narrow(value, DECIDED_BITS)


def is_nonzero(value: arb) -> bool:
    """Whether a number is known relative to its size, however small it is."""
    return not value.contains(0) and value.rel_accuracy_bits() >= DECIDED_BITS


def is_known(value: arb | Outside) -> bool:
    """Whether a value is decided, missing or infinite."""
    return isinstance(value, Outside) or is_decided(value) or is_infinite(value)


def value_at(runs: Runs, program: Program | None = None) -> arb | Outside | None:
    """What a program gives at the exact point, ties settled; None where the enclosure never became narrow.

    Args:
        runs: those of a program at the point.
        program: another one that was compiled after it; None for that one itself.
    """
    asked = runs.program if program is None else program
    alone: Runs | None = runs if asked is runs.program else None
    for bits in PRECISIONS:
        with precision(bits):
            value = runs.value(asked)
            if is_known(value):
                return value
            if alone is None:  # the steps that it adds may tie as well
                alone = Runs(asked, runs.coordinates)
            if alone.settle_ties():
                runs = alone
                if is_known(value := runs.value()):
                    return value
    return None


def at_ends(runs: Runs) -> tuple[arb | Outside | None, Runs]:
    """What a program gives where a step lies at the end of its domain, as far as `_PATIENT_BITS` show.

    Returns:
        The value, None where it is still unknown; and the runs of the program so understood.
    """
    with precision(_PATIENT_BITS):
        value = runs.value()
        if is_known(value):
            return value, runs
        closed = runs.closed_at_ends()
    return (None, runs) if closed is None else (value_at(closed), closed)
