"""Slices: what one root of Elements is as a function of a few addresses, all others held where they are.

A slice has the nodes that depend on these addresses, and no others: what else they need is given as numbers. So a
difference quotient in one address costs what hangs on that address, however large the graph is.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter
from typing import NamedTuple

from derivcheck.balls.compiling import Given, compile_balls
from derivcheck.balls.program import Program
from derivcheck.elements.elements import Elements
from derivcheck.errors import UnsupportedError
from derivcheck.graph.reachability import reachable
from derivcheck.language import table
from derivcheck.model import Wrt
from derivcheck.model.expression import Node, NodeKind
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
        self._numbers = NumbersGiven(runs)

    @cached_property
    def _users(self) -> list[list[int]]:
        """For each node the nodes whose argument it is."""
        users: list[list[int]] = [[] for _ in self._elements.nodes]
        for at, node in enumerate(self._elements.nodes):
            for arg in node.args:
                users[arg].append(at)
        return users

    @cached_property
    def _leaves(self) -> Mapping[str, Sequence[int]]:
        """The nodes of each address that occurs: in what was parsed there is one for each occurrence."""
        leaves = defaultdict[str, list[int]](list)
        for at, node in enumerate(self._elements.nodes):
            if node.kind is NodeKind.VARIABLE:
                leaves[node.name].append(at)
        return leaves

    def inside(self, root: int, names: Iterable[str]) -> set[int]:
        """The nodes of a root that depend on some addresses."""
        nodes = self._elements.nodes
        leaves = [at for name in names if name in self._leaves for at in self._leaves[name]]
        above = reachable(leaves, self._users.__getitem__)
        start = self._elements.roots[root]
        return reachable([start] if start in above else [], lambda at: [arg for arg in nodes[at].args if arg in above])

    def slice(self, root: int, names: tuple[str, ...]) -> Slice:
        """A root as a function of some addresses, on one of which it depends."""
        inside = self.inside(root, names)
        chains = self._chains(inside)
        within = {at for chain in chains.values() for at in chain.within}
        made = _Making(names)
        for at, node in self._kept(inside - within, chains):
            chain = chains.get(at)
            if chain is not None:
                exact, others = self._numbers.together(node.name, [self._outer[number] for number in chain.numbers])
                made.call(at, node.name, chain.start, {f"#{at} exact": exact, f"#{at}": others})
            elif node is _CUT:
                made.number(at, f"#{at}", self._numbers.given(self._outer[at]))
            else:
                made.node(at, node)
        return made.finished(self._elements.roots[root])

    def _kept(self, inside: set[int], chains: Mapping[int, _Chain]) -> list[tuple[int, Node]]:
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

    def _chains(self, inside: set[int]) -> dict[int, _Chain]:
        """The chains of one function through what is inside, as x + 2 + 3 + 4, by the node of each one's end."""
        nodes = self._elements.nodes
        moving: dict[int, int] = {}
        used = Counter(arg for at in inside for arg in nodes[at].args if arg in inside)
        for at in inside:
            node = nodes[at]
            if node.name in _ASSOCIATIVE and len(node.args) == 2:
                first, second = (arg in inside for arg in node.args)
                if first != second:
                    moving[at] = 0 if first else 1
        found: dict[int, _Chain] = {}
        taken: set[int] = set()
        for at in sorted(moving, reverse=True):
            if at in taken:
                continue
            numbers: list[int] = []
            within: list[int] = []
            link = at
            while True:
                start, number = nodes[link].args[moving[link]], nodes[link].args[1 - moving[link]]
                numbers.append(number)
                if start not in moving or nodes[start].name != nodes[at].name or used[start] > 1:
                    break
                within.append(start)
                link = start
            if within:
                found[at] = _Chain(start, tuple(numbers), tuple(within))
                taken.update(within)
        return found

    def _outside_node(self, at: int) -> Node:
        """What a node outside of a slice is there."""
        node = self._elements.nodes[at]
        if node.kind is NodeKind.CALL and node.name in table.CONDITIONS:
            holds = self._numbers.condition(self._outer[at])
            return node if holds is None else Node(NodeKind.CONSTANT, str(holds))
        return _CUT if node.kind is NodeKind.VARIABLE or self._numbers.depends(self._outer[at]) else node


class _Chain(NamedTuple):
    """Calls of one function, each of the one before and of a number from outside.

    Attributes:
        start: what the first is called with.
        numbers: the numbers.
        within: the calls but for the last one.
    """

    start: int
    numbers: tuple[int, ...]
    within: tuple[int, ...]


_CUT = Node(NodeKind.VARIABLE, "a number from outside")

_ASSOCIATIVE = frozenset([row.name for row in table.FUNCTIONS if row.associates and row.ball is not None])


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

    def call(self, at: int, function: str, start: int, numbers: Mapping[str, Given | None]) -> None:
        """Put a chain that has become short in the place of its last call."""
        found = self._moved[start]
        for name, given in numbers.items():
            if given is not None:
                self.number(at, name, given)
                found = self._put(Node(NodeKind.CALL, function, (found, self._moved[at])))
        self._moved[at] = found

    def finished(self, root: int) -> Slice:
        """The slice under a node."""
        return Slice(Elements(tuple(self._nodes), (self._moved[root],), (*self._names, *self._given)), self._given)

    def _put(self, node: Node) -> int:
        self._nodes.append(node)
        return len(self._nodes) - 1
