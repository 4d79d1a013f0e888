"""Slices: what one root of Elements is as a function of a few addresses, all others held where they are.

A slice has the nodes that depend on these addresses, and no others: what else they need is given as numbers. So a
difference quotient in one address costs what hangs on that address, however large the graph is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from flint import ctx

from derivcheck.balls.ball import Ball, Kernel, Outside, is_infinite, precision
from derivcheck.balls.compiling import Given, compile_balls, literal_step
from derivcheck.balls.exact_steps import Exact, Known, exact_step
from derivcheck.balls.kernels.domain import OutOfDomain
from derivcheck.balls.program import Program, reached
from derivcheck.elements.elements import Elements
from derivcheck.errors import UnsupportedError
from derivcheck.graph.folding import bits
from derivcheck.graph.reachability import reachable
from derivcheck.language import table
from derivcheck.model import Wrt
from derivcheck.model.expression import Node, NodeKind
from derivcheck.truth.finder import TruthFinder
from derivcheck.truth.runs import AT_THE_POINT, Runs
from derivcheck.truth.symbolic_rules import Derivatives
from derivcheck.truth.values import PRECISIONS

_LADDER = (160, 384, 1408, 3072, 6144, 12_288, 24_576, 49_152)
"""Precisions in bits at which the numbers outside of a slice are computed: the next one above that of the moment."""

_MOST_STEPS = 20_000
"""Steps whose exact results are looked for, all slices together: that takes far longer than to enclose them."""

_SMALL = 2_000
"""Steps of a program up to which all ties in it are settled exactly, not only those that a slice meets."""

_MOST_KEPT = 100_000
"""Numbers that are kept."""

_EXACT_BITS = 4_000
"""How long such a number may get."""


@dataclass(frozen=True, slots=True)
class Slice:
    """A function of a few addresses.

    Attributes:
        elements: its nodes; what is given from outside is a variable there as well.
        given: the numbers from outside.
    """

    elements: Elements
    given: Mapping[str, Given]

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
        self._outside = _Outside(runs)

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
        return (
            reachable([start], lambda at: [arg for arg in nodes[at].args if arg in above]) if start in above else set()
        )

    def slice(self, root: int, names: tuple[str, ...]) -> Slice:
        """A root as a function of some addresses, on one of which it depends."""
        inside = self.inside(root, names)
        kept = {at: self._elements.nodes[at] for at in inside}
        cut: set[int] = set()
        pending = [arg for at in inside for arg in self._elements.nodes[at].args]
        while pending:  # what is not inside: a constant or an open condition is kept, a number that depends is cut off
            at = pending.pop()
            if at in kept or at in cut:
                continue
            node = self._outside_node(at)
            if node is None:
                cut.add(at)
            else:
                kept[at] = node
                pending.extend(node.args)
        moved: dict[int, int] = {}
        nodes: list[Node] = []
        for at in sorted([*kept, *cut]):
            moved[at] = len(nodes)
            node = Node(NodeKind.VARIABLE, _given_name(at)) if at in cut else kept[at]
            nodes.append(Node(node.kind, node.name, tuple([moved[arg] for arg in node.args])) if node.args else node)
        given = {_given_name(at): self._outside.given(self._outer[at]) for at in sorted(cut)}
        root_at = moved[self._elements.roots[root]]
        return Slice(Elements(tuple(nodes), (root_at,), (*names, *given)), given)

    def _outside_node(self, at: int) -> Node | None:
        """What a node outside of a slice is there; None where it is given as a number."""
        node = self._elements.nodes[at]
        if node.kind is NodeKind.CALL and node.name in table.CONDITIONS:
            holds = self._outside.condition(self._outer[at])
            return node if holds is None else Node(NodeKind.CONSTANT, str(holds))
        if node.kind is NodeKind.VARIABLE or self._outside.depends(self._outer[at]):
            return None
        return node


def _given_name(at: int) -> str:
    """The variable that stands for a number from outside: no address is called so."""
    return f"#{at}"


class _Outside:
    """The numbers that a slice is given: what the slots of the whole program hold at the point."""

    def __init__(self, runs: Runs) -> None:
        self._runs = runs
        self._first = len(runs.program.variables)
        self._kept: dict[int, list[Ball]] = {}
        self._exact: dict[int, Known | None] = dict.fromkeys(range(self._first))
        for slot, name in enumerate(runs.program.variables):
            x = runs.coordinates[name]
            self._exact[slot] = Exact(x) if isinstance(x, Fraction) else None
        self._steps_left = _MOST_STEPS
        if len(runs.program.code) <= _SMALL:
            runs.settle_ties()

    def depends(self, slot: int) -> bool:
        """Whether what a slot holds depends on an address."""
        return slot < self._first or bool(self._runs.program.code[slot - self._first].depends)

    def condition(self, slot: int) -> bool | None:
        """Whether a condition holds; None where that is open."""
        with precision(PRECISIONS[0]):
            ball = self._slots()[slot]
        if not isinstance(ball, bool):
            ball = self._known(slot)
        return ball if isinstance(ball, bool) else None

    def given(self, slot: int) -> Given:
        """What a slot holds, as a step of another program."""
        if slot in self._infinite:
            return Given(_failing(Outside("a number on the way is infinite")))
        with precision(PRECISIONS[0]):
            ball = self._slots()[slot]
        if isinstance(ball, Outside):
            return Given(_failing(ball))
        known = self._known(slot)
        if isinstance(known, Exact) and not (known.power and known.factor):
            return Given(literal_step(*known.factor.as_integer_ratio()), known.factor)
        return Given(lambda: self._ball(slot))

    def _ball(self, slot: int) -> Ball:
        """What a slot holds, somewhat more precisely than the precision of the moment."""
        ball = self._slots()[slot]
        if isinstance(ball, Outside):
            raise _error(ball)
        return ball

    def _slots(self) -> list[Ball]:
        bits = next((bits for bits in _LADDER if bits >= ctx.prec), ctx.prec)
        if bits not in self._kept:
            if len(self._kept) * len(self._runs.program.code) > _MOST_KEPT:
                self._kept.clear()
            with precision(bits):
                self._kept[bits] = self._runs.slots(AT_THE_POINT)
        return self._kept[bits]

    @cached_property
    def _infinite(self) -> set[int]:
        """The slots on the way to which a number is infinite."""
        with precision(PRECISIONS[0]):
            slots = self._slots()
        sources = {slot for slot, ball in enumerate(slots) if slot >= self._first and is_infinite(ball)}
        return reached(self._runs.program, slots, sources)

    def _known(self, slot: int) -> Known | None:
        """What a slot holds exactly, as far as that is found out in few steps."""
        code, first, exact = self._runs.program.code, self._first, self._exact
        if slot not in exact:
            new = sorted(reachable([slot], lambda at: [arg for arg in code[at - first].args if arg not in exact]))
            self._steps_left -= len(new)
            if self._steps_left < 0:
                return None
            for at in new:
                step = code[at - first]
                value = exact_step(step, [exact[arg] for arg in step.args])
                exact[at] = value if isinstance(value, bool) or (value and bits(value.factor) <= _EXACT_BITS) else None
        return exact[slot]


def _failing(outside: Outside) -> Kernel:
    """A kernel that has no value."""

    def fail() -> Ball:
        raise _error(outside)

    return fail


def _error(outside: Outside) -> OutOfDomain:
    """What a kernel raises that has no value for this reason."""
    error = OutOfDomain(outside.reason)
    error.is_pole = outside.is_pole
    return error
