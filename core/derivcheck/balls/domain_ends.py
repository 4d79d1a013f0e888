"""Steps whose argument cannot be told from an end of their domain, although it is known to many thousand bits.

An example is acos(sigmoid(a) + sigmoid(-a)). The argument is 1, but each ball around it reaches beyond 1, where acos
has no value, and neither enclosures nor rational arithmetic prove that it is 1. When even a ball of many thousand bits
holds the end of the domain, the argument is taken to lie within the domain: an expression of ordinary size that is so
close to a number is that number.
"""

from __future__ import annotations

from collections.abc import Sequence

from flint import arb

from derivcheck.balls.ball import Ball, Kernel
from derivcheck.balls.instructions import Instruction
from derivcheck.balls.program import Program
from derivcheck.language.table import FUNCTIONS

Ends = tuple[int | None, int | None]
"""The finite ends of a domain, at which a monotonic function is finite; None where there is no such end."""

_ENDS = {row.name: row.ends for row in FUNCTIONS if row.ends is not None}


def with_closed_ends(program: Program, slots: Sequence[Ball]) -> Program | None:
    """The program in which a step cuts off the part of its argument's ball that lies beyond the end of the domain.

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
    return program.with_steps(code) if changed else None


def _ends(step: Instruction, args: Sequence[Ball]) -> Ends | None:
    """The ends of a step's domain; a power has one only where its exponent is positive and no integer."""
    for exponent in args[1:]:
        if not isinstance(exponent, arb) or not exponent > 0 or exponent.contains_integer():
            return None
    return _ENDS.get(step.function)


def _closed(kernel: Kernel, ends: Ends) -> Kernel:
    """The kernel, monotonic in its first argument, of the part of a ball that lies in the domain."""
    least, most = ends

    def closed(x: arb, *others: arb) -> Ball:
        value = kernel(x, *others)
        if not isinstance(value, arb) or not value.is_nan() or not x.is_finite():
            return value
        low, high = arb(x.lower()), arb(x.upper())
        if least is not None and low < least:
            low = arb(least)
        if most is not None and high > most:
            high = arb(most)
        return kernel(low, *others).union(kernel(high, *others))

    return closed
