"""The steps of a ball program: in columns, as they are compiled and run, and one by one, as other rooms read them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from enum import Enum, auto
from fractions import Fraction
from typing import NamedTuple, overload

from derivcheck.balls.ball import Ball, Kernel
from derivcheck.balls.kernels.quick import careful
from derivcheck.model.expression import LITERAL
from derivcheck.model.light_records import record

ALTERED = "altered"
"""What stands in the place of a function's name in a step whose kernel no longer computes that function."""


class Traits(NamedTuple):
    """What all steps of a function have in common; the fields are those of `Instruction`."""

    function: str
    takes_outside: bool = False
    jumps: bool = False
    swings: tuple[tuple[int, bool], ...] = ()


_LITERAL = Traits(LITERAL)


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


UNKNOWN = _Unknown.UNKNOWN

ONE, OTHER = -1, -2

Work = tuple[int, Kernel, int, int]
"""A step to run: its slot, its kernel and the slots of its two arguments, as most have.

Of one argument the last number is `ONE`. Of none, or of more than two, it is `OTHER`, and the number before it is the
place in `Code.longer` where the arguments are.
"""


class Code(Sequence[Instruction]):
    """The steps of a program in columns, each step appended once; as a sequence, its Instructions.

    A claim's programs have a hundred steps and are run a few times each. To make an Instruction of every step takes
    longer than to run it, and few rooms look at any: so they are made where somebody asks for one.

    Attributes:
        first: the slot of the first step: so many variables there are.
        work: for each step what is to be run.
        traits: for each step what it has in common with others.
        nodes: for each step where it comes from.
        depends: for each slot, that of a variable too, the variables that it depends on, as the bits of an Instruction.
        longer: no arguments, then those of each step that has more than two.
        literals: by slot, the exact numbers that steps give.
        whole: by slot, those of them that are balls made beforehand, the same at every precision: they are not run.
    """

    __slots__ = ("_inner", "_made", "depends", "first", "literals", "longer", "nodes", "traits", "whole", "work")

    def __init__(self, variables: int) -> None:
        self.first = variables
        self.work: list[Work] = []
        self.traits: list[Traits] = []
        self.nodes: list[int] = []
        self.depends = [1 << slot for slot in range(variables)]
        self.longer: list[tuple[int, ...]] = [()]
        self.literals: dict[int, Fraction] = {}
        self.whole: dict[int, Ball] = {}
        self._inner: set[int] = set()
        self._made: tuple[Instruction, ...] = ()

    @classmethod
    def of(cls, variables: int, instructions: Iterable[Instruction]) -> Code:
        """The columns of some Instructions."""
        code = cls(variables)
        code._made = tuple(instructions)
        for slot, step in enumerate(code._made, variables):
            traits = Traits(step.function, step.takes_outside, step.jumps, step.swings)
            code.append(step.kernel, step.args, traits, step.node, step.depends, is_inner=step.inner)
            if step.literal is not None:
                code.literals[slot] = step.literal
        return code

    def continued(self) -> Code:
        """The same steps, to which others can be appended."""
        code = Code(0)
        code.first, code._inner = self.first, self._inner.copy()
        code.work, code.traits, code.nodes = self.work.copy(), self.traits.copy(), self.nodes.copy()
        code.depends, code.longer = self.depends.copy(), self.longer.copy()
        code.literals, code.whole = self.literals.copy(), self.whole.copy()
        return code

    def append(
        self, kernel: Kernel, args: tuple[int, ...], traits: Traits, node: int, depends: int, *, is_inner: bool = False
    ) -> int:
        """Append a step, whose arguments are those of an Instruction; its slot."""
        slot, count = len(self.depends), len(args)
        if count == 2:
            self.work.append((slot, kernel, args[0], args[1]))
        elif count == 1:
            self.work.append((slot, kernel, args[0], ONE))
        else:
            self.work.append((slot, kernel, len(self.longer) if count else 0, OTHER))
            if count:
                self.longer.append(args)
        self.traits.append(traits)
        self.nodes.append(node)
        self.depends.append(depends)
        if is_inner:
            self._inner.add(slot)
        return slot

    def append_literal(self, value: Fraction, kernel: Kernel, whole: Ball | None, node: int) -> int:
        """Append a step that gives an exact number, be it a ball made beforehand; its slot."""
        slot = len(self.depends)
        self.work.append((slot, kernel, 0, OTHER))
        self.traits.append(_LITERAL)
        self.nodes.append(node)
        self.depends.append(0)
        self.literals[slot] = value
        if whole is not None:
            self.whole[slot] = whole
        return slot

    def make_inner(self, slot: int) -> None:
        """Take a step for one of a definition for which torch has one kernel."""
        self._inner.add(slot)

    def blank(self, slots: Sequence[Ball]) -> list[Ball]:
        """Every slot, of which the first ones are given; of the others, the whole numbers are there."""
        given = len(slots)
        blank = [*slots, *[UNKNOWN] * (len(self.depends) - given)]
        for slot, number in self.whole.items():
            if slot >= given:
                blank[slot] = number
        return blank

    def make_outer(self, slot: int) -> None:
        """Take a step for one that gives what torch's kernel gives."""
        self._inner.discard(slot)

    def arguments(self, slot: int) -> tuple[int, ...]:
        """The slots of a step's arguments."""
        _, _, one, two = self.work[slot - self.first]
        if two >= 0:
            return one, two
        return (one,) if two == ONE else self.longer[one]

    def function(self, slot: int) -> str:
        """Which function a step computes, as an Instruction has it."""
        return self.traits[slot - self.first].function

    def takes_outside(self, slot: int) -> bool:
        """Whether an argument of a step may be an Outside."""
        return self.traits[slot - self.first].takes_outside

    # --- one by one ----------------------------------------------------------------------------------------------

    @property
    def instructions(self) -> tuple[Instruction, ...]:
        """The steps one by one."""
        if len(self._made) < len(self.work):
            self._made = tuple(self._instructions())
        return self._made

    def _instructions(self) -> Iterator[Instruction]:
        for (slot, kernel, _, _), traits, node in zip(self.work, self.traits, self.nodes, strict=True):
            args, depends, inner = self.arguments(slot), self.depends[slot], slot in self._inner
            function, takes_outside, jumps, swings = traits
            literal = self.literals.get(slot)
            yield Instruction(
                careful(kernel), args, function, node, depends, takes_outside, inner, jumps, swings, literal
            )

    def __len__(self) -> int:
        return len(self.work)

    def __iter__(self) -> Iterator[Instruction]:
        return iter(self.instructions)

    @overload
    def __getitem__(self, index: int) -> Instruction: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Instruction, ...]: ...
    def __getitem__(self, index: int | slice) -> Instruction | tuple[Instruction, ...]:
        return self.instructions[index]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Code) and self.instructions == other.instructions

    def __hash__(self) -> int:
        return hash(self.instructions)
