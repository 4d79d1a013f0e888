"""Points that nobody gave: other numbers in the shapes of those that were given."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial
from itertools import islice, zip_longest

from derivcheck.errors import DerivcheckError
from derivcheck.model import Kind
from derivcheck.model.shaped_values import ShapedPoint
from derivcheck.own_functions.tensors.argument_structures import Structure, structure_of
from derivcheck.own_functions.tensors.drawn_numbers import (
    Way,
    as_given,
    close_by,
    draw,
    increasing,
    of_both_signs,
    of_fractions,
    of_many_sizes,
    permuted,
    scaled,
    scaled_rows,
    value_of,
)
from derivcheck.own_functions.tensors.jumps import is_near_jump
from derivcheck.own_functions.tensors.kinks_nearby import is_near_kink
from derivcheck.own_functions.tensors.place import Place
from derivcheck.own_functions.tensors.subject import TensorSubject
from derivcheck.own_functions.tensors.upstreams import Upstream

__all__ = [
    "bases",
    "first_refused",
    "further_places",
    "given_places",
    "in_turn",
    "is_inside",
    "is_smooth",
    "structures",
    "suits",
    "takes",
    "value_of",
    "with_numbers",
    "zero_places",
]

_FURTHER = 3
"""How many further points are looked at."""

_FREE: tuple[Way, ...] = (of_both_signs, of_many_sizes, of_fractions)
"""The ways that are tried first, each for all arguments at once."""

_NARROW: tuple[Way, ...] = (
    of_both_signs, of_fractions, increasing, scaled, scaled_rows, permuted, close_by, as_given,
)  # fmt: skip
"""The ways for one argument alone, where the function or the formula refuses numbers that are drawn freely."""

_HOW = "at a further point"


def given_places(subject: TensorSubject) -> tuple[Place, ...]:
    """The places at the points given."""
    return subject.remember("given places", lambda: tuple(Place(subject, point) for point in subject.points))


def further_places(subject: TensorSubject) -> tuple[Place, ...]:
    """Places besides the given ones, in their shapes, where the formula is smooth and the function has a value."""
    return subject.remember("further places", lambda: _find_further(subject))


def zero_places(subject: TensorSubject) -> tuple[Place, ...]:
    """Places where some elements of an argument are 0, or all of them, and the formula is smooth all the same.

    A row has none, one or two zeros: the product of the others is 0 where there are two.
    """
    return subject.remember("zero places", lambda: tuple(_find_zeros(subject)))


# --- which points are good for comparisons ---------------------------------------------------------------------------


def is_smooth(place: Place, *, close: bool = False, upstreams: Sequence[Upstream] | None = None) -> bool:
    """Whether the formula can be read here, and has a value and all first derivatives, a few ulps around as well.

    Args:
        place: the place.
        close: whether it was chosen close to a kink: then few ulps are fewer.
        upstreams: the upstream gradients for which the gradients have to be numbers; None: all fixed ones.
    """
    try:
        truths = list(place.value_truths)
        if any(truth.kind is not Kind.VALUE for truth in truths):
            return False
        # where every gradient is declared, a kink of the formula is none of theirs
        follows = any(name not in place.declared for name in place.names)
        if (follows and is_near_kink(place, close=close)) or (place.declared and is_near_jump(place)):
            return False
        asked = place.fixed if upstreams is None else upstreams
        place.look_at(asked)
        truths = [
            truth for name in place.names for upstream in asked for truth in place.gradient_truths(name, upstream)
        ]
    except DerivcheckError:
        return False
    return all(truth.kind is Kind.VALUE for truth in truths)


def is_inside(place: Place) -> bool:
    """Whether a point lies in the domain that is declared, or implied by the formula."""
    subject = place.subject
    return subject.domain is None or subject.domain.contains(place.point, subject.dtype)


def takes(place: Place) -> bool:
    """Whether a point that nobody gave lies in the domain, and the function has a value there.

    It may refuse some, as distributions do: `first_refused` knows the first of them.
    """
    if not is_inside(place):
        return False
    try:
        place.run()
    except (Exception, SystemExit, GeneratorExit) as error:
        place.subject.known.setdefault(_REFUSED, (place, error))
        return False
    return True


def suits(place: Place, *, close: bool = False, upstreams: Sequence[Upstream] | None = None) -> bool:
    """Whether a point that nobody gave can be used: it is smooth, as in `is_smooth`, and the function takes it."""
    return is_inside(place) and is_smooth(place, close=close, upstreams=upstreams) and takes(place)


def first_refused(subject: TensorSubject) -> tuple[Place, BaseException] | None:
    """The first point that nobody gave, where the formula has a value and the function raises, and what it raises."""
    found: tuple[Place, BaseException] | None = subject.known.get(_REFUSED)
    return found


_REFUSED = "first refused"


# --- further points --------------------------------------------------------------------------------------------------


def structures(subject: TensorSubject) -> Mapping[str, Structure]:
    """The structure of each argument."""
    return subject.remember("structures", lambda: _structures(subject))


def _structures(subject: TensorSubject) -> dict[str, Structure]:
    found = {}
    for name in subject.args:
        first, *others = [point[name] for point in subject.points]
        alike = [first, *[value for value in others if value.shape == first.shape]]
        found[name] = structure_of(alike, is_held=name in subject.held)
    return found


def _find_further(subject: TensorSubject) -> tuple[Place, ...]:
    found: dict[str, Place] = {}
    for place in _candidates(subject):
        key = str([value.text for value in place.point.values()])
        if key not in found and suits(place):
            found[key] = place
        if len(found) == _FURTHER:
            break
    return tuple(found.values())


def _candidates(subject: TensorSubject) -> Iterator[Place]:
    """Points in the order in which they are tried: free ones, then such as each argument allows, then close ones."""
    drawn = partial(_drawn, subject)
    any_free = False
    for number, way in enumerate(_FREE):
        place = drawn(dict.fromkeys(subject.args, way), str(number))
        yield place
        any_free = any_free or _is_real(place)
    yield drawn(dict.fromkeys(subject.args, _FREE[0]), "again")
    if not any_free:
        allowed = _allowed_ways(subject)
        for number in range(4):
            yield drawn({name: ways[number % len(ways)] for name, ways in allowed.items()}, f"narrow/{number}")
    for number, way in enumerate((scaled, permuted, close_by, close_by)):
        yield drawn(dict.fromkeys(subject.args, way), f"last/{number}")
    for name in subject.args:  # where all that may vary is one argument
        yield drawn({**dict.fromkeys(subject.args, as_given), name: of_both_signs}, f"alone/{name}")
        yield drawn({**dict.fromkeys(subject.args, as_given), name: close_by}, f"close/{name}")


def _allowed_ways(subject: TensorSubject) -> dict[str, list[Way]]:
    """For each argument the first two ways whose numbers are taken beside the given numbers of the others."""
    found: dict[str, list[Way]] = {}
    given: dict[str, Way] = dict.fromkeys(subject.args, as_given)
    for name in subject.args:
        ways: list[Way] = []
        for way in _NARROW:
            place = _drawn(subject, {**given, name: way}, f"{name} alone")
            if len(ways) < _WAYS and _is_real(place) and takes(place):
                ways.append(way)
        found[name] = ways or [as_given]
    return found


_WAYS = 2


def _is_real(place: Place) -> bool:
    """Whether the point is in the domain, and the formula has a value there."""
    if not is_inside(place):
        return False
    try:
        return all(truth.kind is Kind.VALUE for truth in place.value_truths)
    except DerivcheckError:
        return False


def _drawn(subject: TensorSubject, ways: Mapping[str, Way], seed: str) -> Place:
    """A point whose arguments are drawn in these ways; integers stay integers, and each keeps its structure."""
    given = subject.points[0]
    point = {
        name: draw(ways[name], value, structures(subject)[name], f"{seed}/{name}/{subject.case.seed}")
        if name in ways and ways[name] is not as_given
        else value
        for name, value in given.items()
    }
    return Place(subject, point, _HOW)


# --- points made of others -------------------------------------------------------------------------------------------


def with_numbers(point: ShapedPoint, name: str, numbers: Mapping[int, Fraction]) -> ShapedPoint:
    """A point with other numbers for some elements of an argument, by their places in it."""
    value = point[name]
    exact = [numbers.get(at, element.exact) for at, element in enumerate(value.elements)]
    return {**point, name: value_of(exact, value.shape, is_integer=value.is_integer)}


def bases(subject: TensorSubject) -> tuple[Place, ...]:
    """Smooth places to start from: a further one, else those given that are smooth."""
    return subject.remember(
        "bases", lambda: (*further_places(subject)[:1], *filter(is_smooth, given_places(subject)[:1]))
    )


def in_turn(base: Place, groups: Iterable[Iterator[Place]]) -> Iterator[Place]:
    """The places of several groups, one of each in turn; of a long formula so many that they take bounded time.

    Args:
        base: a place with that formula.
        groups: the places, those of each argument by themselves.
    """
    most = _FEWEST + _MOST_STEPS // max(len(base.value.elements), 1)
    turns = zip_longest(*groups)
    return islice((place for turn in turns for place in turn if place is not None), most)


_FEWEST, _MOST_STEPS = 12, 40_000
"""So many places at least, and so many operations of all places beyond them, at most."""


def _find_zeros(subject: TensorSubject) -> Iterator[Place]:
    found: list[ShapedPoint] = []
    for base in bases(subject)[:1]:
        for name in base.names:
            for which in _patterns(base.point[name].shape):
                zeros = structures(subject)[name].symmetrical(which, base.point[name].shape)
                point = with_numbers(base.point, name, dict.fromkeys(zeros, Fraction(0)))
                place = replace(base, point=point, how=f"where elements of {name} are 0")
                if point not in found and suits(place):
                    found.append(point)
                    yield place


def _patterns(shape: Sequence[int]) -> Iterable[Sequence[int]]:
    """Which elements become 0: the second of every other row and two of the others; then all."""
    count = 1
    for size in shape:
        count *= size
    n = shape[-1] if shape else 1
    some = [at for at in range(count) if (at % n == 1 % n if at // n % 2 == 0 else at % n in {0, n - 1})]
    return [some, range(count)] if 0 < len(some) < count else [range(count)]
