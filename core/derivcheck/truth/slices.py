"""Slices: what one root of Elements is as a function of a few addresses, all others held where they are.

A slice has the nodes that depend on these addresses, and no others: what else they need is given as numbers. So a
difference quotient in one address costs what hangs on that address, however large the graph is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter

from derivcheck.balls.compiling import Given, compile_balls
from derivcheck.balls.program import Program
from derivcheck.elements.elements import Elements
from derivcheck.errors import UnsupportedError
from derivcheck.graph.reachability import reachable
from derivcheck.language import table
from derivcheck.model import Wrt
from derivcheck.model.expression import Node, NodeKind
from derivcheck.truth.chains import Chains
from derivcheck.truth.finder import TruthFinder
from derivcheck.truth.numbers_given import NumbersGiven
from derivcheck.truth.runs import Runs
from derivcheck.truth.symbolic_rules import Derivatives


@dataclass(frozen=True)  # without slots, which leave no place for a cached_property
class Slice:
    """A function of a few addresses.

    Attributes:
        elements: its nodes; what is given from outside is a variable there as well.
        given: the numbers from outside.
    """

    elements: Elements
    given: Mapping[str, Given]

    @cached_property
    def key(self) -> tuple[object, ...] | None:
        """What two slices have in common that are the same function; None where a number is not known exactly."""
        literals = tuple([number.literal for number in self.given.values()])
        if None in literals:
            return None
        called = {name: at for at, name in enumerate(self.elements.addresses)}
        nodes = [
            (node.kind, called[node.name] if node.kind is NodeKind.VARIABLE else node.name, node.args)
            for node in self.elements.nodes
        ]
        return (tuple(nodes), literals)

    def finder(self, runs: Runs, derivatives: Derivatives) -> TruthFinder:
        """The truth about it.

        Args:
            runs: those of the program of all Elements.
            derivatives: SymPy's derivatives.
        """
        names = [name for name in self.elements.addresses if name not in self.given]
        program = compile_balls(self.elements, given=self.given)
        derivative = derivatives(self.elements)
        known: dict[Wrt, Program | None] = {}

        def formula(wrt: Wrt) -> Program | None:
            if wrt not in known:
                try:
                    known[wrt] = compile_balls(derivative(wrt), after=program, given=self.given)
                except UnsupportedError:
                    known[wrt] = None
            return known[wrt]

        return TruthFinder(program, formula, {name: runs.coordinates[name] for name in names})


class Slices:
    """The slices of some Elements.

    Args:
        elements: the Elements.
        runs: those of their program at the point.
    """

    def __init__(self, elements: Elements, runs: Runs) -> None:
        self._elements = elements
        self._outer = runs.program.outer
        self._chains = Chains(elements)
        self._numbers = NumbersGiven(runs)

    @cached_property
    def _leaves(self) -> Mapping[str, Sequence[int]]:
        """The nodes of each address that occurs: in what was parsed there is one for each occurrence."""
        leaves = defaultdict[str, list[int]](list)
        for at, node in enumerate(self._elements.nodes):
            if node.kind is NodeKind.VARIABLE:
                leaves[node.name].append(at)
        return leaves

    def inside(self, root: int, names: Iterable[str]) -> set[int]:
        """The nodes of a root that depend on some addresses, chains taken for one node."""
        operands = self._chains.operands
        leaves = [at for name in names if name in self._leaves for at in self._leaves[name]]
        above = reachable(leaves, self._chains.users.__getitem__)
        start = self._elements.roots[root]
        return reachable([start] if start in above else [], lambda at: [arg for arg in operands[at] if arg in above])

    def slice(self, root: int, names: tuple[str, ...]) -> Slice:
        """A root as a function of some addresses, on one of which it depends."""
        inside = self.inside(root, names)
        chains, within = self._chains.found(inside)
        made = _Making(names)
        for at, node in self._kept(inside - within, chains):
            chain = chains.get(at)
            if chain is not None:
                made.chain(at, node.name, chain.moving, self._together(node.name, chain.numbers))
            elif node is _CUT:
                made.number(at, f"#{at}", self._numbers.given(self._outer[at]))
            else:
                made.node(at, node)
        return made.finished(self._elements.roots[root])

    def _together(self, name: str, groups: Iterable[Sequence[int]]) -> list[Given]:
        """What a chain makes of some groups of numbers."""
        found: list[Given] = []
        for group in groups:
            both = self._numbers.together(name, [self._outer[number] for number in group])
            found.extend(number for number in both if number is not None)
        return found

    def _kept(self, inside: set[int], chains: Collection[int]) -> list[tuple[int, Node]]:
        """The nodes of a slice, in order: what is inside, and what it needs from outside, numbers cut off.

        A constant is taken along, and so is a condition that is open.
        """
        nodes = self._elements.nodes
        kept = {at: nodes[at] for at in inside}
        pending = [arg for at in inside if at not in chains for arg in nodes[at].args]
        while pending:
            at = pending.pop()
            if at not in kept:
                kept[at] = node = self._outside_node(at)
                pending.extend(node.args)
        return sorted(kept.items(), key=itemgetter(0))

    def _outside_node(self, at: int) -> Node:
        """What a node outside of a slice is there."""
        node = self._elements.nodes[at]
        if node.kind is NodeKind.CALL and node.name in table.CONDITIONS:
            holds = self._numbers.condition(self._outer[at])
            return node if holds is None else Node(NodeKind.CONSTANT, str(holds))
        return _CUT if node.kind is NodeKind.VARIABLE or self._numbers.depends(self._outer[at]) else node


_CUT = Node(NodeKind.VARIABLE, "a number from outside")


class _Making:
    """A slice while it is made: its nodes are numbered anew."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self._names = names
        self._nodes: list[Node] = []
        self._moved: dict[int, int] = {}
        self._given: dict[str, Given] = {}

    def node(self, at: int, node: Node) -> None:
        """Take a node over from its place."""
        args = tuple([self._moved[arg] for arg in node.args])
        self._moved[at] = self._put(Node(node.kind, node.name, args, node.value))

    def number(self, at: int, name: str, given: Given) -> None:
        """Put a number in the place of a node, under a name that no address has."""
        self._given[name] = given
        self._moved[at] = self._put(Node(NodeKind.VARIABLE, name))

    def chain(self, at: int, function: str, moving: Sequence[int], numbers: Sequence[Given]) -> None:
        """Put a chain in the place of its last call: of what moves in it, and of the numbers besides."""
        found, *others = [self._moved[operand] for operand in moving]
        for index, number in enumerate(numbers):
            self.number(at, f"#{at} {index}", number)
            others.append(self._moved[at])
        for other in others:
            found = self._put(Node(NodeKind.CALL, function, (found, other)))
        self._moved[at] = found

    def finished(self, root: int) -> Slice:
        """The slice under a node."""
        return Slice(Elements(tuple(self._nodes), (self._moved[root],), (*self._names, *self._given)), self._given)

    def _put(self, node: Node) -> int:
        self._nodes.append(node)
        return len(self._nodes) - 1
