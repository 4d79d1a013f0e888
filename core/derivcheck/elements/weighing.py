"""Weighing: the sums of all elements of a value, each times its weight in an upstream gradient."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from derivcheck.elements.elements import Elements
from derivcheck.language.operators import NEGATION
from derivcheck.model.expression import Node, NodeKind


def weighed(elements: Elements, upstreams: Sequence[Sequence[Fraction | int]]) -> Elements:
    """The Elements with one more root for each upstream gradient: the sum of all roots with these weights.

    Args:
        elements: the Elements.
        upstreams: the upstream gradients, each with a weight for every root; a root of weight 0 does not take part.

    Example:
        >>> from derivcheck.language.parse import parse
        >>> from derivcheck.language.printing import to_text
        >>> to_text(weighed(Elements.of(parse("sin(x)", ["x"])), [[Fraction(-1, 2)]]).expression(1))
        'sin(x)*-(1/2)'
    """
    if not upstreams:
        return elements
    nodes, roots = list(elements.nodes), list(elements.roots)

    def add(name: str, *args: int) -> int:
        nodes.append(Node(NodeKind.CALL, name, args))
        return len(nodes) - 1

    def number(value: Fraction) -> int:
        nodes.append(Node(NodeKind.NUMBER, str(abs(value)), (), abs(value)))
        return add(NEGATION, len(nodes) - 1) if value < 0 else len(nodes) - 1

    for weights in upstreams:
        terms = [
            add("mul", root, number(Fraction(weight)))
            for root, weight in zip(elements.roots, weights, strict=True)
            if weight
        ]
        while len(terms) > 1:  # by pairs, so that no term lies deeper than it has to
            pairs = [add("add", *terms[at : at + 2]) for at in range(0, len(terms) - 1, 2)]
            terms = pairs + terms[len(pairs) * 2 :]
        roots.append(terms[0] if terms else number(Fraction(0)))
    return Elements(tuple(nodes), tuple(roots), elements.addresses)
