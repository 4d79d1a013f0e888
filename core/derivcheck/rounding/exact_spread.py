"""How far rounding can move a number: the formula is run again in ball arithmetic with the result of every step moved.

The perturbed tape moves numbers from one float to the next, and so it cannot see what lies between two of them: of
`fmod(x, 1)` at a bfloat16 of 80,000 every sample is 0, though the number that was rounded had a fraction. Here a
step may move by any part of an ulp. A derivative is the difference quotient of a formula whose steps were all moved
once. How the backward pass rounds is left out: the tape measures that.

Steps that give the same float move together (see `same_floats`). A sample whose formula has no derivative once it is
moved is left out: where a kink cancels in the formula and no longer in the sample, its second derivative has any size.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flint import arb

from derivcheck.balls.ball import Ball, Kernel, exact_ball, precision
from derivcheck.balls.exact_steps import with_exact_steps
from derivcheck.balls.program import Program, live_slots
from derivcheck.model import Spread, Wrt
from derivcheck.numbers import DType
from derivcheck.rounding.exact_slots import MAX_STEPS, PRECISIONS, exact_slots
from derivcheck.rounding.same_floats import ZERO, Float, same_floats
from derivcheck.rounding.torch_path import Steps, torch_path
from derivcheck.truth.quotients import Step, evaluate, settled, sizes_of_referee, stencil
from derivcheck.truth.runs import ExactPoint, Runs
from derivcheck.truth.sequence_limits import is_narrow, is_tiny
from derivcheck.verdict.criterion import CRITERION, Criterion

_GUARD_BITS = 256
"""Working precision beyond what the quotient cancels."""

_ACCURACY = 60
"""Relative accuracy, in bits, of a sample that counts."""

_DRAWN_BITS = 1280
"""Bits of a drawn part of an ulp: what fmod(x + 1, 4) leaves of 1e300 is decided by the 1,000th of them."""

_FINE_SIZES = (3000, 3200)
"""Steps of 2**-3000 do not leave a period of tan(exp(x)) at 700, nor those of 2**-3200; steps of 2**-200 do."""

_SLACK = 1 + 2.0**-20
"""The number at the end of torch's way is known to some 60 bits, and torch's error is measured from the exact one."""

_AGREE = arb((1, -20))
"""Quotients of one derivative agree to this share of it, whatever the step; at a kink they are inversely as large."""


def exact_spread(
    program: Program,
    point: ExactPoint,
    wrt: Wrt,
    dtype: DType,
    criterion: Criterion = CRITERION,
    *,
    taken: Steps | None = None,
    beyond: float = 0.0,
) -> Spread | None:
    """The spread of the value (for the empty wrt) or of a derivative; None where there is no number.

    A long formula is not run again for each sample: only the way that torch took is followed. Of a sum of 1,600 equal
    terms every rounding goes in the same direction, and the tape, which draws each by itself, reaches half as far.

    Args:
        program: the formula, its steps those of torch.
        point: the exact value of each variable.
        wrt: what to differentiate by.
        dtype: the format that rounds the steps.
        criterion: how many samples, and their seed.
        taken: what torch's steps returned; the number at the end of the way that they took is a further sample.
        beyond: how far the roundings of torch's backward pass go beyond that one.
    """
    nominal = _number(program, point, wrt)
    if nominal is None and not wrt:
        nominal = _number(_with_ties(program, point), point, wrt)
    if nominal is None:
        return None
    is_long = len(program.code) > MAX_STEPS
    samples = [] if is_long else _draw_samples(program, point, wrt, dtype, criterion)
    path = None if taken is None else _end_of_path(program, point, wrt, taken, dtype)
    if not samples and path is None:
        return None
    with precision(128):
        distances = [_as_float(abs(sample - nominal)) for sample in samples]
        largest = max(_as_float(abs(number)) for number in (nominal, *samples))
        way = 0.0 if path is None else _SLACK * _as_float(abs(path - nominal)) + beyond
    absolute = math.hypot(*distances) / math.sqrt(max(len(samples), 1))
    relative = absolute / largest if largest else 0.0
    return Spread(absolute, relative, len(samples) / criterion.samples, farthest=max(way, *distances, 0.0))


def _draw_samples(program: Program, point: ExactPoint, wrt: Wrt, dtype: DType, criterion: Criterion) -> list[arb]:
    """The numbers that come out where the steps are moved, as far as there are any."""
    floats = same_floats(program, point)
    rounds = _rounded_steps(program, point, floats, dtype)
    draw = random.Random(criterion.seed)
    drawn = (_drawn(rounds, floats[len(program.variables) :], draw) for _ in range(criterion.samples))
    numbers = (_number(_moved(program, moves), point, wrt) for moves in drawn)
    return [number for number in numbers if number is not None]


def _end_of_path(program: Program, point: ExactPoint, wrt: Wrt, taken: Steps, dtype: DType) -> arb | None:
    """The number at the end of the way that torch took."""
    way = torch_path(program, point, taken, dtype)
    if way is None:
        return None
    value, along = way
    return _derivative(along, point, wrt) if wrt else value


@dataclass(frozen=True, slots=True)
class _Move:
    """How a step's result moves: by a factor, which moves its derivative as well, or by what is added to it.

    Below the normal range, and at a zero, an ulp is no small part of the number. The derivative there is rounded like
    any other: it may not be moved by such a factor.
    """

    relative: arb | None = None
    absolute: arb | None = None

    def by(self, part: arb, sign: int) -> _Move:
        """A part of the move; one that is added has the sign of the number."""
        if self.relative is not None:
            return _Move(relative=(1 + part * self.relative).mid())
        assert self.absolute is not None
        return _Move(absolute=(sign * part * self.absolute).mid())

    def __call__(self, value: Ball) -> Ball:
        """The result moved."""
        if not isinstance(value, arb):
            return value
        return value * self.relative if self.absolute is None else value + self.absolute


def _drawn(rounds: Mapping[int, _Move], floats: Sequence[Float], draw: random.Random) -> dict[int, _Move]:
    """A move for every step that rounds, some part of an ulp up or down: the same part for the same digits."""
    parts: dict[int, arb] = {}
    moves: dict[int, _Move] = {}
    with precision(2 * _DRAWN_BITS):
        for index, move in rounds.items():
            digits, sign, _ = floats[index]
            if digits not in parts:
                parts[digits] = arb((draw.getrandbits(_DRAWN_BITS + 1) - (1 << _DRAWN_BITS), -_DRAWN_BITS))
            moves[index] = move.by(parts[digits], sign)
    return moves


def _rounded_steps(program: Program, point: ExactPoint, floats: Sequence[Float], dtype: DType) -> dict[int, _Move]:
    """The steps whose result the format does not hold, by index, each with an ulp."""
    first = len(program.variables)
    sizes: dict[int, _Move] = {}
    for bits in PRECISIONS:
        with precision(bits):
            slots = exact_slots(program, point)
            live = [slot for slot in sorted(live_slots(program, slots)) if slot >= first and _is_number(slots[slot])]
        if all(is_narrow(slots[slot], dtype.precision) for slot in live):
            break
    smallest = arb((1, dtype.min_exponent))
    inner = {slot for slot in live if program.code[slot - first].inner}
    carried: set[int] = (
        set()
    )  # what a step of a kernel computes is rounded though its last step, a where, only moves it
    with precision(PRECISIONS[-1]):
        for slot in live:
            value, step = slots[slot], program.code[slot - first]
            scales = abs(value) > smallest  # times a power of 2, which is exact but for what is subnormal
            carries = any(
                (_is_moved(value, slots[arg]) or (scales and floats[slot].digits == floats[arg].digits))
                and (arg not in inner or arg in carried)
                for arg in step.args
            )
            if carries:
                carried.add(slot)
            if not step.inner and not carries and floats[slot].digits != ZERO:
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
    return _Move(relative=(arb((1, exponent)) / abs(value)).mid())


def _is_moved(value: arb, argument: Ball) -> bool:
    """Whether a result is an argument, as of where, maximum, abs and neg: then nothing was rounded."""
    return isinstance(argument, arb) and (bool(argument.mid() == value.mid()) or bool(argument.mid() == -value.mid()))


def _moved(program: Program, moves: dict[int, _Move]) -> Program:
    """The program with the results of some steps moved."""
    code = tuple(
        step.altered(_then(step.kernel, moves[index])) if index in moves else step
        for index, step in enumerate(program.code)
    )
    return program.with_steps(code)


def _then(kernel: Kernel, move: _Move) -> Kernel:
    return lambda *args: move(kernel(*args))


def _number(program: Program, point: ExactPoint, wrt: Wrt) -> arb | None:
    """The value, or the derivative; None where it is no number or not a narrow one."""
    if wrt:
        return _derivative(program, point, wrt)
    place = {name: exact_ball(point[name]) for name in program.variables}
    value = settled(lambda bits: _run(program, place, bits), _GUARD_BITS, _ACCURACY)
    if value is None:  # tan(x) at 1e300 takes a thousand bits for the multiple of pi alone
        value = settled(lambda bits: _run(program, place, bits), PRECISIONS[-1], _ACCURACY)
    return _middle(value)


def _derivative(program: Program, point: ExactPoint, wrt: Wrt) -> arb | None:
    """The derivative: the quotient on which two steps agree; None where there are none, as at a kink."""
    runs = Runs(program, point)
    for sizes in (tuple(sizes_of_referee(point, wrt)), _FINE_SIZES):
        one, other = (_quotient(runs, wrt, size) for size in sizes)
        if one is not None and other is not None:
            with precision(128):
                if abs(one - other) <= _AGREE * abs(other) or (is_tiny(one) and is_tiny(other)):
                    return other
    return None


def _quotient(runs: Runs, wrt: Wrt, size: int) -> arb | None:
    """The central difference quotient with steps of a size; None where it is no number or not a narrow one."""
    plan = stencil(wrt, Step.CENTRAL, size)
    return _middle(settled(lambda bits: evaluate(runs, plan, bits), plan.scale + _GUARD_BITS, _ACCURACY))


def _middle(value: Ball) -> arb | None:
    return value.mid() if isinstance(value, arb) and value.is_finite() else None


def _with_ties(program: Program, point: ExactPoint) -> Program:
    """The formula, unmoved, that knows exactly what no ball tells: that sin(pi*x) is 0 at 2."""
    with precision(PRECISIONS[0]):
        slots = exact_slots(program, point)
        return with_exact_steps(program, point, slots) or program


def _run(program: Program, place: dict[str, arb], bits: int) -> Ball:
    with precision(bits):
        return program.run(place)


def _as_float(number: arb) -> float:
    return float(number.upper()) if number.is_finite() else math.inf
