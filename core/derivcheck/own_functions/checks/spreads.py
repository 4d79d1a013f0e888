"""How far rounding can move a number of the function, measured once for all items."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import product

import torch
from torch import Tensor

from derivcheck.autograd.gradients import differentiate
from derivcheck.autograd.sweeps import TensorFunction
from derivcheck.model import Kind, Point, Spread, Wrt
from derivcheck.own_functions.checks.subject import Subject
from derivcheck.rounding.explanation_of_functions import function_spreads

_NEAR_ONE = 2**6
"""Upstream gradients that are powers of 2 up to here, or down to its reciprocal, move no number out of its range."""


def measure_spread(subject: Subject, point: Point, wrt: Wrt, upstream: Fraction) -> Spread | None:
    """How far rounding can move a value or a derivative, for some upstream gradient.

    One run of the function gives all derivatives of an order. So they are measured together, and kept for the next
    call. An upstream gradient of 2 or -4 multiplies every number exactly: the spread is that of 1, times
    2 or 4.
    """
    odd, factor = _split_off_power(upstream)
    place = tuple(point[name].exact for name in subject.args)
    known = subject.known.spreads
    if (place, wrt, odd) not in known:
        together = list(product(subject.args, repeat=len(wrt)))
        for each, spread in zip(together, _measure(subject, point, together, odd), strict=True):
            known[place, each, odd] = spread
    spread = known[place, wrt, odd]
    if spread is None or factor == 1:
        return spread
    return replace(spread, absolute=spread.absolute * factor, farthest=spread.farthest * factor)


def measure_spread_at_one(subject: Subject, point: Point, wrt: Wrt, upstream: Fraction) -> Spread | None:
    """The spread for the upstream gradient 1, times another one.

    It is less than the spread for that one, and mostly known already.
    """
    spread, factor = measure_spread(subject, point, wrt, Fraction(1)), abs(float(upstream))
    if spread is None:
        return None
    return replace(spread, absolute=spread.absolute * factor, farthest=spread.farthest * factor)


def _split_off_power(upstream: Fraction) -> tuple[Fraction, float]:
    """The upstream gradient to measure with, and the factor for its spreads: 1 and 4 where 4 is asked for."""
    size = abs(upstream)
    is_power = size.numerator & (size.numerator - 1) == 0 and size.denominator & (size.denominator - 1) == 0
    if not size or not is_power or not Fraction(1, _NEAR_ONE) <= size <= _NEAR_ONE:
        return upstream, 1.0
    return Fraction(1), float(size)


def _measure(subject: Subject, point: Point, wrts: Sequence[Wrt], upstream: Fraction) -> list[Spread | None]:
    """How far rounding can move the numbers: on the tape, and by an ulp of each argument.

    A fused kernel's inner operations are not on the tape. The last counts for them: they round its argument at least.
    It does not at a kink, where a step to the other side would excuse anything in between, nor at 0, which nothing has
    rounded.
    """
    program = scale_function(subject, subject, upstream)
    inputs = subject.inputs(point)
    spreads = function_spreads(program, subject.args, inputs, wrts, subject.setting)
    centres, *beside = (
        [gradient.value for gradient in differentiate(program, subject.args, moved, wrts, subject.setting)]
        for moved in (inputs, *_step_aside(inputs))
    )
    found: list[Spread | None] = []
    for index, (wrt, spread, centre) in enumerate(zip(wrts, spreads, centres, strict=True)):
        if spread is None or subject.truth(point, sort_by_argument(subject, wrt)).kind is not Kind.VALUE:
            found.append(spread)
            continue
        moves = [
            _find_distance(centre, down[index], up[index]) for down, up in zip(beside[::2], beside[1::2], strict=True)
        ]
        absolute = math.hypot(spread.absolute, *moves)
        found.append(replace(spread, absolute=absolute, relative=absolute / abs(centre) if centre else spread.relative))
    return found


def _step_aside(inputs: tuple[Tensor, ...]) -> list[tuple[Tensor, ...]]:
    """The arguments with each of them in turn an ulp down, then an ulp up; not those that are 0."""
    found = []
    for index, tensor in enumerate(inputs):
        for end in (-math.inf, math.inf) if tensor != 0 else ():
            moved = torch.nextafter(tensor, torch.full_like(tensor, end))
            found.append((*inputs[:index], moved, *inputs[index + 1 :]))
    return found


def _find_distance(centre: float | None, *numbers: float | None) -> float:
    """The larger of the distances from the centre of those numbers that have one."""
    if centre is None:
        return 0.0
    distances = [abs(number - centre) for number in numbers if number is not None and math.isfinite(number - centre)]
    return max(distances, default=0.0)


def sort_by_argument(subject: Subject, wrt: Wrt) -> Wrt:
    """A derivative's variables in the order of the function's arguments."""
    return tuple(sorted(wrt, key=subject.args.index))


def scale_function(function: TensorFunction, subject: Subject, upstream: Fraction) -> TensorFunction:
    """The function times a number: its backward pass then meets that number as the upstream gradient."""
    if upstream == 1:
        return function
    factor = subject.setting.tensor(upstream)
    return lambda xs: function(xs) * factor
