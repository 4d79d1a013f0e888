"""Derivatives looked at alone: what is not narrow on the box, each as a function of one or two addresses."""

from __future__ import annotations

from functools import cached_property

from derivcheck.elements.elements import Elements
from derivcheck.model import Kind, Truth, Wrt
from derivcheck.truth.finder import Found
from derivcheck.truth.runs import Runs
from derivcheck.truth.slices import Slices
from derivcheck.truth.symbolic_rules import Derivatives

MOST_ALONE = 100_000
"""Nodes of all functions that are looked at alone, each of which is run about a hundred times.

What is left then is undecided, and the reason says so.
"""

_OF_EACH = 50
"""As many nodes take as long as what has to be done for each function, however small it is."""

_COSTS = {1: 1, 2: 4}
"""How many times as long a derivative of an order takes as one of the first."""

_UNDECIDED = Found(
    Truth(
        Kind.UNDECIDED,
        reason="so many elements are not smooth here that this one was not looked at by itself: check a smaller shape",
    )
)


class Alone:
    """Looks at one root as a function of the addresses of one derivative, with a bound on all of it.

    Args:
        elements: the Elements.
        runs: those of their program at the point.
        derivatives: SymPy's derivatives.
    """

    def __init__(self, elements: Elements, runs: Runs, derivatives: Derivatives) -> None:
        self._elements = elements
        self._runs = runs
        self._derivatives = derivatives
        self._left = MOST_ALONE
        self._known: dict[tuple[int, Wrt], Found] = {}
        self._alike: dict[tuple[object, ...], Found] = {}

    @cached_property
    def _slices(self) -> Slices:
        return Slices(self._elements, self._runs)

    def found(self, root: int, wrt: Wrt, otherwise: Found | None = None) -> Found:
        """What is found about a derivative of a root.

        Args:
            root: the root, which depends on the first of the addresses.
            wrt: the addresses.
            otherwise: what is known anyway, though less: it is returned beyond the bound.
        """
        key = self._elements.roots[root], wrt
        if key not in self._known:
            self._known[key] = self._find(root, wrt, otherwise or _UNDECIDED)
        return self._known[key]

    def _find(self, root: int, wrt: Wrt, otherwise: Found) -> Found:
        names = tuple(dict.fromkeys(wrt))
        part = self._slices.slice(root, names)
        point = [self._runs.coordinates[name] for name in names]
        key = part.key, tuple(map(names.index, wrt)), tuple(point)
        if part.key is not None and key in self._alike:
            return self._alike[key]
        cost = (len(part.elements) + _OF_EACH) * _COSTS[len(wrt)]
        if cost > self._left:
            return otherwise
        self._left -= cost
        found = part.finder(self._runs, self._derivatives).find(wrt)
        if part.key is not None:
            self._alike[key] = found
        return found
