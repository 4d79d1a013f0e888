"""The referee over SymPy's partial derivatives: f along a random direction against what they say.

It never saw a rule of differentiation. A derivative along a direction is the sum of all partials, each times the length
of the direction in its variable; one wrong partial makes the sum wrong.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import product
from math import ceil

from flint import arb

from derivcheck.balls.ball import Ball, Outside, exact_ball, is_infinite, precision
from derivcheck.truth.quotients import REFEREE_BITS, settled, sizes_of_referee
from derivcheck.truth.runs import BALL_EXPONENT, Runs
from derivcheck.truth.sequence_limits import TINY, is_narrow, step_of
from derivcheck.truth.values import AGREED_BITS, DECIDED_BITS, is_nonzero

Direction = Mapping[str, Fraction]
"""How long a step is in each variable."""

_AGREED = arb((1, -AGREED_BITS))
"""How far the derivative along a direction may be from SymPy's where each partial has a share of at least 1 in it."""

_MODERATE = 1200
"""Magnitudes, as powers of 2, between which the referee weighs partials against one another."""

_ALIKE_BITS = 16
"""By how many bits the shares of the partials may differ along a direction that several functions have in common."""

_LENGTH_BITS = 32


def confirmed(runs: Runs, found: Mapping[str, arb]) -> set[str]:
    """The variables by which the derivatives of the first root are as f changes along a direction.

    Args:
        runs: those of f at the point.
        found: the derivatives.
    """
    root = runs.program.root
    return confirmed_of_roots(runs, {root: found})[root]


def confirmed_of_roots(runs: Runs, found: Mapping[int, Mapping[str, arb]]) -> dict[int, set[str]]:
    """The same of several functions.

    Args:
        runs: those of a program.
        found: for the slot of each function its derivatives.
    """
    moderate = {slot: {name: value for name, value in of.items() if _is_moderate(value)} for slot, of in found.items()}
    agreed = defaultdict[int, set[str]](set)
    left = {slot: of for slot, of in moderate.items() if of}
    if len(left) > 1:
        for slot in _agreeing_in_common(runs, left):
            agreed[slot].update(left.pop(slot))
    for slot, of in left.items():
        if _agreeing(runs, {slot: of}, _direction(of), {slot: _AGREED}):
            agreed[slot].update(of)
    for names, slots in _groups_of_zeros(found).items():
        zeros = {slot: {name: found[slot][name] for name in names} for slot in slots}
        direction = _direction(zeros[slots[0]])
        for slot in _agreeing(runs, zeros, direction, dict.fromkeys(slots, TINY)):
            agreed[slot].update(names)
    return {slot: agreed[slot] for slot in found}


def _is_moderate(value: arb) -> bool:
    return is_nonzero(value) and abs(_magnitude(value)) < _MODERATE


def _groups_of_zeros(found: Mapping[int, Mapping[str, arb]]) -> dict[tuple[str, ...], list[int]]:
    """The functions by the variables in which their derivatives are 0."""
    groups = defaultdict[tuple[str, ...], list[int]](list)
    for slot, of in found.items():
        names = tuple([name for name, value in of.items() if not is_nonzero(value)])
        if names:
            groups[names].append(slot)
    return groups


def _agreeing_in_common(runs: Runs, found: Mapping[int, Mapping[str, arb]]) -> list[int]:
    """The functions that change as their derivatives say along one direction, in which each derivative shows.

    Two runs of the program then judge all of them.
    """
    largest: dict[str, arb] = {}
    for of in found.values():
        for name, value in of.items():
            if name not in largest or abs(value) > abs(largest[name]):
                largest[name] = value
    direction = _direction(largest)
    allowed: dict[int, arb] = {}
    for slot, of in found.items():
        sizes = [_magnitude(value) - _magnitude(largest[name]) for name, value in of.items()]
        if max(sizes) - min(sizes) <= _ALIKE_BITS:
            allowed[slot] = arb((1, max(sizes) - AGREED_BITS))
    chosen = {slot: found[slot] for slot in allowed}
    return _agreeing(runs, chosen, direction, allowed) if chosen else []


def _agreeing(
    runs: Runs, found: Mapping[int, Mapping[str, arb]], direction: Direction, allowed: Mapping[int, arb]
) -> list[int]:
    """The functions that change along a direction as their derivatives say.

    Args:
        runs: those of the program.
        found: the derivatives of each function.
        direction: the direction.
        allowed: how far the derivative along the direction may be from what they give.
    """
    with precision(4 * DECIDED_BITS):
        lengths = _as_balls(direction)
        expected = {
            slot: sum((lengths[name] * value for name, value in of.items()), arb(0)) for slot, of in found.items()
        }
    agreed: list[int] = []
    for size in _sizes(runs, direction):
        left = [slot for slot in found if slot not in agreed]
        if not left:
            break
        for slot, quotient in zip(left, quotients_along(runs, left, direction, size), strict=True):
            if quotient is not None:
                with precision(4 * DECIDED_BITS):
                    if not abs(quotient - expected[slot]) > allowed[slot]:
                        agreed.append(slot)
    return agreed


def quotients_along(runs: Runs, slots: Sequence[int], direction: Direction, size: int) -> list[arb | None]:
    """The central quotient of each function along a direction, off the middle as that in one variable is.

    Args:
        runs: those of the program.
        slots: where the functions are.
        direction: how long the step is in each variable, in steps of this size.
        size: that of the steps: see `step_of`.

    Returns:
        None of a function that has none.
    """
    step, lengths = step_of(size), _as_balls(direction)
    found: dict[int, Ball] = {}
    for bits in (size + 256, 2 * (size + 256), 4 * (size + 256)):
        left = [slot for slot in slots if slot not in found]
        program = replace(runs.program, roots=tuple(left))
        with precision(bits):
            after, before = (program.results(runs.moved(_steps(lengths, times * step))) for times in (3, -1))
            divisor = exact_ball(4 * step)
            for slot, high, low in zip(left, after, before, strict=True):
                outside = next((end for end in (high, low) if isinstance(end, Outside)), None)
                quotient = (high - low) / divisor if outside is None else outside
                if outside is not None or is_narrow(quotient, REFEREE_BITS) or is_infinite(quotient):
                    found[slot] = quotient
        if len(found) == len(slots):
            break
    return [value if isinstance(value := found.get(slot), arb) else None for slot in slots]


def _as_balls(direction: Direction) -> dict[str, arb]:
    return {name: exact_ball(length) for name, length in direction.items()}


def _steps(lengths: Mapping[str, arb], step: Fraction) -> dict[str, arb]:
    """How far a step is in each variable: few bits each, so that it is exact."""
    factor = exact_ball(step)
    return {name: factor * length for name, length in lengths.items()}


def _direction(found: Mapping[str, arb]) -> dict[str, Fraction]:
    """A direction along which each derivative has a share between 1 and 4 in that of f, or none if it is 0.

    The lengths are random, so that wrong derivatives do not make up for one another: of two that have exchanged their
    places neither would show if all lengths were the same.
    """
    draw = random.Random(1)
    direction: dict[str, Fraction] = {}
    for name, value in found.items():
        length = Fraction(draw.randrange(1 << _LENGTH_BITS, 2 << _LENGTH_BITS) | 1, 1 << _LENGTH_BITS)
        if is_nonzero(value):
            length *= Fraction(2) ** (1 - _magnitude(value))
            if value < 0:
                length = -length
        direction[name] = length
    return direction


def _magnitude(value: arb) -> int:
    man, exp = value.mid().man_exp()
    return int(man).bit_length() + int(exp)


def _sizes(runs: Runs, direction: Direction) -> Iterator[int]:
    """The sizes of the referee's steps: those that it takes in one variable, so that no step is longer than these."""
    longest = ceil(max(abs(length) for length in direction.values())).bit_length()
    first, second = (
        max(sizes) for sizes in zip(*(sizes_of_referee(runs.point, (name,)) for name in direction), strict=True)
    )
    return iter((first + longest, second + longest, BALL_EXPONENT + 100 + longest))


# --- of second order -------------------------------------------------------------------------------------------------


def confirmed_along(runs: Runs, slot: int, first: Direction, found: Mapping[str, arb]) -> set[str]:
    """The variables by which the derivatives of f along a direction are as f changes along this and another one.

    Args:
        runs: those of the program of f.
        slot: where f is.
        first: the direction.
        found: the derivatives, by each variable, of the derivative of f along it.
    """
    agreed: set[str] = set()
    moderate = {name: value for name, value in found.items() if _is_moderate(value)}
    zero = {name: value for name, value in found.items() if not is_nonzero(value)}
    for group, allowed in ((moderate, _AGREED), (zero, TINY)):
        second = _direction(group)
        if group and _agrees_along(runs, slot, first, second, group, allowed):
            agreed.update(group)
    return agreed


def _agrees_along(
    runs: Runs, slot: int, first: Direction, second: Direction, found: Mapping[str, arb], allowed: arb
) -> bool:
    """Whether the mixed quotient of f is as these derivatives say."""
    with precision(4 * DECIDED_BITS):
        expected = sum((exact_ball(second[name]) * value for name, value in found.items()), arb(0))
    longest = {name: abs(length) for name, length in first.items()}
    for name, length in second.items():
        longest[name] = longest.get(name, Fraction(0)) + abs(length)
    for size in _sizes(runs, longest):
        quotient = _mixed_quotient(runs, slot, first, second, size)
        if quotient is not None:
            with precision(4 * DECIDED_BITS):
                if not abs(quotient - expected) > allowed:
                    return True
    return False


def _mixed_quotient(runs: Runs, slot: int, first: Direction, second: Direction, size: int) -> arb | None:
    """The central quotient along two directions, with far smaller steps in the first; None where there is none."""
    near, far = step_of(3 * size), step_of(size)
    few, many = _as_balls(first), _as_balls(second)
    program = replace(runs.program, roots=(slot,))

    def compute(bits: int) -> Ball:
        with precision(bits):
            total = arb(0)
            for (times, sign), (other, opposite) in product(_CENTRAL, repeat=2):
                offsets = _steps(few, times * near)
                for name, offset in _steps(many, other * far).items():
                    offsets[name] = offsets[name] + offset if name in offsets else offset
                value = program.result(runs.moved(offsets))
                if isinstance(value, Outside):
                    return value
                total += sign * opposite * value
            return total / exact_ball(16 * near * far)

    value = settled(compute, 4 * size + 256, REFEREE_BITS)
    return None if isinstance(value, Outside) else value


_CENTRAL = ((3, 1), (-1, -1))
"""Where the central quotient of first order looks, in steps, and the weights there."""


def confirmed_rows(
    runs: Runs, slot: int, directions: Sequence[Direction], rows: Sequence[Mapping[str, arb]]
) -> list[set[str]]:
    """The same along several directions: of each, the variables whose derivatives f confirms.

    A sum of the directions with random weights has the same sum of the rows as its own. So one mixed quotient judges
    all of them, where weights are found in which each derivative that is no 0 has a share that shows. The rows that
    are left are judged one by one.
    """
    agreed: list[set[str]] = [set() for _ in rows]
    left = [index for index, row in enumerate(rows) if row]
    while len(left) > 1:
        together = _rows_in_common(runs, slot, directions, rows, left)
        for index in together:
            agreed[index].update(rows[index])
        left = [index for index in left if index not in together]
        if not together:
            break
    for index in left:
        agreed[index] = confirmed_along(runs, slot, directions[index], rows[index])
    return agreed


def _rows_in_common(
    runs: Runs, slot: int, directions: Sequence[Direction], rows: Sequence[Mapping[str, arb]], left: Sequence[int]
) -> set[int]:
    """Those of some rows that one mixed quotient confirms."""
    draw = random.Random(2)
    weights: dict[int, Fraction] = {}
    largest: dict[str, arb] = {}
    for index in left:
        sizes = [_magnitude(value) for value in rows[index].values() if _is_moderate(value)]
        others = [value for value in rows[index].values() if is_nonzero(value) and not _is_moderate(value)]
        if others:
            continue
        size = max(sizes, default=0)
        odd = draw.randrange(1 << _LENGTH_BITS, 2 << _LENGTH_BITS) | 1
        weights[index] = Fraction(odd, 1 << _LENGTH_BITS) * Fraction(2) ** -size
        for name, value in rows[index].items():
            share = value * exact_ball(weights[index])
            if name not in largest or (is_nonzero(share) and not abs(share) < abs(largest[name])):
                largest[name] = share
    second = _direction(largest)
    chosen: set[int] = set()
    top = None
    for index, weight in weights.items():
        sizes = [
            _magnitude(value * exact_ball(weight * second[name]))
            for name, value in rows[index].items()
            if is_nonzero(value)
        ]
        if sizes and max(sizes) - min(sizes) > _ALIKE_BITS:
            continue
        if sizes:
            top = max(sizes) if top is None else max(top, *sizes)
        chosen.add(index)
    if len(chosen) < 2 and len(left) > 1:
        return set()
    first: defaultdict[str, Fraction] = defaultdict(Fraction)
    total: defaultdict[str, arb] = defaultdict(arb)
    with precision(4 * DECIDED_BITS):
        for index in chosen:
            for name, length in directions[index].items():
                first[name] += weights[index] * length
            for name, value in rows[index].items():
                total[name] += value * exact_ball(weights[index])
    allowed = TINY if top is None else arb((1, top - AGREED_BITS))
    along = {name: length for name, length in first.items() if length}
    if not along or not _agrees_along(runs, slot, along, {name: second[name] for name in total}, total, allowed):
        return set()
    return chosen
