"""The item that compares values and first derivatives close beside special places."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from derivcheck.model import Status
from derivcheck.numbers import DType
from derivcheck.own_functions.checks.comparison import Comparison, conclude
from derivcheck.own_functions.tensors.leniency import compare_leniently
from derivcheck.own_functions.tensors.place import Place
from derivcheck.own_functions.tensors.points import bases, in_turn, structures, suits, with_numbers
from derivcheck.own_functions.tensors.special_numbers import special_numbers
from derivcheck.own_functions.tensors.subject import TensorSubject
from derivcheck.own_functions.tensors.upstreams import DENSE, Upstream

_BESIDE = tuple(Fraction(text) for text in ("1e-2", "1e-4", "1e-7", "1e-12"))
"""How far beside a place to look: guards against a division by 0 are of these sizes."""

_CONSTANT = (Fraction(1, 16), *_BESIDE[:2])
"""How far the numbers of a row may be from one another, as parts of them: its variance is the square of that."""

_FEW_ULPS = 32
"""A distance of fewer ulps is none: what the function rounds may be as large."""

_UPSTREAMS = (Upstream(DENSE[0]),)

Numbers = Mapping[int, Fraction]
"""Numbers for some elements of an argument."""


def check_near_points(subject: TensorSubject) -> Iterator[Comparison]:
    """Values and first derivatives beside 0, equal elements, thresholds, kinks, poles, and the ends of the domain.

    There the code may guard against a division by 0, or compute a series instead of the function.
    """
    found = False
    for place in _places(subject):
        if suits(place, close=True, upstreams=_UPSTREAMS):
            found = True
            yield from compare_leniently(place, _UPSTREAMS)
    if not found:
        yield conclude(
            Status.SKIPPED, "at no point beside a special place the formula is smooth and the function has a value"
        )


def _places(subject: TensorSubject) -> Iterator[Place]:
    for base in bases(subject)[:1]:
        yield from in_turn(base, [_places_of(base, name) for name in base.names])


def _places_of(base: Place, name: str) -> Iterator[Place]:
    structure, dtype = structures(base.subject)[name], base.subject.dtype
    if structure.adds_up or not base.point[name].elements:
        return
    for words, numbers in _beside(base, name):
        known = {
            other: number
            for at, number in numbers.items()
            for other in structure.symmetrical([at], base.point[name].shape)
            if other not in structure.zeros
        }
        rounded = {at: near for at, number in known.items() if (near := dtype.nearest(number))}
        yield replace(base, point=with_numbers(base.point, name, rounded), how=words.format(name))


def _beside(base: Place, name: str) -> Iterator[tuple[str, Numbers]]:
    dtype = base.subject.dtype
    exact = [element.exact for element in base.point[name].elements]
    n = base.point[name].shape[-1] if base.point[name].shape else 1
    row = range(min(n, len(exact)))
    signs = [number * (-1) ** at for at, number in enumerate(_BESIDE)]
    for turned in (1, -1) if len(exact) > 1 else ():
        yield "with elements of {} close to 0", {at: turned * signs[at % len(signs)] for at in range(0, len(exact), 2)}
    for distance in _BESIDE:
        if len(exact) == 1:
            yield "with {} close to 0", {0: distance}
            yield "with {} close to 0", {0: -distance}
        else:
            yield "with a row of {} close to 0", {at: exact[at] * distance for at in row}
        if n > 1:
            beside = exact[0] + _step(exact[0], distance, dtype)
            yield "with two elements of {} close to one another", {1: beside}
    if n > 1:
        for distance in _CONSTANT:
            if 4 * distance**4 >= dtype.ulp(Fraction(1)):  # a variance beyond keeps less than half of the digits
                numbers = {at: exact[0] * (1 + distance * exact[at] / 4) for at in row}
                yield "with an almost constant row of {}", numbers
    which, special = special_numbers(base, name)
    for number in special:
        for distance in _distances(number, dtype):
            yield "with an element of {} close to a special number", {which: number + distance}
            yield "with an element of {} close to a special number", {which: number - distance}


def _step(number: Fraction, distance: Fraction, dtype: DType) -> Fraction:
    size = max(abs(number), Fraction(1))
    return max(distance * size, 2 * _FEW_ULPS * dtype.ulp(size))


def _distances(number: Fraction, dtype: DType) -> Sequence[Fraction]:
    size = max(abs(number), Fraction(1))
    return [distance * size for distance in _BESIDE if distance * size >= _FEW_ULPS * dtype.ulp(size)]
