"""Comparisons where the formula may have no derivative: any gradient between the one-sided ones is right, and linear.

Each step of a formula that has a kink may choose a side, or anything between: max and sort where elements are equal,
relu at 0. So a gradient is right where it is one of those that the chain rule gives for some choice.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from flint import arb
from torch import Tensor

from derivcheck.autograd.requests import Request
from derivcheck.balls.ball import enclosure
from derivcheck.errors import DerivcheckError
from derivcheck.model import Evidence, Kind, Status, Truth, Verdict
from derivcheck.model.shaped_values import address, addresses, indices
from derivcheck.numbers import Enclosure
from derivcheck.own_functions.checks.comparison import Comparison
from derivcheck.own_functions.checks.exact_truths import as_fraction
from derivcheck.own_functions.tensors.comparison import compare_array, compare_gradient
from derivcheck.own_functions.tensors.jumps import is_near_jump
from derivcheck.own_functions.tensors.leniency import FAR_ULPS, compare_leniently, forgive
from derivcheck.own_functions.tensors.place import Place
from derivcheck.own_functions.tensors.upstreams import DENSE, Upstream
from derivcheck.truth.partials_of_elements import ElementTruths

AT_KINK = Upstream(DENSE[0])
"""The upstream gradient that is sent at a kink."""

_FACTORS = tuple(Fraction(text) for text in ("2", "-1", "3/8"))
"""What it is multiplied by; exact in every format."""

_WIDE = Fraction(1, 2**64)
"""An enclosure with a larger radius shows a kink: the others have one of about 2**-4000."""

Choices = dict[str, list[Truth]]
"""By argument, for each element the derivative, or those on either side of its kinks."""


def choices(place: Place) -> Choices | None:
    """What the gradients may be; None where the formula is not continuous, or a derivative is infinite."""
    try:
        if any(truth.kind is not Kind.VALUE for truth in place.value_truths):
            return None
        if place.declared and is_near_jump(place):
            return None
        root = place.count + place.fixed.index(AT_KINK)
        found = place.truths.enclosed(root)
        if found is None or not all(ball.is_finite() for ball in found.values()):
            return None
    except DerivcheckError:
        return None
    made = {}
    for name in place.names:
        if name in place.declared:
            made[name] = place.gradient_truths(name, AT_KINK)
        else:
            made[name] = [_truth(found.get(at, _ZERO)) for at in addresses(name, place.point[name].shape)]
    return made if all(truth.kind in _KNOWN for truths in made.values() for truth in truths) else None


def has_kink(found: Choices) -> bool:
    """Whether there is a choice."""
    return any(truth.kind is Kind.ONE_SIDED for truths in found.values() for truth in truths)


def _truth(ball: arb) -> Truth:
    bounds = enclosure(ball)
    if bounds.rad.fraction() <= _WIDE:
        return Truth(Kind.VALUE, bounds, evidence=Evidence.PROVEN)
    low, high = enclosure(arb(ball.lower())), enclosure(arb(ball.upper()))
    return Truth(Kind.ONE_SIDED, left=low, right=high, evidence=Evidence.PROVEN)


_ZERO = arb(0)

_KNOWN = frozenset({Kind.VALUE, Kind.ONE_SIDED})


def derivatives_along(truths: ElementTruths, root: int, names: Sequence[str]) -> list[Truth | None]:
    """The derivatives of a root by some addresses, None of one that is no number."""
    found = truths.enclosed(root)
    if found is None:
        return [None] * len(names)
    made = [_truth(ball) if (ball := found.get(name, _ZERO)).is_finite() else None for name in names]
    return [truth if truth is not None and truth.kind is Kind.VALUE else None for truth in made]


# --- comparisons -----------------------------------------------------------------------------------------------------


def compare_conventions(place: Place, found: Choices) -> Iterator[Comparison]:
    """Compare values, and gradients with what they may be; each is linear in the upstream gradient."""
    yield from compare_leniently(place, [])
    gradients = place.pull_back(AT_KINK)
    for name, gradient in gradients.items():
        yield _compare_choice(place, name, gradient, found[name])
    for factor in _FACTORS if place.is_linear else ():
        again = place.pull_back(AT_KINK.times(factor))
        for name in gradients:
            yield _compare_linearity(place, name, gradients[name], again[name], factor)


def _compare_choice(place: Place, name: str, gradient: Tensor | None, truths: Sequence[Truth]) -> Comparison:
    shape = place.point[name].shape
    if gradient is not None and tuple(gradient.shape) != shape:
        return compare_gradient(place, name, gradient, AT_KINK)
    if _is_one_of(place, truths, numbers_of(gradient, place, name)):
        return Comparison(Verdict(Status.MATCH), wrt=(name,), place=place.how, values=place.point)
    request = Request((name,), tuple(map(float, AT_KINK.weights(place.outputs))))
    numbers = numbers_of(gradient, place, name)
    compared = compare_array(place, (name,), request, truths, numbers, shape, how=str(AT_KINK))
    compared = forgive(place, compared, ())
    if compared.verdict.status is Status.CONVENTION:
        return replace(compared, verdict=Verdict(Status.MATCH))
    return compared


def _is_one_of(place: Place, truths: Sequence[Truth], numbers: Sequence[float]) -> bool:
    """Whether all numbers are what they may be, but for errors in the last bits; most are, and need no more."""
    if not all(map(math.isfinite, numbers)):
        return False
    sides = [(truth.value, truth.value) if truth.value is not None else (truth.left, truth.right) for truth in truths]
    ends = [tuple(as_fraction(end.mid) for end in pair if isinstance(end, Enclosure)) for pair in sides]
    size = max([Fraction(1), *[abs(end) for pair in ends for end in pair]])
    room = FAR_ULPS * place.subject.dtype.ulp(size)
    return all(
        min(pair) - room <= Fraction(number) <= max(pair) + room for pair, number in zip(ends, numbers, strict=True)
    )


def numbers_of(gradient: Tensor | None, place: Place, name: str) -> list[float]:
    """The numbers of a gradient, zeros where there is none."""
    if gradient is None:
        return [0.0] * len(place.point[name].elements)
    found: list[float] = gradient.detach().double().cpu().reshape(-1).tolist()
    return found


def _compare_linearity(
    place: Place, name: str, at_one: Tensor | None, at_factor: Tensor | None, factor: Fraction
) -> Comparison:
    """Whether the gradient that a function has chosen is multiplied by the upstream gradient."""
    ones, others = numbers_of(at_one, place, name), numbers_of(at_factor, place, name)
    if len(ones) == len(others) and all(map(math.isfinite, [*ones, *others])):
        room = FAR_ULPS * place.subject.dtype.ulp(max(map(abs, map(Fraction, [1, *ones, *others]))))
        for index, one, other in zip(indices(place.point[name].shape), ones, others, strict=True):
            if abs(Fraction(other) - factor * Fraction(one)) > room:
                text = (
                    f"by {address(name, index)} torch returned {one!r} for {AT_KINK}, and {other!r} for"
                    f" {float(factor):g} times that: it should be {float(factor):g} times as much"
                )
                verdict = Verdict(Status.MISMATCH, text)
                return Comparison(verdict, wrt=(name,), place=place.how, values=place.point)
    return Comparison(Verdict(Status.MATCH), wrt=(name,), place=place.how, values=place.point)
