"""The item about integer arguments: labels and indices that repeat, at both ends, in another order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from derivcheck.model.shaped_values import ShapedPoint, ShapedValue
from derivcheck.own_functions.checks.comparison import Comparison
from derivcheck.own_functions.tensors.elsewhere import (
    WRITTEN,
    Excuse,
    Outcome,
    compare_elsewhere,
    excuses_constants,
    told,
)
from derivcheck.own_functions.tensors.place import Place
from derivcheck.own_functions.tensors.points import is_smooth, value_of
from derivcheck.own_functions.tensors.resized import is_inside, tried, try_point
from derivcheck.own_functions.tensors.subject import TensorSubject


def check_indices(subject: TensorSubject) -> Iterator[Comparison]:
    """Values and gradients for other integers in the place of those given, as far as the formula takes them."""
    point = subject.points[0]
    names = [name for name in subject.args if point[name].is_integer and point[name].elements]
    nothing = "other integers than those given are none of the formula's" if names else "there are no integer arguments"
    yield from told(_compare_all(subject, names), nothing)


def _compare_all(subject: TensorSubject, names: Sequence[str]) -> Iterator[Outcome]:
    for name in names:
        if name in {used for formula in subject.formulas.all for used in formula.variables}:
            for words, integers in _others(subject, name).items():
                yield from _compare(subject, name, words, integers)


def _compare(subject: TensorSubject, name: str, words: str, integers: Sequence[int]) -> Iterator[Outcome]:
    value = subject.points[0][name]
    point = _with(subject.points[0], name, value, integers)
    how = f"{name} = {point[name].text}, {words}"
    place = Place(subject, point, how)
    if not _is_read(place):
        return
    if is_inside(place) and is_smooth(place):
        found = tried(place)
    else:
        drawn = try_point(subject, point, how)
        if drawn is None:
            return
        found = drawn
    written = WRITTEN if excuses_constants(subject) else None  # so many segments as there are labels: zeros(2, 3)
    excuse = Excuse(written, written)
    yield from compare_elsewhere(found, lambda: try_point(subject, point, how, draw=1), excuse)


def _with(point: ShapedPoint, name: str, value: ShapedValue, integers: Sequence[int]) -> ShapedPoint:
    return {**point, name: value_of(list(map(Fraction, integers)), value.shape, is_integer=True)}


def _is_read(place: Place) -> bool:
    """Whether the formula can be read at a place: its integers stay within their dims."""
    try:
        place.value  # noqa: B018  # reading it tells
    except Exception:  # NumPy's errors as well: integers that nobody gave must not end the list
        return False
    return True


def _others(subject: TensorSubject, name: str) -> Mapping[str, tuple[int, ...]]:
    """Other integers to try, by what they are in words.

    What the integers given have in common may be what the function relies on: that they are sorted, that they are
    every index once. And one that a constant holds may mean something else: the label that is ignored.
    """
    value = subject.points[0][name]
    given = tuple(int(element.exact) for element in value.elements)
    first, last = 0, _last(subject, name, value, max(given))
    count = len(given)
    is_sorted = list(given) in (sorted(given), sorted(given, reverse=True))
    found = {"every one the first": (first,) * count, "every one the last": (last,) * count}
    if count > 1:
        found["every one the same"] = (given[0],) * count
        found["one of them twice"] = (given[0], *given[:-1]) if is_sorted else (*given[:-1], given[0])
        if not is_sorted:
            found["the other way round"] = given[::-1]
            found["both ends"] = tuple(last if at % 2 else first for at in range(count))
    if min(given) < 0:
        found["every one counted from the end"] = (-1,) * count
    if count > 1 and sorted(given) == list(range(count)) and last < count:
        found = {words: others for words, others in found.items() if sorted(others) == sorted(given)}
    reserved = {constant for _, constant in subject.constants if isinstance(constant, int)}
    kept = {
        words: others
        for words, others in found.items()
        if others != given and not (set(others) - set(given)) & reserved
    }
    return {words: others for at, (words, others) in enumerate(kept.items()) if others not in list(kept.values())[:at]}


def _last(subject: TensorSubject, name: str, value: ShapedValue, most: int) -> int:
    """The largest integer that the formula takes, among those that a size of the point allows."""
    sizes = {size for other in subject.points[0].values() for size in other.shape}
    for size in sorted(sizes, reverse=True):
        point = _with(subject.points[0], name, value, [size - 1] * len(value.elements))
        if size - 1 > most and _is_read(Place(subject, point)):
            return size - 1
    return most
