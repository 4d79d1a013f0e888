"""Roots of Elements as sums of terms: what no term has in common has no second derivative together.

Where a root is `c1*t1 + c2*t2 + …`, with numbers c1, c2, … that depend on no address, and no term depends on both of
two addresses, the derivative by the one does not depend on the other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from derivcheck.balls.program import Program
from derivcheck.elements.elements import Elements
from derivcheck.language import table
from derivcheck.model.expression import NodeKind


class SumsOfTerms:
    """The roots of some Elements as such sums.

    Args:
        elements: the Elements.
        program: what was compiled from them.
    """

    def __init__(self, elements: Elements, program: Program) -> None:
        self._elements = elements
        self._program = program
        self._places = {name: place for place, name in enumerate(program.variables)}
        self._met: dict[int, Mapping[int, int]] = {}

    def have_no_term_in_common(self, root: int, first: str, second: str) -> bool:
        """Whether no term of a root depends on both of two addresses, which the program has."""
        if root not in self._met:
            self._met[root] = self._beside(root)
        return not self._met[root].get(self._places[first], 0) >> self._places[second] & 1

    def _beside(self, root: int) -> dict[int, int]:
        """For each address, by its place, the addresses that its terms depend on, as bits."""
        beside: dict[int, int] = {}
        for bits in {self._depends(at) for at in self._terms(self._elements.roots[root])}:
            left = bits
            while left:
                lowest = left & -left
                place = lowest.bit_length() - 1
                beside[place] = beside.get(place, 0) | bits
                left ^= lowest
        return beside

    def _terms(self, start: int) -> list[int]:
        """The nodes that a node is a weighted sum of."""
        nodes, seen, found = self._elements.nodes, {start}, list[int]()
        pending = [start]
        while pending:
            at = pending.pop()
            node = nodes[at]
            if node.kind is NodeKind.CALL and self._is_linear(node.name, node.args):
                pending.extend(arg for arg in node.args if arg not in seen)
                seen.update(node.args)
            else:
                found.append(at)
        return found

    def _is_linear(self, name: str, args: tuple[int, ...]) -> bool:
        """Whether a call is a sum, or a product with a number, of what depends on an address."""
        row = table.function(name)
        rule = None if row is None else _RULES.get(row.linear or "")
        return rule is not None and rule([bool(self._depends(arg)) for arg in args])

    def _depends(self, at: int) -> int:
        """The addresses that a node depends on, as bits."""
        return self._program.code.depends[self._program.outer[at]]


_RULES: dict[str, Callable[[Sequence[bool]], bool]] = {
    "terms": lambda _: True,
    "factors": lambda moving: sum(moving) < 2,
    "quotient": lambda moving: not moving[1],
}
"""What the column `linear` of the function table names: given which arguments depend on an address, whether a call is
linear in those."""
