"""Errors that come from float32: how large they are, and which constants of a formula they can come from."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import product

import torch

from derivcheck.model import Refusal
from derivcheck.numbers import DType
from derivcheck.own_functions.checks.subject import Subject
from derivcheck.own_functions.evidence import Row
from derivcheck.own_functions.formula_parts import compile_part, list_parts, source_of

NARROW = 1e-10
"""A relative error above which a number is one of float32's, where it is no more than a rounding of these."""

ONE_OF_MANY = 1e-8
"""A relative error that some of a few numbers of float32 exceed."""

_NOWHERE = Row({}, (), 1.0, 0.0, 0.0, 0.0)


def is_float32_sized(rows: Sequence[Row]) -> bool:
    """Whether there are errors, and none is larger than a rounding to float32 makes."""
    return all(relative_error(row) <= 4 * DType.FLOAT32.unit_roundoff for row in rows) and any(
        relative_error(row) > NARROW for row in rows
    )


def may_be_narrow(subject: Subject, rows: Sequence[Row]) -> bool:
    """Whether errors of the size of float32's may come from float32.

    Numbers that were computed in float32 are numbers of float32, or some of them are off by more than 1e-8, some
    upwards and others downwards. A constant that was rounded to float32 may make smaller errors, all in one direction;
    but then the formula has constants.
    """
    if list_rounded_constants(subject):
        return True
    if not any(relative_error(row) > ONE_OF_MANY for row in rows if row.true):
        return False
    at_one = [row for row in rows if row.upstream == 1 and row.true]
    ways = {math.copysign(1.0, row.returned / row.true - 1) for row in at_one if row.returned != row.true}
    return len(ways) > 1 or all(_round_to_float32(row.returned) == row.returned for row in at_one)


def list_rounded_constants(subject: Subject) -> list[float]:
    """The constants of the formula and of its derivatives that float32 does not hold: 0.1, sqrt(2/pi)."""
    return [number for number in _list_constants(subject) if _round_to_float32(number) != number]


def is_of_a_constant(subject: Subject, ratio: float) -> bool:
    """Whether a constant factor is what rounding a constant of the formula to float32 makes: of 1/3, 1 + 3e-8.

    The constant may stand in two pieces, as 2 and sqrt(pi) do in the derivative of erf, and under a root.
    """
    for number in _combine_constants(subject):
        rounded = _round_to_float32(number) / number
        if not rounded or not math.isfinite(rounded):  # beyond float32's range
            continue
        if any(abs(rounded**power - ratio) <= _AS_FLOATS for power in (1, -1, 2, -2, 0.5, -0.5)):
            return True
    return False


def is_error_of_a_constant(subject: Subject, shift: float) -> bool:
    """Whether rounding a constant of the formula to float32 moves it by so much: 0.2, that of (x - 0.1)**2, by 3e-9."""
    return any(
        abs(abs(_round_to_float32(number) - number) - abs(shift)) <= 1e-6 * abs(shift)
        for number in _combine_constants(subject)
    )


def _combine_constants(subject: Subject) -> list[float]:
    """The constants of the formula and of its derivatives, and their products and quotients."""
    numbers = _list_constants(subject)
    products = [one * other for one, other in product(numbers, repeat=2)]
    quotients = [one / other for one, other in product([1.0, *numbers], numbers) if other]
    return [number for number in (*numbers, *products, *quotients) if number and math.isfinite(number)]


_AS_FLOATS = 4e-15
"""How far a ratio of two floats may be off; so little that no other factor is taken for that of a constant."""


def _list_constants(subject: Subject) -> list[float]:
    """The constants of the formula and of its derivatives, each once."""
    sources = [source_of(subject)]
    for wrt in subject.firsts:
        formula = subject.slope.formula(wrt)
        if not isinstance(formula, Refusal) and formula.text is not None:
            sources.append(formula.text)
    found: dict[float, None] = {}
    for source in sources:
        for text in list_parts(source, frozenset(subject.args), constant=True):
            found.setdefault(compile_part(subject, text)(_NOWHERE))
    return [number for number in found if math.isfinite(number)]


def _round_to_float32(number: float) -> float:
    """A number as float32 holds it."""
    return float(torch.tensor(number, dtype=torch.float32))


def relative_error(row: Row) -> float:
    """The relative error of a returned number; 0 and inf where 0 is due."""
    due = row.upstream * row.true
    return abs(row.returned / due - 1) if due else (0.0 if row.returned == 0 else math.inf)
