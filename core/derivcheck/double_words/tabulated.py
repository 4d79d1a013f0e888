"""Numbers as double words that Arb gives: constants, and the tables from which functions start."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from functools import cache
from typing import NamedTuple

import numpy as np
from flint import arb, ctx, fmpq

from derivcheck.double_words.double_word import LEAST, DoubleWord, Floats

TABULATED = 2.0**-105
"""Relative: above 2**-106, what two float64 leave of a number, and above the error of Arb's."""

_BITS = 256

POWERS = 1024
"""The table of exp has the powers 2**(j/1024)."""

ANGLES = 4096
"""The table of the sine has the angles of a circle divided by so many."""

_LEADING_BITS = 32
"""So many bits has each of the first two parts of a step: the product with a number of 21 bits is a float64."""


class Step(NamedTuple):
    """The step of a table as a sum of three parts, exact but for the last one's rounding.

    Attributes:
        first, second: parts of 32 bits, which are exact.
        third: what is left, below 2**-62 of the step, as the nearest float64.
        inverse: about 1/step.
    """

    first: float
    second: float
    third: float
    inverse: float


class Table(NamedTuple):
    """Entries of a table: the nearest float64, and what is left."""

    high: Floats
    low: Floats


def constant(number: arb | Fraction) -> DoubleWord:
    """A number that is the same at every point.

    Args:
        number: a rational number, or a ball that is narrow to more than 200 bits; of one whose size is far from that
            of any float64 nothing is known.
    """
    with ctx.workprec(_BITS):
        high, low = _parts(arb(fmpq(*number.as_integer_ratio())) if isinstance(number, Fraction) else number)
    if number != 0 and not LEAST <= abs(high) <= 1 / LEAST:  # a float of 0 may stand for 1e-400
        bound = math.inf
    else:
        bound = 0.0 if isinstance(number, Fraction) and Fraction(high) + Fraction(low) == number else TABULATED
    return DoubleWord(*(np.array([part]) for part in (high, low, bound)))


def power_of_pi(exponent: int) -> arb:
    """pi to a whole power, as a narrow ball."""
    with ctx.workprec(_BITS):
        return arb.pi() ** exponent


@cache
def exponential_step() -> Step:
    """log(2)/1024."""
    with ctx.workprec(_BITS):
        return _step(arb.const_log2() / POWERS)


@cache
def powers_of_two() -> Table:
    """2**(j/1024) for j from 0 to 1023."""
    with ctx.workprec(_BITS):
        return _table([(arb.const_log2() * index / POWERS).exp() for index in range(POWERS)])


@cache
def angle_step() -> Step:
    """2*pi/4096."""
    with ctx.workprec(_BITS):
        return _step(arb.pi() * 2 / ANGLES)


@cache
def sines() -> Table:
    """sin(2*pi*j/4096) for j from 0 to 4095; the first quarter is computed, the others are its mirror images."""
    with ctx.workprec(_BITS):
        quarter = _table([arb(fmpq(2 * index, ANGLES)).sin_pi() for index in range(ANGLES // 4 + 1)])
    halves = [np.concatenate([part[:-1], part[:0:-1]]) for part in quarter]
    return Table(*(np.concatenate([half, -half]) for half in halves))


def _parts(number: arb) -> tuple[float, float]:
    """The float64 nearest to a number, and that nearest to the rest."""
    high = float(number)
    return high, float(number - arb(high))


def _table(numbers: Sequence[arb]) -> Table:
    parts = [_parts(number) for number in numbers]
    return Table(*map(np.array, zip(*parts, strict=True)))


def _step(number: arb) -> Step:
    first = _leading(number)
    second = _leading(number - arb(first))
    return Step(first, second, float(number - arb(first) - arb(second)), float(1 / number))


def _leading(number: arb) -> float:
    """The first bits of a number."""
    man, exp = number.mid().man_exp()
    dropped = int(man).bit_length() - _LEADING_BITS
    return float(arb((int(man) >> dropped, int(exp) + dropped)))
