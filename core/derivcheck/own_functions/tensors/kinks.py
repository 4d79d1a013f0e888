"""The item that compares values and gradients at kinks: those of the points given, zeros, and thresholds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from derivcheck.model import Status
from derivcheck.model.shaped_values import ShapedPoint
from derivcheck.own_functions.checks.comparison import Comparison, conclude
from derivcheck.own_functions.tensors.conventions import choices, compare_conventions, has_kink
from derivcheck.own_functions.tensors.place import Place
from derivcheck.own_functions.tensors.points import bases, given_places, structures, takes, with_numbers
from derivcheck.own_functions.tensors.special_numbers import special_numbers
from derivcheck.own_functions.tensors.subject import TensorSubject

_ZERO = Fraction(0)


def check_kinks(subject: TensorSubject) -> Iterator[Comparison]:
    """At a kink, any number between the one-sided derivatives is right, times the upstream gradient."""
    given = len(given_places(subject))
    seen: list[ShapedPoint] = []
    found = False
    for number, place in enumerate((*given_places(subject), *_places(subject))):
        allowed = choices(place) if place.point not in seen else None
        seen.append(place.point)
        if allowed is None or not has_kink(allowed) or (number >= given and not takes(place)):
            continue
        found = True
        yield from compare_conventions(place, allowed)
        if place.has_zeros:
            yield from compare_conventions(place.with_negative_zeros(), allowed)
    if not found:
        yield conclude(Status.SKIPPED, "no kink of the formula was found")


def _places(subject: TensorSubject) -> Iterator[Place]:
    """Places where an element, a row or all elements are 0, or an element is a threshold."""
    for base in bases(subject)[:1]:
        for name in base.names:
            value, structure = base.point[name], structures(subject)[name]
            if structure.adds_up or not value.elements:
                continue
            n = value.shape[-1] if value.shape else 1
            for which in dict.fromkeys([range(1), range(n), range(len(value.elements))]):
                point = with_numbers(base.point, name, dict.fromkeys(structure.symmetrical(which, value.shape), _ZERO))
                yield replace(base, point=point, how=f"where elements of {name} are 0")
            which_one, special = special_numbers(base, name)
            for number in special:
                if subject.dtype.nearest(number) == number:
                    point = with_numbers(
                        base.point,
                        name,
                        dict.fromkeys(structure.symmetrical([which_one], value.shape), number),
                    )
                    yield replace(base, point=point, how=f"where an element of {name} is at a kink")
