"""The numbers of one element at which a formula's pieces meet, its poles are, or a domain ends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from derivcheck.balls.program import Program
from derivcheck.model.shaped_values import addresses
from derivcheck.own_functions.checks.places import find_places
from derivcheck.own_functions.tensors.kinks_nearby import compiled
from derivcheck.own_functions.tensors.place import Place

_MOST = 3
"""So many numbers of one argument are looked at, the nearest to 0."""

_MOST_STEPS = 4_000
"""A longer formula is not searched: the search runs it about a hundred times."""


def special_numbers(place: Place, name: str) -> tuple[int, list[Fraction]]:
    """One element of an argument, and the numbers at which something happens as it alone moves; 0 is not told.

    Args:
        place: a smooth place.
        name: the argument.
    """
    at = addresses(name, place.point[name].shape)
    which = len(at) // 2
    key = "special numbers", name, tuple(place.exact.values())
    known: dict[object, list[Fraction]] = place.subject.remember("special numbers", dict)
    if key not in known:
        found: dict[Fraction, None] = {}
        for program, exact in _programs(place):
            if len(program.code) <= _MOST_STEPS:
                found.update(dict.fromkeys(find_places(program, exact, at[which], rough=True)))
        known[key] = sorted(found, key=abs)[:_MOST]
    return which, known[key]


def _programs(place: Place) -> Iterator[tuple[Program, Mapping[str, Fraction]]]:
    exact = place.exact
    yield compiled(place, place.value.elements), exact
    if place.slope is not place.value:
        yield compiled(place, place.slope.elements), exact
    if place.subject.domain is not None:
        for program in place.subject.domain.programs_at(place.point, place.subject.dtype):
            yield program, exact
