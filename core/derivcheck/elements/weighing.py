"""Weighing: the elements of a value, or of a step, each times its weight in a dense gradient or direction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
        'sin(x)*-1/2'
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


def moving_along(elements: Elements, root: int, direction: Mapping[str, Fraction], step: str) -> Elements:
    """One root as a function of the addresses and of a step along a direction: f(x + t*v) of x and t.

    Args:
        elements: the Elements.
        root: the root.
        direction: how long the direction is in each address.
        step: what the address of the step is called.
    """
    nodes: list[Node] = [Node(NodeKind.VARIABLE, step)]
    moved: list[int] = []
    known: dict[str, int] = {}

    def add(name: str, *args: int) -> int:
        nodes.append(Node(NodeKind.CALL, name, args))
        return len(nodes) - 1

    for node in elements.nodes:
        if node.kind is NodeKind.VARIABLE and node.name in known:
            moved.append(known[node.name])
            continue
        nodes.append(Node(node.kind, node.name, tuple([moved[arg] for arg in node.args]), node.value))
        at = len(nodes) - 1
        if node.kind is NodeKind.VARIABLE:
            length = direction.get(node.name)
            if length:
                nodes.append(Node(NodeKind.NUMBER, str(abs(length)), (), abs(length)))
                at = add("add" if length > 0 else "sub", at, add("mul", len(nodes) - 1, 0))
            known[node.name] = at
        moved.append(at)
    return Elements(tuple(nodes), (moved[elements.roots[root]],), (*elements.addresses, step))
