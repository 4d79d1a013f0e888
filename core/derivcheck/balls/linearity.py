"""Whether a declared gradient is linear in the upstream gradient, as a vector-Jacobian product is.

It is known to be where every step on the way keeps it: a sum of linear terms, a product with what does not depend on
the upstream gradient, a choice that does not depend on it. It is known not to be where an enclosure at some point shows
that f(g + h) is not f(g) + f(h). What is neither, as `where(g == 0, 0, g)`, counts as linear: nothing speaks against
it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import IntEnum
from fractions import Fraction
from itertools import islice, product

from flint import arb

from derivcheck.balls.ball import Ball, exact_ball, precision
from derivcheck.balls.compiling import compile_balls
from derivcheck.elements.elements import Elements
from derivcheck.graph.expansion import bind, walk
from derivcheck.graph.inlining import at_point, released
from derivcheck.language import table
from derivcheck.model.expression import Expression, Node, NodeKind
from derivcheck.model.shaped_values import variable_of

_BITS = 300
"""The precision in which sums are compared: the sizes of the upstream gradients lie 2**160 apart."""

_SIZES = (Fraction(1), Fraction(2) ** 40, Fraction(1, 2**40), Fraction(2) ** 120, Fraction(1, 2**120))
"""The sizes of the upstream gradients: a clamp is seen by those that it cuts off."""

_DRAWN = 4
"""How many pairs of upstream gradients of each size are added up."""


_MOST_STEPS = 2_000_000
"""Steps of enclosures that are run at most: of what is very long fewer sums are looked at, some seconds of them."""


class Degree(IntEnum):
    """How a number depends on the upstream gradient."""

    ZERO = 0
    CONSTANT = 1
    LINEAR = 2
    UNKNOWN = 3


def is_linear(elements: Elements, upstreams: Iterable[str]) -> bool:
    """Whether every element is linear in some variables, by the way in which it is computed.

    Args:
        elements: the elements.
        upstreams: the names of the variables.

    Example:
        >>> from derivcheck.language.parse import parse
        >>> of = lambda text: is_linear(Elements.of(parse(text, ["g", "x"])), ["g"])
        >>> of("g*exp(x) + where(x > 0, g/x, 0)"), of("g + 1"), of("clamp(g, -1, 1)")
        (True, False, False)
    """
    names = frozenset(upstreams)
    degrees: list[Degree] = []
    for node in elements.nodes:
        degrees.append(_degree(node, [degrees[arg] for arg in node.args], names))
    return all(degrees[root] in {Degree.ZERO, Degree.LINEAR} for root in elements.roots)


def is_refuted(elements: Elements, upstreams: Iterable[str], points: Iterable[Mapping[str, Fraction]]) -> bool:
    """Whether an enclosure shows that an element is not linear in some variables.

    Args:
        elements: the elements.
        upstreams: the names of the variables.
        points: places of the other variables at which it is looked. What is held has the value of its variable.

    Example:
        >>> from derivcheck.language.parse import parse
        >>> is_refuted(Elements.of(parse("clamp(g, -100, 100)", ["g"])), ["g"], [{}])
        True
        >>> is_refuted(Elements.of(parse("max(g, 0) - max(-g, 0)", ["g"])), ["g"], [{}])
        False
    """
    names = frozenset(upstreams)
    moving = list(dict.fromkeys(map(released, elements.addresses)))
    moving = [name for name in moving if variable_of(name) in names]
    program = compile_balls(elements)
    draw = random.Random(1)
    looks = max(1, _MOST_STEPS // (3 * len(elements.nodes)))
    with precision(_BITS):

        def values(point: Mapping[str, Fraction], g: Sequence[Fraction]) -> list[Ball]:
            place = at_point({**point, **dict(zip(moving, g, strict=True))})
            slots = program.trace({name: exact_ball(place[name]) for name in program.variables})
            return [slots[root] for root in program.roots]

        for _, size, point in islice(product(range(_DRAWN), _SIZES, points), looks):
            one, other = ([_drawn(draw) * size for _ in moving] for _ in range(2))
            both = [a + b for a, b in zip(one, other, strict=True)]
            if any(map(_differ, values(point, both), values(point, one), values(point, other))):
                return True
    return False


def _drawn(draw: random.Random) -> Fraction:
    return Fraction(draw.choice((-1, 1)) * draw.randrange(1, 64), 16)


def _differ(both: Ball, one: Ball, other: Ball) -> bool:
    """Whether a sum is certainly another number than that of both."""
    if not (isinstance(both, arb) and isinstance(one, arb) and isinstance(other, arb)):
        return False
    total = one + other
    return both.is_finite() and total.is_finite() and not both.overlaps(total)


# --- by steps --------------------------------------------------------------------------------------------------------


def _degree(node: Node, args: Sequence[Degree], upstreams: frozenset[str]) -> Degree:
    """How a node depends on the upstream gradient, given how its arguments do."""
    if node.kind is NodeKind.VARIABLE:
        return Degree.LINEAR if variable_of(released(node.name)) in upstreams else Degree.CONSTANT
    if node.kind is not NodeKind.CALL:
        return Degree.ZERO if node.value == 0 else Degree.CONSTANT
    return _of_call(node.name, args)


def _of_call(name: str, args: Sequence[Degree]) -> Degree:
    row = table.function(name)
    if row is not None and row.linear is not None:
        return _RULES[row.linear](args)
    if max(args, default=Degree.CONSTANT) <= Degree.CONSTANT:
        return Degree.CONSTANT
    if row is None or row.definition is None:
        return Degree.UNKNOWN
    body, names = bind(row, list(args), _of_definition)
    return _of_definition(body, names)


def _of_definition(body: Expression, names: Mapping[str, Degree]) -> Degree:
    """How a definition depends on it, given how its variables do."""
    found: list[Degree] = walk(body, names, lambda node, args: _degree(node, args, frozenset()))
    return found[-1]


def _sum(args: Sequence[Degree]) -> Degree:
    """A sum is linear where each term that is not 0 is."""
    terms = {arg for arg in args if arg is not Degree.ZERO}
    return terms.pop() if len(terms) == 1 else Degree.UNKNOWN if terms else Degree.ZERO


def _product(args: Sequence[Degree]) -> Degree:
    if Degree.ZERO in args:
        return Degree.ZERO
    others = [arg for arg in args if arg is not Degree.CONSTANT]
    return others[0] if len(others) == 1 else Degree.UNKNOWN if others else Degree.CONSTANT


def _quotient(args: Sequence[Degree]) -> Degree:
    return args[0] if args[1] <= Degree.CONSTANT else Degree.UNKNOWN


def _choice(args: Sequence[Degree]) -> Degree:
    return _sum(args[1:]) if args[0] <= Degree.CONSTANT else Degree.UNKNOWN


_RULES: dict[str, Callable[[Sequence[Degree]], Degree]] = {
    "terms": _sum,
    "factors": _product,
    "quotient": _quotient,
    "branches": _choice,
}
"""What the column `linear` of the function table names."""
