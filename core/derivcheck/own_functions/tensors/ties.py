"""The item that compares values and gradients where elements are equal: where max, sort and median have to choose.

There each of the equal elements may get any part of the gradient: all of it, none, or an equal share. But all of them
together get the whole, since a common change of all equal elements leaves them equal, and along it the formula is
smooth: the gradients of equal elements add up to the derivative along that change. A mask `x == max(x)` would give the
whole to each of them.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from math import prod

from flint import arb
from torch import Tensor

from derivcheck.balls.ball import Ball, exact_ball, precision
from derivcheck.balls.compiling import compile_balls
from derivcheck.elements.elements import Elements
from derivcheck.elements.weighing import weighed
from derivcheck.model import Status, Verdict
from derivcheck.model.expression import VARIABLE, Node
from derivcheck.model.shaped_values import Shape, address, addresses, indices
from derivcheck.own_functions.checks.comparison import Comparison, conclude
from derivcheck.own_functions.checks.exact_truths import as_fraction
from derivcheck.own_functions.tensors.conventions import (
    AT_KINK,
    choices,
    compare_conventions,
    derivatives_along,
    has_kink,
    numbers_of,
)
from derivcheck.own_functions.tensors.kinks_nearby import KINKED, is_cut, is_near_kink
from derivcheck.own_functions.tensors.leniency import compare_leniently
from derivcheck.own_functions.tensors.place import Place
from derivcheck.own_functions.tensors.points import bases, is_inside, structures, takes, with_numbers
from derivcheck.own_functions.tensors.subject import TensorSubject
from derivcheck.truth.partials_of_elements import ElementTruths
from derivcheck.truth.runs import ExactPoint

_BITS = 256

_MOST_EQUAL = 16
"""Elements of an argument up to which all of them are made equal: what is true of each is found by itself there."""

_MOST_DIMS = 3
"""Dims along which elements are made equal, the last ones."""


def check_ties(subject: TensorSubject) -> Iterator[Comparison]:
    """Values and gradients where the largest, or the smallest, elements along a dim are equal, or all of them are."""
    found = False
    for place, name in _places(subject):
        allowed = choices(place) if is_inside(place) else None
        if allowed is None:
            continue
        if not has_kink(allowed):
            if not is_near_kink(place) and takes(place):
                found = True
                yield from compare_leniently(place, [AT_KINK])
            continue
        elements = _tied(place, name)
        if is_cut(compile_balls(elements), place) or not takes(place):
            continue
        found = True
        yield from compare_conventions(place, allowed)
        if name not in place.declared:
            yield from _compare_sums(place, name, elements, place.pull_back(AT_KINK)[name])
    if not found:
        yield conclude(Status.SKIPPED, "the formula has a value at no point with equal elements")


# --- where -----------------------------------------------------------------------------------------------------------


def _places(subject: TensorSubject) -> Iterator[tuple[Place, str]]:
    for base in bases(subject)[:1]:
        for name in base.names:
            value, structure = base.point[name], structures(subject)[name]
            if structure.adds_up or structure.is_mask or structure.is_symmetric or structure.zeros:
                continue
            exact = [element.exact for element in value.elements]
            seen = [exact]
            for numbers, words in _equal(exact, value.shape):
                if numbers not in seen and 0 not in value.shape:
                    seen.append(numbers)
                    point = with_numbers(base.point, name, dict(enumerate(numbers)))
                    yield replace(base, point=point, how=f"where {words} of {name} are equal"), name


def _equal(exact: Sequence[Fraction], shape: Shape) -> Iterator[tuple[list[Fraction], str]]:
    """Numbers of which some are equal, and which, in words."""
    if not shape or len(exact) < 2:
        return
    for dim in range(len(shape))[-_MOST_DIMS:]:
        if shape[dim] < 2:
            continue
        lines = _lines(shape, dim)
        yield _with_pairs(exact, lines), f"two elements along dim {dim}"
        if len(lines) > 1:
            yield _with_line(exact, lines[0]), f"all elements along dim {dim}"
    if len(exact) <= _MOST_EQUAL:
        yield [exact[0]] * len(exact), "all elements"


def _lines(shape: Shape, dim: int) -> list[list[int]]:
    """The elements along a dim, for each choice of the other indices."""
    each = prod(shape[dim + 1 :])
    starts = [at for at in range(prod(shape)) if at // each % shape[dim] == 0]
    return [[start + each * number for number in range(shape[dim])] for start in starts]


def _with_pairs(exact: Sequence[Fraction], lines: Sequence[Sequence[int]]) -> list[Fraction]:
    """The two largest of the first line are equal, and the two smallest: of the last line, or of a long one."""
    numbers = list(exact)
    line = sorted(lines[0], key=numbers.__getitem__)
    numbers[line[-2]] = numbers[line[-1]]
    line = sorted(lines[-1], key=numbers.__getitem__)
    if len(lines) > 1 or len(line) > 3:
        numbers[line[1]] = numbers[line[0]]
    return numbers


def _with_line(exact: Sequence[Fraction], line: Sequence[int]) -> list[Fraction]:
    numbers = list(exact)
    for at in line:
        numbers[at] = exact[line[0]]
    return numbers


# --- what equal elements have together -------------------------------------------------------------------------------


def _groups(place: Place, name: str) -> list[list[int]]:
    """The elements that are equal to one another, or to none."""
    groups = defaultdict[Fraction, list[int]](list)
    for at, element in enumerate(place.point[name].elements):
        groups[element.exact].append(at)
    return list(groups.values())


def _tied(place: Place, name: str) -> Elements:
    """The Elements of the formula, and their sum that an upstream gradient weighs: one address for equal elements."""
    weights = AT_KINK.weights(place.outputs)
    elements = weighed(place.slope.elements, [weights])
    at = addresses(name, place.point[name].shape)
    first = {at[member]: at[group[0]] for group in _groups(place, name) for member in group}
    renamed = [
        Node(VARIABLE, first.get(node.name, node.name)) if node.kind is VARIABLE else node for node in elements.nodes
    ]
    apart = Elements(
        tuple(renamed), elements.roots, tuple(dict.fromkeys(first.get(one, one) for one in elements.addresses))
    )
    nodes, moved = _without_ties(apart, place.exact)
    left = tuple(one for one in elements.addresses if first.get(one, one) == one)
    return Elements(tuple(nodes), tuple(moved[root] for root in elements.roots), left)


def _without_ties(elements: Elements, exact: ExactPoint) -> tuple[list[Node], list[int]]:
    """The nodes with x for Max(x, y) where x is larger, or the same node; and where each of those given is now."""
    program = compile_balls(elements)
    with precision(_BITS):
        slots = program.trace({name: exact_ball(exact[name]) for name in program.variables})
    found: list[Node] = []
    known: dict[tuple[object, ...], int] = {}
    moved: list[int] = []
    for at, node in enumerate(elements.nodes):
        args = tuple(moved[arg] for arg in node.args)
        if node.name in KINKED and len(args) > 1:
            values = [slots[program.outer[arg]] for arg in node.args]
            taken = next(
                (
                    arg
                    for arg, one in zip(args, values, strict=True)
                    if _is_taken(one, slots[program.outer[at]], values)
                ),
                None,
            )
            if taken is not None or len(set(args)) == 1:
                moved.append(args[0] if taken is None else taken)
                continue
        key = node.kind, node.name, args, node.value
        if key not in known:
            known[key] = len(found)
            found.append(Node(node.kind, node.name, args, node.value))
        moved.append(known[key])
    return found, moved


def _is_taken(value: Ball, result: Ball, values: Sequence[Ball]) -> bool:
    """Whether a result is this one of several values, for certain."""
    return all(isinstance(one, arb) for one in (result, *values)) and not any(
        one is not value and one.overlaps(result) for one in values
    )


def _compare_sums(place: Place, name: str, elements: Elements, gradient: Tensor | None) -> Iterator[Comparison]:
    """Compare the sums of the gradients of equal elements with the derivatives along a common change of them."""
    groups = [group for group in _groups(place, name) if len(group) > 1]
    truths = ElementTruths(elements, place.exact)
    at, index = addresses(name, place.point[name].shape), list(indices(place.point[name].shape))
    numbers = numbers_of(gradient, place, name)
    if len(numbers) != len(at):
        return
    found = derivatives_along(truths, len(elements.roots) - 1, [at[group[0]] for group in groups])
    for group, truth in zip(groups, found, strict=True):
        parts = [numbers[member] for member in group]
        if truth is None or truth.value is None or not all(map(math.isfinite, parts)):
            continue
        due, total = as_fraction(truth.value.mid), sum(map(Fraction, parts), Fraction(0))
        size = max([Fraction(1), abs(due), *[abs(Fraction(part)) for part in parts]])
        if abs(total - due) > size * _half_of_the_digits(place):
            names = ", ".join(address(name, index[member]) for member in group[:4])
            text = (
                f"the gradients of {len(group)} equal elements ({names}) add up to {float(total):.6g}, and a common"
                f" change of them changes the result by {truth.value.decimal(6)} times as much"
            )
            yield Comparison(Verdict(Status.MISMATCH, text), wrt=(name,), place=place.how, values=place.point)
        else:
            yield Comparison(Verdict(Status.MATCH), wrt=(name,), place=place.how, values=place.point)


def _half_of_the_digits(place: Place) -> Fraction:
    """A convention is wrong by a part of the gradient, if it is; a sum may lose digits."""
    return Fraction(1, 2 ** (place.subject.dtype.precision // 2))
