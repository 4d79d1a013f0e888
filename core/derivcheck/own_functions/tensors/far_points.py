"""The item that compares values and first derivatives far out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from derivcheck.model import Severity, Status
from derivcheck.model.shaped_values import ShapedPoint
from derivcheck.own_functions.checks.comparison import Comparison, conclude
from derivcheck.own_functions.tensors.leniency import compare_leniently, is_farther
from derivcheck.own_functions.tensors.place import Place
from derivcheck.own_functions.tensors.points import bases, in_turn, structures, suits, with_numbers
from derivcheck.own_functions.tensors.subject import TensorSubject
from derivcheck.own_functions.tensors.upstreams import DENSE, Upstream

_SPREAD = tuple(
    Fraction(text)
    for text in (
        "19/8", "-13/4", "45/8", "-13/2", "25/2", "-21", "45", "-19/8", "13/4", "-45/8", "13/2", "-25/2", "21", "-45",
    )
)  # fmt: skip
"""Where the pieces of hand-written kernels begin, beside one another: hardswish's at 3, relu6's at 6, softplus's at 20.
Every format holds them."""

_ALONE = tuple(Fraction(text) for text in ("13/2", "-21", "45", "-45"))
"""Numbers of one element, beside ordinary ones."""

_FARTHER = tuple(Fraction(text) for text in ("95", "-95", "760", "-760"))
"""Where exp leaves float32, and float64."""

_UPSTREAMS = (Upstream(DENSE[0]),)


def check_far_points(subject: TensorSubject) -> Iterator[Comparison]:
    """Values and first derivatives far out, where a threshold may be in the wrong place, or a number overflow.

    Each argument in turn has one element far out, or all of them. The user did not ask for these points: digits that
    even a right formula loses there do not count, a number that is nan or inf does.
    """
    fails = found = False
    for place in _places(subject):
        if fails and is_farther(place):
            return  # the nearest of the points that are wrong is told, and there the error is smaller
        if not suits(place, upstreams=_UPSTREAMS):
            continue
        found = True
        for comparison in compare_leniently(place, _UPSTREAMS):
            fails = fails or comparison.verdict.status.severity is Severity.FAIL
            yield comparison
    if not found:
        yield conclude(
            Status.SKIPPED, "at none of the points far out the formula is smooth and the function has a value"
        )


def _places(subject: TensorSubject) -> Iterator[Place]:
    """The places; those farther out come last."""
    for base in bases(subject)[:1]:
        last: list[Place] = []
        for place in in_turn(base, [_places_of(base, name) for name in base.names]):
            if is_farther(place):
                last.append(place)
            else:
                yield place
        yield from last


def _places_of(base: Place, name: str) -> Iterator[Place]:
    for point in _points(base, name):
        yield replace(base, point=point, how=f"with {name} far out")


def _points(base: Place, name: str) -> Iterator[ShapedPoint]:
    count = len(base.point[name].elements)
    structure = structures(base.subject)[name]

    def point(numbers: dict[int, Fraction]) -> ShapedPoint:
        mirrored = {
            other: number
            for at, number in numbers.items()
            for other in structure.symmetrical([at], base.point[name].shape)
            if other not in structure.zeros
        }
        return with_numbers(base.point, name, mirrored)

    if not count:
        return
    if count > 1:
        for first in range(0, len(_SPREAD), max(count, 7)):
            numbers = (*_SPREAD[first:], *_SPREAD[:first])
            yield point({at: numbers[at % len(numbers)] for at in range(count)})
    for number, value in enumerate(_ALONE if count > 1 else _SPREAD):
        yield point({number % count: value})
    for number, value in enumerate(_FARTHER):
        yield point({(number + 1) % count: value})
    if count > 1:
        yield point(dict.fromkeys(range(count), _FARTHER[2]))
