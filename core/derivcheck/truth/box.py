"""The box: the first derivatives by many variables, proven in one go where all of these are balls at once.

The box contains the ball on which a derivative is proven by itself, in which one variable is a ball and the others are
numbers. So what is narrow on the box is narrow there, and is the derivative for the same reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flint import arb

from derivcheck.balls.ball import precision
from derivcheck.balls.program import Program
from derivcheck.truth.referee import confirmed
from derivcheck.truth.runs import Runs
from derivcheck.truth.sequence_limits import is_narrow
from derivcheck.truth.values import CONTINUOUS_BITS, DECIDED_BITS, PRECISIONS


@dataclass(frozen=True, slots=True)
class AllPartials:
    """SymPy's derivatives by all variables as one ball program, compiled after that of f.

    Attributes:
        names: the variables.
        program: the program, with a root for each of them.
    """

    names: Sequence[str]
    program: Program


def proven_partials(runs: Runs, partials: AllPartials) -> Mapping[str, arb]:
    """The derivatives that are proven on the box around the point; of a wide one nothing is known here.

    Args:
        runs: those of f at the point.
        partials: SymPy's derivatives of f.
    """
    with precision(PRECISIONS[0]):
        if runs.passes_infinity():
            return {}
    found = _narrow_on_box(runs, partials)
    return {name: found[name] for name in confirmed(runs, found)}


def _narrow_on_box(runs: Runs, partials: AllPartials) -> dict[str, arb]:
    """The derivatives that are narrow on the box, where f is."""
    jumps = runs.program.jumps or partials.program.jumps
    needed = CONTINUOUS_BITS if jumps else DECIDED_BITS
    found: dict[str, arb] = {}
    for bits in PRECISIONS[-1:] if jumps else PRECISIONS:
        with precision(bits):
            value, values = runs.values(partials.program, runs.box())
            if not isinstance(value, arb):
                break
            if not is_narrow(value, needed):
                continue
            for name, derivative in zip(partials.names, values, strict=True):
                if name not in found and isinstance(derivative, arb) and is_narrow(derivative, needed):
                    found[name] = derivative
            if len(found) == len(values):
                break
    return found
