"""The gradient of one function as Elements: SymPy's derivatives by all addresses, for what is differentiated again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from derivcheck.elements.elements import Elements
from derivcheck.graph.building import Graph
from derivcheck.symbolic.reverse_sweep import gradient

MAX_GRADIENT = 400_000
"""Operations in a gradient; beyond it second derivatives rest on f alone."""


@dataclass(frozen=True, slots=True)
class Gradient:
    """A function and its derivatives.

    Attributes:
        elements: the function as the first root, and then the derivatives.
        places: for each address the root of the derivative by it. An address on which the function does not depend, or
            for which SymPy has no derivative, has none.
        refused: the addresses for which SymPy has none.
    """

    elements: Elements
    places: Mapping[str, int]
    refused: frozenset[str]


def gradient_of(elements: Elements, root: int) -> Gradient:
    """The gradient of one root.

    Raises:
        UnsupportedError: where it would be too long.

    Example:
        >>> from derivcheck.language.parse import parse
        >>> from derivcheck.language.printing import to_text
        >>> found = gradient_of(Elements.of(parse("x*y**2", ["x", "y"])), 0)
        >>> {name: to_text(found.elements.expression(place)) for name, place in found.places.items()}
        {'x': 'y**2', 'y': '2*x*y'}
    """
    graph = Graph()
    function = graph.insert_all(elements.nodes)[elements.roots[root]]
    found = gradient(graph, function, longest=len(graph) + MAX_GRADIENT)
    roots = {name: at for name, at in found.items() if isinstance(at, int)}
    return Gradient(
        Elements.taken(graph, (function, *roots.values()), elements.addresses),
        {name: place for place, name in enumerate(roots, 1)},
        frozenset(found.keys() - roots.keys()),
    )
