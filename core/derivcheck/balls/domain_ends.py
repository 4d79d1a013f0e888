"""Steps whose argument lies at the end of their domain, as far as many thousand bits can tell.

sigmoid(a) + sigmoid(-a) is 1, but every ball of it reaches beyond 1, where acos has no value. No enclosure and no
rational arithmetic proves that it is 1. If balls of many thousand bits all hold the end of the domain, the argument is
taken to lie within the domain: an expression of ordinary size that is so close to a number is that number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from flint import arb

from derivcheck.balls.ball import Ball, Kernel
from derivcheck.balls.program import Instruction, Program


class Ends(NamedTuple):
    """The finite ends of a domain, at which a monotonic function is finite; None where there is no such end."""

    low: int | None = None
    high: int | None = None


_ENDS: Mapping[str, Ends] = {
    "sqrt": Ends(low=0),
    "acos": Ends(-1, 1),
    "asin": Ends(-1, 1),
    "acosh": Ends(low=1),
}


def with_closed_ends(program: Program, slots: Sequence[Ball]) -> Program | None:
    """The program in which the steps that are open at the end of their domain take their argument to lie within it.

    Args:
        program: the program.
        slots: what `Program.trace` gave at the point, at a precision of many thousand bits.

    Returns:
        None where no step is open for that reason.
    """
    first = len(program.variables)
    code = list(program.code)
    changed = False
    for slot, step in enumerate(program.code, first):
        ends = _ends(step, [slots[arg] for arg in step.args])
        if ends is None:
            continue
        code[slot - first] = step.altered(_closed(step.kernel, ends))
        changed = changed or (isinstance(slots[slot], arb) and slots[slot].is_nan())
    return replace(program, code=tuple(code)) if changed else None


def _ends(step: Instruction, args: Sequence[Ball]) -> Ends | None:
    """The ends of a step's domain; a power with an exponent that is no integer has one at 0."""
    if step.function == "pow":
        exponent = args[1]
        positive = isinstance(exponent, arb) and exponent > 0 and not exponent.contains_integer()
        return Ends(low=0) if positive else None
    return _ENDS.get(step.function)


def _closed(kernel: Kernel, ends: Ends) -> Kernel:
    """The kernel, monotonic in its first argument, of the part of a ball that lies in the domain."""

    def closed(x: arb, *others: arb) -> Ball:
        value = kernel(x, *others)
        if not isinstance(value, arb) or not value.is_nan() or not x.is_finite():
            return value
        low, high = arb(x.lower()), arb(x.upper())
        if ends.low is not None and low < ends.low:
            low = arb(ends.low)
        if ends.high is not None and high > ends.high:
            high = arb(ends.high)
        return kernel(low, *others).union(kernel(high, *others))

    return closed
