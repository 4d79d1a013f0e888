"""The ball reading: an Expression as straight-line code in Arb's ball arithmetic."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence, Set
from dataclasses import field, replace
from typing import NamedTuple

from flint import arb

from derivcheck.balls.ball import Ball, Outside
from derivcheck.balls.instructions import ONE, Code, Instruction, Work
from derivcheck.balls.kernels.domain import OutOfDomain
from derivcheck.balls.kernels.lookup import kernel as ball_kernel
from derivcheck.balls.kernels.quick import KEEPS_NAN, STAYS_FINITE, careful
from derivcheck.graph.reachability import reachable
from derivcheck.language import table
from derivcheck.language.table import CHOICE
from derivcheck.model.expression import LITERAL
from derivcheck.model.light_records import record

_KERNELS = {row.name: ball_kernel(row.ball) for row in table.FUNCTIONS if row.ball is not None}
_WITHOUT_ARGUMENTS = frozenset([LITERAL, *[row.name for row in table.CONSTANTS]])

_KEEPS_NAN = _WITHOUT_ARGUMENTS.union(name for name, kernel in _KERNELS.items() if kernel in KEEPS_NAN)
"""The functions that give nan where an argument is nan."""

_STAYS_FINITE = _WITHOUT_ARGUMENTS.union(name for name, kernel in _KERNELS.items() if kernel in STAYS_FINITE)
"""The functions that give no infinity where no argument is one."""


class Plan(NamedTuple):
    """Steps to run.

    Attributes:
        steps: the steps, in order.
        is_quick: whether they may be run with quick kernels. Each function of the program hands a nan on; so where its
            roots are not nan, nothing was on the way, and a quick kernel gave what the careful one gives.
    """

    steps: Sequence[Work]
    is_quick: bool


def _careful(steps: Sequence[Work]) -> list[Work]:
    """Steps with careful kernels in the places of quick ones."""
    return [(slot, careful(kernel), one, two) for slot, kernel, one, two in steps]


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
    code: Code
    roots: tuple[int, ...]
    outer: tuple[int, ...]
    jumps: bool = False
    after: Program | None = None
    known: Mapping[object, int] = field(default_factory=dict, compare=False, repr=False)
    _plans: dict[tuple[str, int], Plan] = field(default_factory=dict, init=False, compare=False, repr=False)
    """What is to be run, by what is known before; looked for once."""
    _functions: set[str] = field(default_factory=set, init=False, compare=False, repr=False)
    """The functions that take part, once somebody asked."""

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
        return self._continued(slots, self._plan("all", len(slots), self._further))

    def moved(self, slots: Sequence[Ball], place: Mapping[str, arb]) -> list[Ball]:
        """Every slot, given those of another point or ball, from which this one differs in some variables.

        Args:
            slots: what `trace` gave there, at the same precision.
            place: the balls of those variables.
        """
        moving = 0
        filled = [*slots]
        for index, name in enumerate(self.variables):
            if name in place:
                filled[index] = place[name]
                moving |= 1 << index
        self._run(filled, self._plan("moved", moving, self._dependent))
        return filled

    def result(self, slots: Sequence[Ball]) -> Ball:
        """The result, where the first slots, those of the variables at least, are given; only what it needs is run."""
        return self.needed(slots)[self.roots[0]]

    def results(self, slots: Sequence[Ball]) -> list[Ball]:
        """The result of each root in the same way."""
        filled = self.needed(slots)
        return [filled[root] for root in self.roots]

    def needed(self, slots: Sequence[Ball]) -> list[Ball]:
        """The slots that the results need, in the same way; the others hold nothing."""
        return self._continued(slots, self._plan("needed", len(slots), self._needed))

    def dependence(self, root: int) -> int:
        """The variables that a root depends on, by its index, as the bits of a step are."""
        return self.code.depends[self.roots[root]]

    @property
    def functions(self) -> Set[str]:
        """The functions that take part, by the names that an Instruction has."""
        if not self._functions:
            earlier, known = (0, ()) if self.after is None else (len(self.after.code), self.after.functions)
            self._functions.update(known, [traits.function for traits in self.code.traits[earlier:]])
        return self._functions

    def sources_of_infinity(self) -> list[int]:
        """The slots that may hold an infinity although no argument is one, as that of log(0)."""
        if self.functions <= _STAYS_FINITE:
            return []
        steps = enumerate(self.code.traits, len(self.variables))
        return [slot for slot, traits in steps if traits.function not in _STAYS_FINITE]

    def is_after(self, other: Program) -> bool:
        """Whether it begins with the steps of another program."""
        return self.after is other or (self.after is not None and self.after.is_after(other))

    def fill(self, slots: list[Ball], steps: Iterable[int]) -> None:
        """Run some steps, in order; the arguments of each are known, or are among them."""
        work, first = self.code.work, len(self.variables)
        self._run(slots, Plan(_careful([work[slot - first] for slot in steps]), is_quick=False))

    def with_steps(self, steps: Iterable[Instruction]) -> Program:
        """The program with other steps in the places of its own."""
        return replace(self, code=Code.of(len(self.variables), steps))

    # --- what is to be run ---------------------------------------------------------------------------------------

    def _plan(self, kind: str, known: int, make: Callable[[int], list[Work]]) -> Plan:
        plan = self._plans.get((kind, known))
        if plan is None:
            steps, is_quick = make(known), self.functions <= _KEEPS_NAN
            plan = self._plans[kind, known] = Plan(steps if is_quick else _careful(steps), is_quick)
        return plan

    def _further(self, given: int) -> list[Work]:
        """All steps but the given ones, and but the whole numbers, which are there without."""
        whole = self.code.whole
        return [work for work in self.code.work[given - self.code.first :] if work[0] not in whole]

    def _dependent(self, moving: int) -> list[Work]:
        """The steps that depend on some variables, given as bits."""
        depends = self.code.depends
        return [work for work in self.code.work if depends[work[0]] & moving]

    def _needed(self, given: int) -> list[Work]:
        """The steps that the results need besides the given ones."""
        if self.after is not None and not self.outer and given >= len(self.after.code.depends):
            return self._further(given)  # what has grown beside an Expression is what its result needs
        code, whole = self.code, self.code.whole
        is_needed = bytearray(len(code.depends))  # by slot
        for root in self.roots:
            is_needed[root] = True
        needed: list[Work] = []
        for work in reversed(code.work[given - code.first :]):
            slot, _, one, two = work
            if not is_needed[slot] or slot in whole:
                continue
            needed.append(work)
            if two >= 0:
                is_needed[one] = is_needed[two] = True
            else:
                for arg in code.arguments(slot):
                    is_needed[arg] = True
        needed.reverse()
        return needed

    # --- running -------------------------------------------------------------------------------------------------

    def _continued(self, slots: Sequence[Ball], plan: Plan) -> list[Ball]:
        """The given slots and those that a plan fills."""
        filled = self.code.blank(slots)
        self._run(filled, plan)
        return filled

    def _run(self, slots: list[Ball], plan: Plan) -> None:
        """Run a plan; one of quick kernels is run again with careful ones where something is no number."""
        steps, is_quick = plan
        longer, slot = self.code.longer, -1
        if is_quick or Outside not in map(type, slots):
            try:
                for slot, kernel, one, two in steps:
                    if two >= 0:
                        slots[slot] = kernel(slots[one], slots[two])
                    elif two == ONE:
                        slots[slot] = kernel(slots[one])
                    else:
                        slots[slot] = kernel(*[slots[arg] for arg in longer[one]])
                if not is_quick or True not in [slots[root].is_nan() for root in self.roots]:
                    return
            except OutOfDomain as error:
                if not is_quick:
                    slots[slot] = Outside(error.reason, error.is_pole)
            except (AttributeError, TypeError):
                if not is_quick:  # else an argument is an Outside
                    raise
        if is_quick:
            self._run(slots, Plan(_careful(steps), is_quick=False))
        else:
            self._run_with_outside(slots, [work for work in steps if work[0] > slot])

    def _run_with_outside(self, slots: list[Ball], plan: Sequence[Work]) -> None:
        """The same where some slots hold no number: what depends on one holds none either."""
        code = self.code
        for slot, kernel, _, _ in plan:
            args = [slots[arg] for arg in code.arguments(slot)]
            outside = next((arg for arg in args if isinstance(arg, Outside)), None)
            if outside is not None and not code.takes_outside(slot):
                slots[slot] = outside
                continue
            try:
                slots[slot] = kernel(*args)
            except OutOfDomain as error:
                slots[slot] = Outside(error.reason, error.is_pole)


def live_slots(program: Program, slots: list[Ball]) -> set[int]:
    """The slots that the results depend on, branches that are not taken left out.

    Args:
        program: the program.
        slots: what `Program.trace` gave.
    """
    code, first = program.code, len(program.variables)

    def arguments(slot: int) -> tuple[int, ...]:
        if slot < first:
            return ()
        args = code.arguments(slot)
        if code.function(slot) == CHOICE and isinstance(slots[args[0]], bool):
            condition, then, other = args
            return condition, then if slots[condition] else other
        return args

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
