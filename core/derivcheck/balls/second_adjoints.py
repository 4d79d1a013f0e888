"""The sweep of second order on balls: the derivatives, by all addresses, of a node's derivative along a direction.

Along a direction v each node changes by its tangent: that of an address is its length in v, and that of a call is the
sum over its arguments of partial derivative times tangent. The adjoint of a node changes along v as well. Let a call
f(u0, u1, …) have the adjoint A and its change A'. Then the adjoint of the argument ui, which the call gives A*f_i,
changes by

    A'*f_i + A*(f_i0*u0' + f_i1*u1' + …),

where f_i and f_ij are the partial derivatives of first and second order, and uj' is the tangent of uj. So one sweep
upwards for the tangents and one downwards for these changes give the product of the Hessian with v. Both touch only
what depends on the addresses that move. The adjoints, and what each call multiplies by, are shared by all directions.

The partial derivatives are SymPy's, evaluated on the balls of one run. One that is unknown there, at a kink, is nan,
and whatever rests on it is nan as well.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from heapq import heappop, heappush

from flint import arb

from derivcheck.balls.adjoints import Adjoints, Evaluate, Flow, SecondRule, Sweeps, factor_of
from derivcheck.balls.ball import Ball

_ZERO = arb(0)

_Bend = tuple[int, int, bool, Evaluate | int | None]
"""How a call bends: two of its arguments as nodes, whether they are two (x*x has one node as both), and the partial
derivative by both as an edge has it."""


class SecondAdjoints:
    """The sweeps of second order over one program.

    Args:
        adjoints: the sweeps of first order over it.
        rule: the partial derivatives of second order.
    """

    def __init__(self, adjoints: Adjoints, rule: SecondRule) -> None:
        self._adjoints = adjoints
        self._rule = rule
        self._bends: dict[int, list[_Bend]] = {}

    def run(self, slots: Sequence[Ball]) -> SecondSweeps:
        """The sweeps over what a run of the program left in its slots, at the current precision."""
        return SecondSweeps(self, self._adjoints.run(slots), slots)

    def bends(self, at: int) -> list[_Bend]:
        """How a call bends; what is 0 everywhere is left out."""
        if at not in self._bends:
            moved = self._adjoints.moved(at)
            self._bends[at] = [
                (target, other, second != index, edge[1])
                for place, (index, target) in enumerate(moved)
                for second, other in moved[place:]
                if (edge := self._adjoints.second_edge(at, index, second, self._rule)) is not None
            ]
        return self._bends[at]


class SecondSweeps:
    """The sweeps of second order over one run."""

    def __init__(self, plan: SecondAdjoints, sweeps: Sweeps, slots: Sequence[Ball]) -> None:
        self._plan = plan
        self._sweeps = sweeps
        self._slots = slots
        self._below: dict[int, _Below] = {}

    def products(self, start: int, direction: Mapping[str, arb]) -> dict[str, arb]:
        """The derivatives of a node's derivative along a direction, by all addresses to which a change flows.

        Args:
            start: the node.
            direction: how long the direction is in each address; an address that the program lacks does not count.

        Returns:
            The derivatives; nan for one that is unknown. By an address that is missing the derivative is 0.
        """
        below = self._below_of(start)
        leaves = self._sweeps.leaves
        tangents = {leaves[name]: length for name, length in direction.items() if name in leaves}
        changes = below.changes(below.tangents(tangents))
        return {name: changes[at] for name, at in leaves.items() if at in changes}

    def first(self, start: int, name: str) -> arb:
        """The derivative of a node by an address, which the program may lack; nan where it is unknown."""
        at = self._sweeps.leaves.get(name, start + 1)
        return self._below_of(start).first(at)

    def _below_of(self, start: int) -> _Below:
        if start not in self._below:
            self._below[start] = _Below(self._plan, self._sweeps, self._slots, start)
        return self._below[start]


class _Below:
    """What lies below one node: what all directions share."""

    def __init__(self, plan: SecondAdjoints, sweeps: Sweeps, slots: Sequence[Ball], start: int) -> None:
        self._adjoints = sweeps.adjoints(start)
        self._flows: dict[int, list[Flow]] = {}
        self._users: defaultdict[int, list[int]] = defaultdict(list)
        self._plan = plan
        self._slots = slots
        self._bent: dict[int, list[tuple[int, int, arb]]] = {}
        for at, adjoint in enumerate(self._adjoints):
            flows = None if adjoint is None else sweeps.flows(at)
            if flows:
                self._flows[at] = flows
                for target in {target for target, _ in flows}:
                    self._users[target].append(at)

    def first(self, at: int) -> arb:
        """The adjoint of a node; 0 where none arrives."""
        adjoint = self._adjoints[at] if at < len(self._adjoints) else None
        return _ZERO if adjoint is None else adjoint

    def tangents(self, given: Mapping[int, arb]) -> dict[int, arb]:
        """The tangents of the nodes that move, from those of the addresses upwards."""
        tangents = dict(given)
        pending: list[int] = []
        seen: set[int] = set()

        def push(at: int) -> None:
            for user in self._users.get(at, ()):
                if user not in seen:
                    seen.add(user)
                    heappush(pending, user)

        for at in given:
            push(at)
        while pending:
            at = heappop(pending)
            total: arb | None = None
            for target, factor in self._flows[at]:
                tangent = tangents.get(target)
                if tangent is not None:
                    term = tangent if factor is None else tangent * factor
                    total = term if total is None else total + term
            if total is not None:
                tangents[at] = total
                push(at)
        return tangents

    def changes(self, tangents: Mapping[int, arb]) -> dict[int, arb]:
        """How the adjoints change, from the result downwards."""
        changes: dict[int, arb] = {}
        pending = [-at for at in {user for at in tangents for user in self._users.get(at, ())}]
        pending.sort()
        seen = set(pending)

        def add(at: int, term: arb) -> None:
            before = changes.get(at)
            changes[at] = term if before is None else before + term
            if -at not in seen:
                seen.add(-at)
                heappush(pending, -at)

        while pending:
            at = -heappop(pending)
            flows = self._flows.get(at)
            if flows is None:
                continue
            for one, other, bend in self._bending(at):
                if (tangent := tangents.get(other)) is not None:
                    add(one, bend * tangent)
            change = changes.get(at)
            if change is not None:
                for target, factor in flows:
                    add(target, change if factor is None else change * factor)
        return changes

    def _bending(self, at: int) -> list[tuple[int, int, arb]]:
        """How a call bends, times its adjoint: what the one argument gets from the other's tangent."""
        found = self._bent.get(at)
        if found is None:
            adjoint = self._adjoints[at]
            assert adjoint is not None
            found = []
            for one, other, are_two, partial in self._plan.bends(at):
                factor = factor_of(partial, self._slots)
                if factor is not None and factor.is_zero():
                    continue
                bend = adjoint if factor is None else adjoint * factor
                found.append((one, other, bend))
                if are_two:
                    found.append((other, one, bend))
            self._bent[at] = found
        return found
