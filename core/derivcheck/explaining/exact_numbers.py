"""Exact numbers of a tape: what each operation computes, and what each adjoint is, enclosed in balls.

Two sets of numbers go through the same graphs. `held` takes the numbers that torch held: what an operation gives for
them is what torch should have returned. `exact` takes the exact numbers of the inputs, and never one of torch's.

Beside each number goes a thick ball around it. Where a kink, a jump or a pole lies in that, there is no derivative.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cached_property

from flint import arb

from derivcheck.balls.adjoints import Adjoints, Rule, Sweeps
from derivcheck.balls.ball import Ball, Outside, nearest_ball, precision
from derivcheck.balls.compiling import compile_balls
from derivcheck.balls.program import open_jumps, reached
from derivcheck.elements.elements import Elements
from derivcheck.explaining.taped_run import TapedOperation, TapedRun
from derivcheck.graph.inlining import held_name
from derivcheck.graph.reachability import reachable
from derivcheck.model.expression import NodeKind
from derivcheck.model.shaped_values import addresses
from derivcheck.truth.sequence_limits import is_narrow
from derivcheck.truth.values import DECIDED_BITS, PRECISIONS

Numbers = list["arb | None"]
"""The numbers of one tensor; None of one that is unknown, or no number."""

_MISSING = object()
"""What a slot holds that was not filled yet."""

_SMALLEST = arb((1, -4000))
"""The radius around 0: smaller than the difference of any two floats."""

_SHARE = 0.5
"""The share of the working precision that the radius of a thick ball leaves."""


class ExactNumbers:
    """The exact numbers of one tape.

    Args:
        run: the tape.
        rule: the partial derivatives of functions.

    Raises:
        UnsupportedError: for what no ball reading computes.
    """

    def __init__(self, run: TapedRun, rule: Rule) -> None:
        self.run = run
        graph = run.graph
        roots = [at for one in run.operations for some in (*one.nodes, *one.slope) for at in some if at >= 0]
        below = graph.below(*roots)
        nodes, places = graph.extract(roots)
        self._index = {at: index for index, at in enumerate(below)}
        names = [node.name for node in nodes if node.kind is NodeKind.VARIABLE]
        self._elements = Elements(tuple(nodes), tuple(places), tuple(names))
        self._program = compile_balls(self._elements)
        self._plan = Adjoints(self._elements, self._program, rule)
        first: dict[int, int] = {}
        self._same = [first.setdefault(slot, at) for at, slot in enumerate(self._program.outer)]
        self._slot_of = {name: slot for slot, name in enumerate(self._program.variables)}

    def slot(self, node: int) -> int | None:
        """The slot of a node of the graph; None of what stands for an infinite number, and of what nobody uses."""
        index = self._index.get(node)
        return None if index is None else self._program.outer[index]

    def key(self, node: int) -> int | None:
        """The node at which a sweep meets a node of the graph."""
        index = self._index.get(node)
        return None if index is None else self._same[index]

    @cached_property
    def held(self) -> _Evaluated:
        """What comes of the numbers that torch held."""
        return self._evaluated(is_exact=False)

    @cached_property
    def exact(self) -> _Evaluated:
        """What comes of the exact numbers of the inputs."""
        return self._evaluated(is_exact=True)

    def _evaluated(self, *, is_exact: bool) -> _Evaluated:
        unknown = -1
        for bits in PRECISIONS:
            with precision(bits):
                found = _Evaluated(
                    self,
                    bits,
                    self._filled(bits, is_exact=is_exact, is_thick=False),
                    self._filled(bits, is_exact=is_exact, is_thick=True),
                )
                wide = found.wide()
            if not wide or wide == unknown:
                break  # what is as unknown at twice the precision stays so
            unknown = wide if bits > PRECISIONS[0] else -1
        return found

    def _filled(self, bits: int, *, is_exact: bool, is_thick: bool) -> list[Ball]:
        """Every slot of the program."""
        program = self._program
        slots: list[Ball] = [_MISSING] * (len(program.variables) + len(program.code))
        for one in self.run.tensors:
            if is_exact and one.operation is not None:
                continue
            numbers: Sequence[Fraction | float] = one.exact if is_exact else one.numbers
            for address, number in zip(addresses(f"t{one.position}", one.shape), numbers, strict=True):
                self._put(slots, address, _ball(number, bits, is_thick=is_thick))
        if not is_exact:
            program.fill(slots, range(len(program.variables), len(slots)))
            return slots
        for operation in self.run.operations:
            self._fill(slots, operation)
            for position, nodes in zip(operation.results, operation.nodes, strict=True):
                tensor = self.run.tensors[position]
                for address, node in zip(addresses(f"t{position}", tensor.shape), nodes, strict=True):
                    slot = self.slot(node)
                    self._put(slots, address, Outside("an infinite number") if slot is None else slots[slot])
        return slots

    def _put(self, slots: list[Ball], address: str, ball: Ball) -> None:
        for name in (address, held_name(address)):
            slot = self._slot_of.get(name)
            if slot is not None:
                slots[slot] = ball

    def _fill(self, slots: list[Ball], operation: TapedOperation) -> None:
        """Run the steps of one operation."""
        program = self._program
        first = len(program.variables)
        found = (operation.nodes, operation.slope) if operation.slope is not operation.nodes else (operation.nodes,)
        roots = [slot for some in found for nodes in some for node in nodes if (slot := self.slot(node)) is not None]
        needed = reachable(
            roots, lambda slot: program.code[slot - first].args if slots[slot] is _MISSING and slot >= first else ()
        )
        program.fill(slots, sorted([slot for slot in needed if slots[slot] is _MISSING and slot >= first]))


class _Evaluated:
    """One set of numbers that went through the graphs.

    Args:
        of: the graphs.
        bits: the working precision.
        thin: every slot.
        thick: the same of thick balls.
    """

    def __init__(self, of: ExactNumbers, bits: int, thin: list[Ball], thick: list[Ball]) -> None:
        self._of = of
        self._bits = bits
        self._thin, self._thick = thin, thick
        self._sweeps = (of._plan.run(thin), of._plan.run(thick))

    def wide(self) -> int:
        """How many results are not known well."""
        slots = {slot for one in self._of.run.operations for some in one.nodes for slot in map(self._of.slot, some)}
        balls = [self._thin[slot] for slot in slots if slot is not None]
        return sum(isinstance(ball, arb) and not is_narrow(ball, DECIDED_BITS) for ball in balls)

    @cached_property
    def _jumping(self) -> set[int]:
        """The slots that may jump at the point."""
        program = self._of._program
        with precision(self._bits):
            found = reached(program, self._thick, open_jumps(program, self._thick))
            return {
                slot
                for slot in found
                if not (isinstance(self._thick[slot], arb) and is_narrow(self._thick[slot], self._bits // 3))
            }

    def results(self, operation: TapedOperation, index: int) -> Numbers:
        """What an operation gives for one of its results."""
        return [self._number(node) for node in operation.nodes[index]]

    def _number(self, node: int) -> arb | None:
        slot = self._of.slot(node)
        ball = None if slot is None else self._thin[slot]
        return ball if isinstance(ball, arb) and ball.is_finite() else None

    def product(self, operation: TapedOperation, upstreams: Sequence[Numbers | None]) -> dict[int, Numbers] | None:
        """The vector–Jacobian product of one operation.

        Args:
            operation: the operation.
            upstreams: for each of its results the adjoints of its numbers; None where none arrived.

        Returns:
            For each tensor that it was made from, by its position, what its numbers get. None where an adjoint is no
            number, or the operation jumps here.
        """
        seeds: dict[int, arb] = {}
        for nodes, upstream in zip(operation.slope, upstreams, strict=True):
            for node, adjoint in zip(nodes, upstream or (), strict=False):
                if adjoint is None:
                    return None
                key, slot = self._of.key(node), self._of.slot(node)
                if key is None or adjoint.is_zero():
                    continue
                if slot in self._jumping:
                    return None
                seeds[key] = seeds[key] + adjoint if key in seeds else adjoint
        with precision(self._bits):
            thin, thick = [_swept(sweeps, seeds) for sweeps in self._sweeps]
        leaves = self._sweeps[0].leaves
        return {
            position: [
                _known(thin.get(at), thick.get(at)) if (at := leaves.get(name)) is not None else _ZERO
                for name in addresses(f"t{position}", self._of.run.tensors[position].shape)
            ]
            for position in operation.arguments
        }

    def conditions(self, operation: TapedOperation, index: int, number: int) -> Mapping[int, float]:
        """The condition number of one number of a result by each tensor that it was made from, by its position."""
        value = self._number(operation.nodes[index][number])
        key = self._of.key(operation.nodes[index][number])
        if value is None or key is None or value.contains(0):
            return {}
        size, found = abs(float(value)), dict.fromkeys(operation.arguments, 0.0)
        if not size:
            return {}
        with precision(53):
            swept = _swept(self._sweeps[0], {key: arb(1)})
        names = self._of._elements.nodes
        for at, adjoint in swept.items():
            argument = self._thin[self._of._program.outer[at]]
            if isinstance(argument, arb) and adjoint.is_finite():
                position = int(names[at].name.partition("[")[0].partition(" ")[0][1:])
                found[position] = found.get(position, 0.0) + abs(float(adjoint * argument)) / size
        return found


_ZERO = arb(0)


def _known(thin: arb | None, thick: arb | None) -> arb | None:
    """A derivative; None where a kink, a jump or a pole lies in the thick ball."""
    if thick is not None and not thick.is_finite():
        return None
    if thin is None:
        return _ZERO
    return thin if thin.is_finite() else None


def _swept(sweeps: Sweeps, seeds: Mapping[int, arb]) -> dict[int, arb]:
    """The adjoints that arrive at leaves which are not held; nan of one that is unknown."""
    adjoints = dict(seeds)
    waiting = [-at for at in adjoints]
    heapq.heapify(waiting)
    leaves = sweeps.leaf_nodes
    found: dict[int, arb] = {}
    while waiting:
        at = -heapq.heappop(waiting)
        adjoint = adjoints[at]
        if at in leaves:
            found[at] = adjoint
            continue
        for target, factor in sweeps.flows(at):
            term = adjoint if factor is None else adjoint * factor
            if target in adjoints:
                adjoints[target] = adjoints[target] + term
            else:
                adjoints[target] = term
                heapq.heappush(waiting, -target)
    return found


def _ball(number: Fraction | float, bits: int, *, is_thick: bool) -> Ball:
    """A number as a ball, thick or of radius 0."""
    try:
        exact = nearest_ball(Fraction(number))
    except (OverflowError, ValueError):
        return Outside("an infinite number, or none")
    if not is_thick:
        return exact
    return arb(exact, abs(exact) * arb((1, -int(bits * _SHARE))) if exact else _SMALLEST)
