"""The steps that need not know all of their arguments: a branch that is taken, one side of an `and` or an `or`."""

from __future__ import annotations

from flint import arb

from derivcheck.balls import ball_kernels
from derivcheck.balls.ball import Ball, Kernel, Outside
from derivcheck.balls.ball_kernels import OutOfDomain


def no_branch() -> Ball:
    """The value where no branch holds: none."""
    raise OutOfDomain("no branch holds here")


def where(condition: Ball, then: Ball, other: Ball) -> Ball:
    """The branch that holds; both, where that is undecided; nan, where the condition may be outside of its domain."""
    if isinstance(condition, Outside | arb):
        return condition
    if condition is not None:
        return then if condition else other
    if isinstance(then, Outside) and isinstance(other, Outside):
        return then
    if isinstance(then, Outside) or isinstance(other, Outside):
        return arb.nan()
    return then.union(other)


def _and(left: Ball, right: Ball) -> Ball:
    return _decided_by(left, right, deciding=False)


def _or(left: Ball, right: Ball) -> Ball:
    return _decided_by(left, right, deciding=True)


def _decided_by(left: Ball, right: Ball, *, deciding: bool) -> Ball:
    """Three-valued logic, in which one operand may decide alone; what may be outside of its domain stays so."""
    if left is deciding or right is deciding:
        return deciding
    for operand in (left, right):
        if isinstance(operand, Outside | arb):
            return operand
    return None if left is None or right is None else not deciding


LAZY: dict[str, Kernel] = {"where": where, "and": _and, "or": _or}


def _with_itself(kernel: Kernel, *, holds: bool) -> Kernel:
    """A comparison of a number with itself, of which no enclosure tells that it is the same one."""
    return lambda x, y: holds if x.is_finite() else kernel(x, y)


WITH_ITSELF: dict[str, Kernel] = {
    name: _with_itself(getattr(ball_kernels, name), holds=name in {"eq", "le", "ge"})
    for name in ("eq", "ne", "lt", "le", "gt", "ge")
}
