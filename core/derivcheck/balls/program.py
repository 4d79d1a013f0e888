"""The ball reading: an Expression as straight-line code in Arb's ball arithmetic."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import field
from enum import Enum, auto
from fractions import Fraction

from flint import arb

from derivcheck.balls.ball import Ball, Kernel, Outside
from derivcheck.balls.kernels.domain import OutOfDomain
from derivcheck.graph.reachability import reachable
from derivcheck.language.table import CHOICE
from derivcheck.model.expression import LITERAL
from derivcheck.model.light_records import record

ALTERED = "altered"
"""What stands in the place of a function's name in a step whose kernel no longer computes that function."""


@record
class Instruction:
    """One step of a program.

    Attributes:
        kernel: what is computed.
        args: the slots of its arguments.
        function: which function of the table it computes, by its canonical name, though its kernel may be a special
            one, as that of x**2 is. A named constant has its name here, a number that is known exactly `LITERAL`.
        node: where it comes from: a position in the nodes of what was compiled. A step of a composite's
            definition comes from the call of the composite, and one that several nodes share from the first of them.
        depends: the variables that it depends on, as bits: the i-th variable's is 2**i.
        takes_outside: whether an argument may be an Outside.
        inner: of torch's steps, whether it belongs to a definition for which torch has one kernel, which may go about
            it otherwise.
        jumps: whether it is a function that is discontinuous somewhere.
        swings: which arguments it swings in (see `language.table.row.Function.swings`): the index of each, and whether
            it swings as that one tends to 0, not as it grows without bound.
        literal: the exact number that it gives, whatever its arguments; None of any other step.
    """

    kernel: Kernel
    args: tuple[int, ...]
    function: str
    node: int = 0
    depends: int = 0
    takes_outside: bool = False
    inner: bool = False
    jumps: bool = False
    swings: tuple[tuple[int, bool], ...] = ()
    literal: Fraction | None = None

    @property
    def operation(self) -> str | Kernel:
        """What two steps have in common that give the same for the same arguments: their function, if they have one."""
        return self.kernel if self.function in {LITERAL, ALTERED} else self.function

    def altered(self, kernel: Kernel) -> Instruction:
        """The step with a kernel that gives something else: what is known of its function does not hold of that."""
        return Instruction(
            kernel, self.args, ALTERED, self.node, self.depends, self.takes_outside, self.inner, self.jumps, self.swings
        )


class _Unknown(Enum):
    """The slot of a step that was not run."""

    UNKNOWN = auto()


_UNKNOWN = _Unknown.UNKNOWN


@record
class Program:
    """An Expression compiled to straight-line code, composites written out.

    What occurs in it several times is computed once, unless the steps are torch's, which computes it each time. A
    program that was compiled after another one begins with the steps of that one, some of which it needs.

    Attributes:
        variables: the names whose balls fill the first slots.
        code: the steps; the i-th writes the slot after the variables' and the earlier steps'.
        roots: the slots of the results: one, but for Elements with many roots.
        outer: for each node of the Expression, its slot.
        jumps: whether a function that is discontinuous somewhere takes part.
        after: the program with whose steps it begins; these come from nodes of its Expression.
        known: the slots of what later programs may need again, by what is computed there.
    """

    variables: tuple[str, ...]
    code: tuple[Instruction, ...]
    roots: tuple[int, ...]
    outer: tuple[int, ...]
    jumps: bool = False
    after: Program | None = None
    known: Mapping[object, int] = field(default_factory=dict, compare=False, repr=False)
    _steps: dict[int, list[int]] = field(default_factory=dict, init=False, compare=False, repr=False)
    """What `results` has to run where so many slots are given; looked for once."""

    @property
    def root(self) -> int:
        """The slot of the result, of the first one where there are several."""
        return self.roots[0]

    def run(self, point: Mapping[str, arb]) -> Ball:
        """The result at a point or on a ball, at the current precision."""
        slots = [point[name] for name in self.variables]
        return self.resume(slots)[self.root] if self.after is None else self.result(slots)

    def trace(self, point: Mapping[str, arb]) -> list[Ball]:
        """Every slot at a point or on a ball, at the current precision."""
        return self.resume([point[name] for name in self.variables])

    def resume(self, slots: Sequence[Ball]) -> list[Ball]:
        """Every slot, where the first ones, those of the variables at least, are given."""
        given, count = len(slots), len(self.variables) + len(self.code)
        filled = [*slots, *[_UNKNOWN] * (count - given)]
        self.fill(filled, range(given, count))
        return filled

    def moved(self, slots: Sequence[Ball], place: Mapping[str, arb]) -> list[Ball]:
        """Every slot, given those of another point or ball, from which this one differs in some variables.

        Args:
            slots: what `trace` gave there, at the same precision.
            place: the balls of those variables.
        """
        first, moving = len(self.variables), 0
        filled = [*slots]
        for index, name in enumerate(self.variables):
            if name in place:
                filled[index] = place[name]
                moving |= 1 << index
        steps = [slot for slot, step in enumerate(self.code, first) if step.depends & moving]
        for slot in steps:
            filled[slot] = _UNKNOWN
        self.fill(filled, steps)
        return filled

    def result(self, slots: Sequence[Ball]) -> Ball:
        """The result, where the first slots, those of the variables at least, are given; only what it needs is run."""
        return self.results(slots)[0]

    def results(self, slots: Sequence[Ball]) -> list[Ball]:
        """The result of each root in the same way."""
        filled = self.needed(slots)
        return [filled[root] for root in self.roots]

    def needed(self, slots: Sequence[Ball]) -> list[Ball]:
        """The slots that the results need, in the same way; the others hold nothing."""
        given = len(slots)
        steps = self._steps.get(given)
        if steps is None:
            steps = self._steps[given] = self._needed(given)
        filled = [*slots, *[_UNKNOWN] * (len(self.variables) + len(self.code) - given)]
        self.fill(filled, steps)
        return filled

    def _needed(self, given: int) -> list[int]:
        """The slots that the results need besides the given ones, in order."""
        first, code = len(self.variables), self.code
        needed = reachable(self.roots, lambda slot: code[slot - first].args if slot >= given else ())
        return sorted([slot for slot in needed if slot >= given])

    def dependence(self, root: int) -> int:
        """The variables that a root depends on, by its index, as the bits of a step are."""
        slot, first = self.roots[root], len(self.variables)
        return 1 << slot if slot < first else self.code[slot - first].depends

    def is_after(self, other: Program) -> bool:
        """Whether it begins with the steps of another program."""
        return self.after is other or (self.after is not None and self.after.is_after(other))

    def fill(self, slots: list[Ball], steps: Iterable[int]) -> None:
        """Run some steps, in order; the arguments of each are known, or are among them."""
        code, first = self.code, len(self.variables)
        any_outside = Outside in map(type, slots)
        for slot in steps:
            step = code[slot - first]
            args = step.args
            if any_outside and not step.takes_outside:
                outside = next((slots[arg] for arg in args if isinstance(slots[arg], Outside)), None)
                if outside is not None:
                    slots[slot] = outside
                    continue
            try:
                if len(args) == 2:  # most have two: to list them takes longer than to add them
                    slots[slot] = step.kernel(slots[args[0]], slots[args[1]])
                else:
                    slots[slot] = step.kernel(*[slots[arg] for arg in args])
            except OutOfDomain as error:
                slots[slot] = Outside(error.reason, error.is_pole)
                any_outside = True


def live_slots(program: Program, slots: list[Ball]) -> set[int]:
    """The slots that the results depend on, branches that are not taken left out.

    Args:
        program: the program.
        slots: what `Program.trace` gave.
    """
    first = len(program.variables)

    def arguments(slot: int) -> tuple[int, ...]:
        if slot < first:
            return ()
        step = program.code[slot - first]
        if step.function == CHOICE and isinstance(slots[step.args[0]], bool):
            condition, then, other = step.args
            return condition, then if slots[condition] else other
        return step.args

    return reachable(program.roots, arguments)


def open_jumps(program: Program, slots: Sequence[Ball]) -> set[int]:
    """The slots of steps that may jump on the balls: of which these do not show that they are one number there.

    Args:
        program: the program.
        slots: what `Program.trace` gave.
    """
    return {
        slot
        for slot, step in enumerate(program.code, len(program.variables))
        if step.jumps and _may_jump(step, slot, slots)
    }


def _may_jump(step: Instruction, slot: int, slots: Sequence[Ball]) -> bool:
    if step.function == CHOICE:
        return not isinstance(slots[step.args[0]], bool)
    ball = slots[slot]
    return isinstance(ball, arb) and not ball.is_exact()


def reached(program: Program, slots: Sequence[Ball], sources: Collection[int]) -> set[int]:
    """The slots that depend on some of these, branches that are not taken left out; those themselves among them.

    Args:
        program: the program.
        slots: what `Program.trace` gave.
        sources: the slots to start from.
    """
    found = set(sources)
    if found:
        for slot, step in enumerate(program.code, len(program.variables)):
            args = step.args
            if step.function == CHOICE and isinstance(taken := slots[args[0]], bool):
                args = args[0], args[1 if taken else 2]
            if not found.isdisjoint(args):
                found.add(slot)
    return found
