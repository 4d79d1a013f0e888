"""The reverse sweep on balls: the derivatives of the roots of Elements by all addresses, from the roots backwards.

The adjoint of a node is the derivative of what is asked by it. Each call adds to the adjoints of its arguments: its own
adjoint times its partial derivative by that argument, as a rule gives it. The rules are handed in; each is compiled
once, and evaluated on the balls that a run of the program has left in the slots. So many derivatives take some times as
long as one run, however many there are.

Where a partial derivative is exactly 0 on the ball, the call does not depend on that argument there, and nothing flows:
in the branch of a `where` that is not taken, behind a relu that is 0. An adjoint that never arrives is 0. One that is
unknown, nan, stays unknown wherever it flows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cache, cached_property, lru_cache

from flint import arb

from derivcheck.balls.ball import Ball, nearest_ball
from derivcheck.balls.compiling import compile_balls
from derivcheck.balls.program import Program, open_jumps
from derivcheck.elements.elements import Elements
from derivcheck.errors import UnsupportedError
from derivcheck.graph.folding import SHOWN_BITS, bits
from derivcheck.language import table
from derivcheck.model.expression import Expression, Node, NodeKind

Rule = Callable[[str, Sequence[Fraction | None], int], Expression]
"""The partial derivative of a call by one of its arguments: given the function, the values of the arguments that are
plain numbers, and the argument's index, an Expression over `u0`, `u1`, … UnsupportedError where there is none."""

SecondRule = Callable[[str, Sequence[Fraction | None], int, int], Expression]
"""The same by two of its arguments, one after the other."""

_MOST_LITERALS = 32
"""Rules of one function for plain numbers that differ, Max(x, 0.1), Max(x, 0.2), …: SymPy takes a while for each."""

_NAN = arb.nan()

Evaluate = Callable[[Sequence[Ball]], arb]
"""A partial derivative as a ball, from all slots of a run; nan where it is unknown."""

_Edge = tuple[int, Evaluate | int | None]
"""How a node's adjoint flows to one of its arguments: the argument's node, and the partial derivative: None for 1, the
slot that holds it, or what evaluates it. Most are of the first two kinds, and so many that each should be small."""

Flow = tuple[int, arb | None]
"""To which node an adjoint flows, and what it is multiplied by; None for 1."""


class Adjoints:
    """The sweeps over one program.

    Args:
        elements: what the program was compiled from.
        program: the program.
        rule: the partial derivatives of functions.
    """

    def __init__(self, elements: Elements, program: Program, rule: Rule, *, leaves_open: bool = False) -> None:
        self._leaves_open = leaves_open
        self._elements = elements
        self._program = program
        self._rule = rule
        self._rules: dict[tuple[str, tuple[Fraction | None, ...], int], Program | None] = {}
        self._second_rules: dict[tuple[str, tuple[Fraction | None, ...], int, int], Program | None] = {}
        self._counts: Counter[tuple[str, int]] = Counter()
        self._plain: dict[tuple[str, int], list[int | Evaluate | None] | None] = {}
        self._same = _same_nodes(program)
        self._edges: dict[int, list[_Edge]] = {}
        self._moved: dict[int, list[tuple[int, int]]] = {}
        self._plan()

    def _plan(self) -> None:
        """Find the edges of each node that depends on an address, where each function counts with its rules."""
        same, active = self._same, set[int]()
        self._leaves: dict[str, int] = {}
        for at, node in enumerate(self._elements.nodes):
            if same[at] != at:
                continue
            if node.kind is NodeKind.VARIABLE:
                active.add(at)
                self._leaves[node.name] = at
            elif node.kind is NodeKind.CALL and node.name not in table.CONDITIONS:
                moved = [(index, same[arg]) for index, arg in enumerate(node.args) if same[arg] in active]
                if moved:
                    active.add(at)
                    self._moved[at] = moved
                    self._edges[at] = self._plain_edges(node, moved) or list(self._edges_of(at, moved))

    def _plain_edges(self, node: Node, moved: Sequence[tuple[int, int]]) -> list[_Edge] | None:
        """The edges of a call whose partial derivatives are numbers or arguments of it, as those of x + y and x*y are.

        Most calls of large graphs are such ones, and to look at their rules each time takes longer than all else. None
        of any other call.
        """
        key = node.name, len(node.args)
        if key not in self._plain:
            self._plain[key] = self._plain_ways(*key)
        ways = self._plain[key]
        if ways is None:
            return None
        outer, args = self._program.outer, node.args
        return [(target, outer[args[way]] if isinstance(way := ways[index], int) else way) for index, target in moved]

    def _plain_ways(self, name: str, count: int) -> list[int | Evaluate | None] | None:
        """For each argument of a call which argument the partial derivative by it is, or which number, None for 1.

        None of a call that has others.
        """
        if not _has_one_rule(name):
            return None
        ways: list[int | Evaluate | None] = []
        for index in range(count):
            rule = self._rule_of(name, (None,) * count, index)
            if rule is None:
                return None
            if rule.root < len(rule.variables):
                ways.append(int(rule.variables[rule.root][1:]))
                continue
            literal = rule.code.literals.get(rule.root)
            if not literal:
                return None
            ways.append(None if literal == 1 else _always(literal))
        return ways

    def moved(self, at: int) -> Sequence[tuple[int, int]]:
        """The arguments of a call that depend on an address: which each is, and its node."""
        return self._moved[at]

    def second_edge(self, at: int, index: int, other: int, rule: SecondRule) -> _Edge | None:
        """How the partial derivative of a call by one argument depends on another one; None where it does not.

        Args:
            at: the call.
            index: the argument.
            other: the other argument.
            rule: the partial derivatives of second order.
        """
        name, slots, values = self._called(at)
        key = name, values, index, other
        if key not in self._second_rules:
            try:
                self._second_rules[key] = compile_balls(rule(name, values, index, other))
            except UnsupportedError:
                self._second_rules[key] = None
        return _edge(at, self._second_rules[key], slots, leaves_open=False)

    def _called(self, at: int) -> tuple[str, tuple[int, ...], tuple[Fraction | None, ...]]:
        """A call: the function, the slots of its arguments, and those of them that are plain numbers."""
        node, outer = self._elements.nodes[at], self._program.outer
        slots = tuple([outer[arg] for arg in node.args])
        values = (None,) * len(slots) if _has_one_rule(node.name) else tuple([self._number(slot) for slot in slots])
        return node.name, slots, values

    def _edges_of(self, at: int, moved: Sequence[tuple[int, int]]) -> Iterator[_Edge]:
        name, slots, values = self._called(at)
        for index, target in moved:
            edge = _edge(target, self._rule_of(name, values, index), slots, leaves_open=self._leaves_open)
            if edge is not None:
                yield edge

    def _rule_of(self, name: str, values: tuple[Fraction | None, ...], index: int) -> Program | None:
        """A rule as a program: the one for these plain numbers, or for any, once many others were made."""
        key = name, values, index
        if key not in self._rules:
            general = name, (None,) * len(values), index
            self._counts[name, index] += 1
            if self._counts[name, index] > _MOST_LITERALS and general not in self._rules:
                self._rules[general] = self._compiled(*general)
            found = self._rules.get(general) if self._counts[name, index] > _MOST_LITERALS else None
            self._rules[key] = found or self._compiled(*key)
        return self._rules[key]

    def _number(self, slot: int) -> Fraction | None:
        """The plain number that a slot holds whatever the point; None where it is none, or a long one."""
        value = self._program.code.literals.get(slot)
        return None if value is None or bits(value) > SHOWN_BITS else value

    def _compiled(self, name: str, values: Sequence[Fraction | None], index: int) -> Program | None:
        """A rule as a program; None where there is none."""
        try:
            return compile_balls(self._rule(name, values, index))
        except UnsupportedError:
            return None

    def run(self, slots: Sequence[Ball]) -> Sweeps:
        """The sweeps over what a run of the program left in its slots, at the current precision."""
        return Sweeps(self._edges, self._leaves, slots)

    def node_of(self, root: int) -> int:
        """The node at which a root's sweep starts."""
        return self._same[self._elements.roots[root]]


class Sweeps:
    """Sweeps over one run: what each call multiplies by is evaluated once.

    Attributes:
        leaves: the node of each address.
    """

    def __init__(self, edges: Mapping[int, Sequence[_Edge]], leaves: Mapping[str, int], slots: Sequence[Ball]) -> None:
        self.leaves = leaves
        self._edges = edges
        self._slots = slots
        self._flows: dict[int, list[Flow]] = {}

    @cached_property
    def leaf_nodes(self) -> frozenset[int]:
        """The nodes of all addresses."""
        return frozenset(self.leaves.values())

    def derivatives(self, start: int) -> dict[str, arb]:
        """The derivatives of a node by all addresses to which an adjoint flows; nan for one that is unknown."""
        adjoints = self.adjoints(start)
        return {
            name: adjoint for name, at in self.leaves.items() if at <= start and (adjoint := adjoints[at]) is not None
        }

    def adjoints(self, start: int) -> list[arb | None]:
        """The derivatives of a node by every node up to it; None where no adjoint arrives."""
        edges, flows = self._edges, self._flows
        adjoints: list[arb | None] = [None] * (start + 1)
        adjoints[start] = arb(1)
        for at in range(start, -1, -1):
            adjoint = adjoints[at]
            if adjoint is None or at not in edges:
                continue
            found = flows.get(at)
            if found is None:
                found = self.flows(at)
            for target, factor in found:
                term = adjoint if factor is None else adjoint * factor
                before = adjoints[target]
                adjoints[target] = term if before is None else before + term
        return adjoints

    def flows(self, at: int) -> list[Flow]:
        """How the adjoint of a node flows on; an address has none."""
        found = self._flows.get(at)
        if found is None:
            found = self._flows[at] = [
                (target, factor)
                for target, partial in self._edges.get(at, ())
                if (factor := factor_of(partial, self._slots)) is None or not factor.is_zero()
            ]
        return found


def factor_of(partial: Evaluate | int | None, slots: Sequence[Ball]) -> arb | None:
    """What an edge multiplies by, as a ball; None for 1."""
    if partial is None:
        return None
    return _known(slots[partial]) if isinstance(partial, int) else partial(slots)


@cache
def _has_one_rule(name: str) -> bool:
    row = table.function(name)
    assert row is not None, name
    return row.one_rule


def _same_nodes(program: Program) -> list[int]:
    """For each node the first one that is computed in the same slot."""
    first: dict[int, int] = {}
    return [first.setdefault(slot, at) for at, slot in enumerate(program.outer)]


def _edge(target: int, rule: Program | None, slots: Sequence[int], *, leaves_open: bool) -> _Edge | None:
    """An edge; None where the partial derivative is 0 everywhere.

    Args:
        target: the argument's node.
        rule: the partial derivative as a program, None where nobody knows it.
        slots: those of the call's arguments.
        leaves_open: whether a derivative that may jump is all that lies between.
    """
    if rule is None:
        return target, lambda _: _NAN
    chosen = [slots[int(name[1:])] for name in rule.variables]
    if rule.root < len(chosen):
        return target, chosen[0]
    literal = rule.code.literals.get(rule.root)
    if literal is not None:
        if literal in {0, 1}:
            return (target, None) if literal else None
        return target, _always(literal)
    return target, _evaluated(rule, chosen, leaves_open=leaves_open)


@lru_cache(maxsize=256)
def _always(literal: Fraction) -> Evaluate:
    return lambda _: nearest_ball(literal)


def _evaluated(rule: Program, chosen: Sequence[int], *, leaves_open: bool) -> Evaluate:
    def evaluate(balls: Sequence[Ball]) -> arb:
        given = [balls[slot] for slot in chosen]
        try:
            if leaves_open or not rule.jumps:
                return _known(rule.result(given))
            filled = rule.needed(given)
        except UnsupportedError:  # beyond the bounds of a kernel
            return _NAN
        return _NAN if open_jumps(rule, filled) else _known(filled[rule.root])

    return evaluate


def _known(ball: Ball) -> arb:
    """A result as a factor; nan where it has no value."""
    return ball if isinstance(ball, arb) else _NAN
