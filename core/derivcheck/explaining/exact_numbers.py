"""Exact numbers of a tape: what each operation computes, and what each adjoint is, enclosed in balls.

Two sets of numbers go through the same graphs. `held` takes the numbers that torch held: what an operation gives for
them is what torch should have returned. `exact` takes the exact numbers of the inputs, and never one of torch's.

Beside each number goes a thick ball around it. A derivative is the same all over it, but for as much as the ball is
thick. Where a kink, a jump or a pole lies in the ball, it is as wide on a thinner ball as on a thicker one: it does not
exist.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

from flint import arb

from derivcheck.balls.adjoints import Adjoints, Rule, Sweeps
from derivcheck.balls.ball import Ball, Outside, dyadic, nearest_ball, precision
from derivcheck.balls.compiling import compile_balls
from derivcheck.balls.exact_steps import with_exact_steps
from derivcheck.balls.program import open_jumps, reached
from derivcheck.elements.elements import Elements
from derivcheck.explaining.taped_run import TapedOperation, TapedRun, position_of
from derivcheck.graph.inlining import at_point, held_name
from derivcheck.graph.reachability import reachable
from derivcheck.model.expression import NodeKind
from derivcheck.truth.sequence_limits import is_narrow
from derivcheck.truth.values import DECIDED_BITS, PRECISIONS

Numbers = list["arb | None"]
"""The numbers of one tensor; None of one that is unknown, or no number."""

_MISSING = object()
"""What a slot holds that was not filled yet."""

_PRECISIONS = PRECISIONS[1:]
"""Working precisions in bits, tried in turn."""


@dataclass(frozen=True, slots=True)
class _Thickness:
    """How thick a ball around a number is.

    Attributes:
        share: the share of the working precision that it leaves, as a radius relative to the number.
        at_zero: -log2 of the radius around 0, which is below the difference of any two floats.
    """

    share: float
    at_zero: int

    def around(self, exact: arb, bits: int) -> arb:
        """The ball around an exact number."""
        return arb(
            exact, abs(exact) * arb((1, -int(bits * self.share))) if not exact.is_zero() else arb((1, -self.at_zero))
        )


_THICK, _THICKER = _Thickness(0.6, 4000), _Thickness(0.3, 3000)

_MOST_NODES_SHARPENED = 5000
"""Larger graphs are not computed once more."""

SUM_BITS = 6000
"""With so many bits adjoints are added up: more than any of them was computed with."""

_SHRINKS = arb((1, -16))
"""A derivative's enclosure on the thick ball is at most so many times as wide as on the thicker one."""


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
        self.elements = Elements(tuple(nodes), tuple(places), tuple(names))
        self.program = compile_balls(self.elements)
        self.plan = Adjoints(self.elements, self.program, rule)
        first: dict[int, int] = {}
        self._same = [first.setdefault(slot, at) for at, slot in enumerate(self.program.outer)]
        self._slot_of = {name: slot for slot, name in enumerate(self.program.variables)}

    def slot(self, node: int) -> int | None:
        """The slot of a node of the graph; None of what stands for an infinite number, and of what nobody uses."""
        index = self._index.get(node)
        return None if index is None else self.program.outer[index]

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

    def sharpen(self) -> bool:
        """Compute the exact numbers once more with more bits; False of a large graph, and where there are no more."""
        more = [bits for bits in _PRECISIONS if bits > self.exact.bits]
        if not more or len(self.elements.nodes) > _MOST_NODES_SHARPENED:
            return False
        self.exact = _Evaluated(self, more[0], is_exact=True)
        return True

    def _evaluated(self, *, is_exact: bool) -> _Evaluated:
        unknown = 0
        for bits in _PRECISIONS:
            found = _Evaluated(self, bits, is_exact=is_exact)
            wide = found.wide()
            if not wide or wide == unknown:
                break  # what is as unknown at four times the precision stays so
            unknown = wide
        if not is_exact and found.is_open():
            found.settle()
        return found

    def filled(self, bits: int, thickness: _Thickness | None, *, is_exact: bool) -> list[Ball]:
        """Every slot of the program, at the current precision."""
        program = self.program
        slots: list[Ball] = [_MISSING] * (len(program.variables) + len(program.code))
        for one in self.run.tensors:
            if is_exact and one.operation is not None:
                continue
            numbers: Sequence[Fraction | float] = one.exact if is_exact else one.numbers
            for address, number in zip(one.addresses, numbers, strict=True):
                self._put(slots, address, _ball(number, bits, thickness))
        if not is_exact:
            program.fill(slots, range(len(program.variables), len(slots)))
            return slots
        for operation in self.run.operations:
            self._fill(slots, operation)
            for position, nodes in zip(operation.results, operation.nodes, strict=True):
                tensor = self.run.tensors[position]
                for address, node in zip(tensor.addresses, nodes, strict=True):
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
        program = self.program
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
        is_exact: whether they are the exact numbers.
    """

    def __init__(self, of: ExactNumbers, bits: int, *, is_exact: bool) -> None:
        self._of, self._bits, self._is_exact = of, bits, is_exact
        self.bits = bits
        self._thin, self._thin_sweeps = self._filled(None)

    def _filled(self, thickness: _Thickness | None) -> tuple[list[Ball], Sweeps]:
        with precision(self._bits):
            slots = self._of.filled(self._bits, thickness, is_exact=self._is_exact)
            return slots, self._of.plan.run(slots)

    @cached_property
    def _thick(self) -> tuple[list[Ball], Sweeps]:
        return self._filled(_THICK)

    @cached_property
    def _thicker(self) -> tuple[list[Ball], Sweeps]:
        return self._filled(_THICKER)

    def wide(self) -> int:
        """How many results are not known well."""
        return sum(not is_narrow(ball, DECIDED_BITS) for ball in self._balls())

    def is_open(self) -> bool:
        """Whether a result may be 0, or is nothing that a ball tells."""
        return any(not ball.is_finite() or (ball.contains(0) and not ball.is_zero()) for ball in self._balls())

    def _balls(self) -> Iterator[arb]:
        """All results that are numbers."""
        slots = {slot for one in self._of.run.operations for some in one.nodes for slot in map(self._of.slot, some)}
        yield from (ball for slot in slots if slot is not None and isinstance(ball := self._thin[slot], arb))

    def settle(self) -> None:
        """Take the numbers that are known exactly where no ball tells them, as sin(pi*x) at 2."""
        program = self._of.program
        slots = self._thin[: len(program.variables)]
        if not all(isinstance(ball, arb) for ball in slots):
            return
        place = {name: dyadic(ball.mid()).fraction() for name, ball in zip(program.variables, slots, strict=True)}
        with precision(self._bits):
            settled = with_exact_steps(program, place, self._thin)
            if settled is not None:
                self._thin = settled.resume(slots)
                self._thin_sweeps = self._of.plan.run(self._thin)

    @cached_property
    def _jumping(self) -> set[int]:
        """The slots that may jump at the point."""
        program, (slots, _) = self._of.program, self._thick
        with precision(self._bits):
            found = reached(program, slots, open_jumps(program, slots))
            return {
                slot for slot in found if not (isinstance(slots[slot], arb) and is_narrow(slots[slot], self._bits // 3))
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
        found = self._derivatives(operation, upstreams)
        if not operation.gradients:
            return found
        unknown: dict[int, Numbers] = {at: [None] * len(self._of.run.tensors[at].numbers) for at in operation.arguments}
        return {**(unknown if found is None else found), **self._declared(operation, upstreams)}

    def _declared(self, operation: TapedOperation, upstreams: Sequence[Numbers | None]) -> dict[int, Numbers]:
        """What the backward pass of an operation is declared to return."""
        run, known = self._of.run, dict[str, Ball]()
        for names, adjoints in zip(operation.upstreams, upstreams, strict=True):
            known |= dict(zip(names, adjoints or [_ZERO] * len(names), strict=True))
        for at in operation.arguments:
            known |= at_point(dict(zip(run.tensors[at].addresses, self.tensor(at), strict=True)))
        roots = [node for nodes in operation.gradients.values() for node in nodes]
        elements = Elements.taken(run.graph, roots, ())
        names = [node.name for node in elements.nodes if node.kind is NodeKind.VARIABLE]
        with precision(self._bits):
            program = compile_balls(replace(elements, addresses=tuple(names)))
            missing = Outside("an infinite number, or none")
            slots = [missing if (ball := known.get(name)) is None else ball for name in names]
            found = iter(
                [ball if isinstance(ball, arb) and ball.is_finite() else None for ball in program.results(slots)]
            )
        return {at: [next(found) for _ in nodes] for at, nodes in operation.gradients.items()}

    def tensor(self, at: int) -> Numbers:
        """The numbers of a tensor, by its position."""
        one = self._of.run.tensors[at]
        if self._is_exact and one.operation is not None:
            operation = self._of.run.operations[one.operation]
            return self.results(operation, operation.results.index(at))
        balls = [_ball(number, self._bits, None) for number in (one.exact if self._is_exact else one.numbers)]
        return [ball if isinstance(ball, arb) else None for ball in balls]

    def _derivatives(self, operation: TapedOperation, upstreams: Sequence[Numbers | None]) -> dict[int, Numbers] | None:
        """The same as far as the operation's derivatives tell it."""
        seeds: dict[int, arb] = {}
        for nodes, upstream in zip(operation.slope, upstreams, strict=True):
            for node, adjoint in zip(nodes, upstream or (), strict=False):
                key, slot = self._of.key(node), self._of.slot(node)
                if key is None:
                    continue  # an infinite constant, as a mask fills it in, hands nothing on
                if adjoint is None:
                    return None
                if adjoint.is_zero():
                    continue
                if slot in self._jumping:
                    return None
                with precision(SUM_BITS):
                    seeds[key] = seeds[key] + adjoint if key in seeds else adjoint
        with precision(self._bits):
            middles = {key: arb(seed.mid()) for key, seed in seeds.items() if not seed.mid().is_zero()}
            thin, thick = _swept(self._thin_sweeps, seeds), _swept(self._thick[1], middles)
            if all(is_narrow(ball, _KNOWN_BITS) for ball in thick.values()):
                thicker = {}
            else:
                thicker = _swept(self._thicker[1], middles)
            leaves = self._thin_sweeps.leaves
            return {
                position: [
                    _known(thin.get(at), thick.get(at), thicker.get(at))
                    if (at := leaves.get(name)) is not None
                    else _ZERO
                    for name in self._of.run.tensors[position].addresses
                ]
                for position in operation.arguments
            }

    def conditions(self, operation: TapedOperation, index: int, number: int) -> Mapping[int, float]:
        """The condition number of one number of a result by each tensor that it was made from, by its position."""
        value = self._number(operation.nodes[index][number])
        key = self._of.key(operation.nodes[index][number])
        if value is None or key is None or value.contains(0):
            return {}
        found: dict[int, float] = {}
        names = self._of.elements.nodes
        with precision(64):
            for at, adjoint in _swept(self._thin_sweeps, {key: arb(1)}).items():
                argument = self._thin[self._of.program.outer[at]]
                if isinstance(argument, arb) and adjoint.is_finite():
                    position = position_of(names[at].name)
                    found[position] = found.get(position, 0.0) + abs(float(adjoint * argument / value))
        return found


_ZERO = arb(0)


_KNOWN_BITS = 60
"""So narrow a derivative on the thick ball is one."""


def _known(thin: arb | None, thick: arb | None, thicker: arb | None) -> arb | None:
    """A derivative; None where a kink, a jump or a pole lies in the thick ball."""
    if thick is not None and not is_narrow(thick, _KNOWN_BITS):
        if thicker is None or not thick.is_finite():
            return None
        if thicker.is_finite() and not thick.rad() <= _SHRINKS * thicker.rad():
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


def _ball(number: Fraction | float, bits: int, thickness: _Thickness | None) -> Ball:
    """A number as a ball, thick or of radius 0."""
    try:
        exact = nearest_ball(Fraction(number))
    except (OverflowError, ValueError):
        return Outside("an infinite number, or none")
    return exact if thickness is None else thickness.around(exact, bits)
