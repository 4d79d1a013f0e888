"""The formula along the way that torch took: every step is moved to the very float that torch's step returned.

Drawn samples tell how far rounding can move a number, but no sample need lie where torch's number does. At 438 the
value of tan(exp(x)) is decided by rounding alone, and no sample need be as far out as torch's; at 1e300 torch's x + 1
is a multiple of 4 because it is a float. So torch's own steps are followed: if each of them is within a few ulps of
what it should give for its arguments, then rounding explains the number at the end of this way, and its derivative.

A condition that rounding may have decided keeps its answer along the way, and a function that rounding may have led
across a jump keeps its piece. Where nothing was rounded they do not: where(x == 0, 0, x) has the slope 1 at 0, whatever
torch makes of the condition.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple

from flint import arb

from derivcheck.autograd.tensors import TorchSetting
from derivcheck.autograd.torch_program import TorchProgram
from derivcheck.balls.ball import Ball, Kernel, Outside, exact_ball, is_infinite, precision
from derivcheck.balls.instructions import Instruction
from derivcheck.balls.kernels.domain import OutOfDomain
from derivcheck.balls.program import Program, live_slots
from derivcheck.language.table import CHOICE, FUNCTIONS
from derivcheck.model import Kind, Wrt
from derivcheck.numbers import DType
from derivcheck.rounding.exact_slots import PRECISIONS, exact_slots
from derivcheck.truth.finder import TruthFinder
from derivcheck.truth.runs import ExactPoint

_MOST_ULPS = 8
"""The worst of torch's special functions are 10 ulps off; a step that is off by more is no rounding."""

Steps = Mapping[int, float]
"""What torch's steps returned, by the slot of the ball program."""


def steps_of_torch(program: TorchProgram, balls: Program, point: ExactPoint, setting: TorchSetting) -> Steps:
    """What torch returns for each node of the expression, by the node's slot in the ball program.

    Args:
        program: what torch runs; it calls no function of the user's own.
        balls: the same expression, its steps those of torch.
        point: the exact value of each variable.
        setting: device and format.
    """
    slots = program.trace([setting.tensor(point[name]) for name in program.variables], setting.literal)
    return {
        slot: float(slots[place])
        for slot, place in zip(balls.outer, program.outer, strict=True)
        if slot >= len(balls.variables)
    }


def torch_path(program: Program, point: ExactPoint, steps: Steps, dtype: DType) -> tuple[arb, Program] | None:
    """The value at the end of the way that torch took, and the program that goes this way; None where there is none.

    Args:
        program: the formula, its steps those of torch.
        point: the exact value of each variable.
        steps: what torch's steps returned.
        dtype: the format that rounds them.
    """
    way = _walk(program, point, steps, dtype)
    root = way.slots[program.root]
    if not isinstance(root, arb) or not root.is_finite() or way.is_astray:
        return None
    return root, way.program


def leads_to_singularity(program: Program, point: ExactPoint, wrt: Wrt, steps: Steps, dtype: DType) -> bool:
    """Whether the way that torch took ends where the formula has no such number, though it has one at the point.

    sqrt(x - c) has a slope wherever x is above c. Where both round to the same float, torch stands at the end of the
    domain, and an infinite slope is right there.

    Args:
        program: the formula, its steps those of torch.
        point: the exact value of each variable.
        wrt: the derivative that is asked for; empty for the value.
        steps: what torch's steps returned.
        dtype: the format that rounds them.
    """
    way = _walk(program, point, steps, dtype)
    if way.is_astray or not way.moved:
        return False
    root = way.slots[program.root]
    if not isinstance(root, arb) or not root.is_finite():
        return isinstance(root, Outside) or is_infinite(root)
    if not wrt:
        return False
    truth = TruthFinder(way.program, lambda _: None, point).find(wrt).truth
    return truth.kind not in {Kind.VALUE, Kind.UNDECIDED}


class _Way(NamedTuple):
    """The way that torch took.

    Attributes:
        program: the formula along this way.
        slots: the numbers on it.
        moved: the slots whose number, or condition, rounding has changed.
        is_astray: whether a step that counts is off by more than rounding.
    """

    program: Program
    slots: list[Ball]
    moved: set[int]
    is_astray: bool


def _walk(program: Program, point: ExactPoint, steps: Steps, dtype: DType) -> _Way:
    first = len(program.variables)
    code: list[Instruction] = []
    astray: set[int] = set()
    with precision(PRECISIONS[-1]):
        slots: list[Ball] = [exact_ball(point[name]) for name in program.variables]
        unmoved = exact_slots(program, point)
        moved: set[int] = set()
        for slot, step in enumerate(program.code, first):
            args = [slots[arg] for arg in step.args]
            exact = _result(step, args)
            number, taken = steps.get(slot), None
            if number is not None and isinstance(exact, arb):
                if _is_rounded(number, exact, dtype):
                    taken = exact_ball(Fraction(number))
                else:
                    astray.add(slot)
            slots.append(exact if taken is None else taken)
            if _differ(slots[slot], unmoved[slot], decided=moved.isdisjoint(step.args)):
                moved.add(slot)
            decisive = step.args[:1] if step.function == CHOICE else step.args
            held = not moved.isdisjoint(decisive)
            kernel = _along(step, args, exact, taken, held=held)
            code.append(step if kernel is step.kernel else step.altered(kernel))
        is_astray = bool(astray & live_slots(program, slots))
    return _Way(program.with_steps(code), slots, moved, is_astray)


def _result(step: Instruction, args: list[Ball]) -> Ball:
    """What a step gives for its arguments."""
    if not step.takes_outside:
        outside = next((arg for arg in args if isinstance(arg, Outside)), None)
        if outside is not None:
            return outside
    try:
        return step.kernel(*args)
    except OutOfDomain as error:
        return Outside(error.reason, error.is_pole)


def _differ(one: Ball, other: Ball, *, decided: bool) -> bool:
    """Whether rounding has changed a number, or may have changed a condition, one on numbers that it has changed."""
    if isinstance(one, arb) and isinstance(other, arb):
        return not (one - other).contains(0)
    return not decided


def _is_rounded(number: float, exact: arb, dtype: DType) -> bool:
    """Whether a float is within a few ulps of the exact result of its step."""
    if not math.isfinite(number) or not exact.is_finite():
        return False
    middle, exponent = exact.mid().man_exp()
    magnitude = max(int(middle).bit_length() + int(exponent) - 1, dtype.min_exponent)
    return bool(abs(exact_ball(Fraction(number)) - exact) <= _MOST_ULPS * arb((1, magnitude - dtype.precision + 1)))


def _along(step: Instruction, args: list[Ball], exact: Ball, taken: arb | None, *, held: bool) -> Kernel:
    """The kernel of a step along the way: its result is shifted by as much as torch's float is off.

    A branch or a piece that is held is the one on the way, wherever the kernel is called.
    """
    kernel = step.kernel
    if held and step.function == CHOICE and isinstance(args[0], bool):
        branch = 1 if args[0] else 2
        return lambda *values: values[branch]
    if not held or not step.jumps or taken is None:
        return kernel if taken is None else _shifted(kernel, (taken - exact).mid())
    if step.function in _WRAP:
        periods = ((args[0] - exact) / args[1]).unique_fmpz()
        return kernel if periods is None else lambda x, y: x - y * arb(periods)
    return lambda *_: taken


def _shifted(kernel: Kernel, shift: arb) -> Kernel:
    return kernel if shift.is_zero() else lambda *args: _plus(kernel(*args), shift)


def _plus(value: Ball, shift: arb) -> Ball:
    return value + shift if isinstance(value, arb) else value


_WRAP = frozenset([row.name for row in FUNCTIONS if row.wraps])
"""The functions with jumps that have a slope between them."""
