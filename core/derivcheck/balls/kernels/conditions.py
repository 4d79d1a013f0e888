"""The ball kernels of conditions: comparisons, three-valued logic, and the choice between two branches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from flint import arb

from derivcheck.balls.ball import Ball, Kernel, Outside
from derivcheck.balls.kernels.enclosing import unknown

Condition: TypeAlias = "bool | arb | None"
"""A truth value; None where the balls do not decide, nan where they may lie outside of a domain: then nobody knows
whether there is a truth value at all, as of sqrt(x) < x on a ball around 0."""


def lt(x: arb, y: arb) -> Condition:
    """x < y."""
    return True if x < y else False if x >= y else _undecided(x, y)


def le(x: arb, y: arb) -> Condition:
    """x <= y."""
    return True if x <= y else False if x > y else _undecided(x, y)


def gt(x: arb, y: arb) -> Condition:
    """x > y."""
    return lt(y, x)


def ge(x: arb, y: arb) -> Condition:
    """x >= y."""
    return le(y, x)


def eq(x: arb, y: arb) -> Condition:
    """x == y."""
    if x.is_exact() and y.is_exact() and x == y:
        return True
    return False if x < y or x > y else _undecided(x, y)


def _undecided(x: arb, y: arb) -> Condition:
    """What a comparison gives that the balls leave open."""
    return unknown() if x.is_nan() or y.is_nan() else None


def ne(x: arb, y: arb) -> Condition:
    """x != y."""
    return logical_not(eq(x, y))


def with_itself(comparison: Kernel, *, holds: bool) -> Kernel:
    """A comparison of a number with itself, of which no enclosure tells that it is the same one."""
    return lambda x, y: holds if x.is_finite() else comparison(x, y)


# --- what need not know all of its arguments: a branch that is taken, one side of an `and` or an `or` -----------------


def logical_and(*operands: Ball) -> Ball:
    """Whether all hold: Kleene's three-valued conjunction."""
    return _decided(operands, by=False)


def logical_or(*operands: Ball) -> Ball:
    """Whether one holds: Kleene's three-valued disjunction."""
    return _decided(operands, by=True)


def _decided(operands: Sequence[Ball], *, by: bool) -> Ball:
    """What one operand decides alone, whatever the others are; what may be outside of its domain stays so."""
    if any(operand is by for operand in operands):
        return by
    for operand in operands:
        if isinstance(operand, Outside | arb):
            return operand
    return None if any(operand is None for operand in operands) else not by


def logical_not(condition: Condition) -> Condition:
    """Whether it does not hold."""
    return not condition if isinstance(condition, bool) else condition


def where(condition: Ball, x: Ball, y: Ball) -> Ball:
    """`x` where the condition holds, else `y`; both where it is open; nan where it may be outside of its domain."""
    if isinstance(condition, Outside | arb):
        return condition
    if condition is not None:
        return x if condition else y
    if isinstance(x, Outside) and isinstance(y, Outside):
        return x
    if isinstance(x, Outside) or isinstance(y, Outside):
        return arb.nan()
    return x.union(y)
