"""How far rounding can move a number, on the exact reading: the formula run again with every step moved.

The perturbed tape moves numbers from one float to the next, and so it cannot see what lies between two of them: of
`fmod(x, 1)` at a bfloat16 of 80,000 every sample is 0, though the number that was rounded had a fraction. Here the
formula runs in ball arithmetic, where a step may move by any part of an ulp. A derivative is the difference quotient of
a formula whose steps were all moved once; that leaves out how the backward pass rounds, which is the tape's to say.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, replace
from fractions import Fraction

from flint import arb

from derivcheck.balls.ball import Ball, Kernel, exact_ball, precision
from derivcheck.balls.program import Program, live_slots
from derivcheck.model import DType, Spread, Wrt
from derivcheck.truth.quotients import Step, evaluate, is_narrow, settled, sizes_of_referee, stencil
from derivcheck.truth.runs import ExactPoint, Runs
from derivcheck.verdict.criterion import CRITERION, Criterion

_PRECISIONS = (128, 1280, 5120)
"""Working precisions in bits, tried in turn until every step is narrow."""

_GUARD_BITS = 256
"""Working precision beyond what the quotient cancels."""

_ACCURACY = 60
"""Relative accuracy, in bits, of a sample that counts."""

_MAX_STEPS = 300
"""The longest formula that is run again for every sample."""


def exact_spread(
    program: Program, point: ExactPoint, wrt: Wrt, dtype: DType, criterion: Criterion = CRITERION
) -> Spread | None:
    """The spread of the value (for the empty wrt) or of a derivative; None where the formula is too long or no number.

    Args:
        program: the formula, its steps those of torch.
        point: the exact value of each variable.
        wrt: what to differentiate by.
        dtype: the format that rounds the steps.
        criterion: how many samples, and their seed.
    """
    if len(program.code) > _MAX_STEPS:
        return None
    rounds = _rounded_steps(program, point, dtype)
    draw = random.Random(criterion.seed)
    nominal = _number(program, point, wrt)
    if nominal is None:
        return None
    drawn = [{index: size.drawn(draw) for index, size in rounds.items()} for _ in range(criterion.samples)]
    samples = [number for moves in drawn if (number := _number(_moved(program, moves), point, wrt)) is not None]
    if not samples:
        return None
    with precision(128):
        distances = [_as_float(abs(sample - nominal)) for sample in samples]
        largest = max(_as_float(abs(number)) for number in (nominal, *samples))
    absolute = math.hypot(*distances) / math.sqrt(len(samples))
    relative = absolute / largest if largest else 0.0
    return Spread(absolute, relative, len(samples) / criterion.samples, farthest=max(distances))


@dataclass(frozen=True, slots=True)
class _Move:
    """How a step's result moves: by a factor, which moves its derivative as well, or by what is added to it.

    Below the normal range, and at a zero, an ulp is no small part of the number. The derivative there is rounded like
    any other: it may not be moved by such a factor.
    """

    relative: float = 0.0
    absolute: arb | None = None

    def drawn(self, draw: random.Random) -> _Move:
        """A part of the move, up or down."""
        part = draw.uniform(-1, 1)
        return _Move(
            part * self.relative, None if self.absolute is None else exact_ball(Fraction(part)) * self.absolute
        )

    def __call__(self, value: Ball) -> Ball:
        """The result moved."""
        if not isinstance(value, arb):
            return value
        return value * exact_ball(1 + Fraction(self.relative)) if self.absolute is None else value + self.absolute


def _rounded_steps(program: Program, point: ExactPoint, dtype: DType) -> dict[int, _Move]:
    """The steps whose result the format does not hold, by index, each with an ulp."""
    first = len(program.variables)
    sizes: dict[int, _Move] = {}
    for bits in _PRECISIONS:
        with precision(bits):
            slots = program.trace({name: exact_ball(point[name]) for name in program.variables})
            live = [slot for slot in sorted(live_slots(program, slots)) if slot >= first and _is_number(slots[slot])]
        if all(is_narrow(slots[slot], dtype.precision) for slot in live):
            break
    inner = {slot for slot in live if program.code[slot - first].inner}
    carried: set[int] = (
        set()
    )  # what a step of a kernel computes is rounded though its last step, a where, only moves it
    with precision(_PRECISIONS[-1]):
        for slot in live:
            value, step = slots[slot], program.code[slot - first]
            carries = any(_is_moved(value, slots[arg]) and (arg not in inner or arg in carried) for arg in step.args)
            if carries:
                carried.add(slot)
            if not step.inner and not carries:
                middle, exponent = value.mid().man_exp()
                bits = int(middle).bit_length()
                if not value.is_exact() or bits > dtype.precision:
                    sizes[slot - first] = _ulp(value, bits + int(exponent), dtype)
    return sizes


def _is_number(value: Ball) -> bool:
    return isinstance(value, arb) and value.is_finite() and not value.is_zero()


def _ulp(value: arb, magnitude: int, dtype: DType) -> _Move:
    """An ulp of a number; below the normal range the format's spacing stays the same."""
    exponent = max(magnitude - 1, dtype.min_exponent) - dtype.precision + 1
    if magnitude - 1 < dtype.min_exponent or value.contains(0):
        return _Move(absolute=arb((1, exponent)))
    return _Move(relative=_as_float(arb((1, exponent)) / abs(value)))


def _is_moved(value: arb, argument: Ball) -> bool:
    """Whether a result is an argument, as of where, maximum, abs and neg: then nothing was rounded."""
    return isinstance(argument, arb) and (bool(argument.mid() == value.mid()) or bool(argument.mid() == -value.mid()))


def _moved(program: Program, moves: dict[int, _Move]) -> Program:
    """The program with the results of some steps moved."""
    code = tuple(
        step._replace(kernel=_then(step.kernel, moves[index])) if index in moves else step
        for index, step in enumerate(program.code)
    )
    return replace(program, code=code)


def _then(kernel: Kernel, move: _Move) -> Kernel:
    return lambda *args: move(kernel(*args))


def _number(program: Program, point: ExactPoint, wrt: Wrt) -> arb | None:
    """The value, or the quotient for a derivative; None where it is no number or not a narrow one."""
    if not wrt:
        place = {name: exact_ball(point[name]) for name in program.variables}
        value = settled(lambda bits: _run(program, place, bits), _GUARD_BITS, _ACCURACY)
        if value is None:  # tan(x) at 1e300 takes a thousand bits for the multiple of pi alone
            value = settled(lambda bits: _run(program, place, bits), _PRECISIONS[-1], _ACCURACY)
    else:
        runs = Runs(program, point)
        _, size = sizes_of_referee(point, wrt)
        plan = stencil(wrt, Step.CENTRAL, size)
        value = settled(lambda bits: evaluate(runs, plan, bits), plan.scale + _GUARD_BITS, _ACCURACY)
    return value.mid() if isinstance(value, arb) and value.is_finite() else None


def _run(program: Program, place: dict[str, arb], bits: int) -> Ball:
    with precision(bits):
        return program.run(place)


def _as_float(number: arb) -> float:
    return float(number.upper()) if number.is_finite() else math.inf
