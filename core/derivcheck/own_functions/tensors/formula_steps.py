"""A formula as a program of primitive steps on tensors, of which each knows where it stands in the text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from derivcheck.autograd.shaped_operands import Operand, Plain, Several, Sizes, argument_of
from derivcheck.autograd.shaped_program import ShapedStep, compile_shaped
from derivcheck.autograd.tensors import constant_tensor
from derivcheck.language import table
from derivcheck.model.expression import LITERAL, Expression
from derivcheck.own_functions.tensors.written_out import WRITTEN_OUT, At, Rule

_MOVES = frozenset({"reshape", "expand"})
"""The functions that a composite is written out with which change no number."""

_MOST_TEXT = 60
"""How long an excerpt is at most."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step.

    Attributes:
        function: which function it is; `LITERAL` of a literal.
        run: what to call on the tensors of its arguments.
        args: the slots of its arguments.
        text: the part of the formula that it computes, or a part of which.
        whole: whether it computes all of that part: the last step of a composite that is written out does.
        of: the composite that it is a part of; empty of a function that stands in the formula itself.
        part: what it is in that composite: the mean.
        options: its plain arguments, such as a dim.
    """

    function: str
    run: Callable[..., Any]
    args: tuple[int, ...]
    text: str
    whole: bool = True
    of: str = ""
    part: str = ""
    options: tuple[tuple[str, Any], ...] = ()

    @property
    def row(self) -> table.Function | None:
        """What the table says of its function; None of a literal, and of a step that only this room has."""
        return row_of(self.function)

    @property
    def mistakes(self) -> str | None:
        """Which mistakes may be made in its derivative."""
        return None if self.row is None else self.row.mistakes

    @property
    def is_composite(self) -> bool:
        """Whether it may be written out."""
        return self.row is not None and self.row.written_out is not None

    @property
    def quoted(self) -> str:
        """What it computes, as the formula has it."""
        return f"`{self.text}`" if self.whole else f"the {self.part or self.function} in `{self.text}`"


@dataclass(frozen=True, slots=True)
class FormulaProgram:
    """A formula as primitive steps.

    Attributes:
        variables: the inputs' names; they fill the first slots as they are, and the next ones as numbers.
        steps: the steps; the result of each fills the next slot.
        outputs: the slots of the results.
    """

    variables: tuple[str, ...]
    steps: tuple[Step, ...]
    outputs: tuple[int, ...]

    def slot(self, index: int) -> int:
        """The slot of a step's result."""
        return 2 * len(self.variables) + index

    def quote(self, slot: int) -> str:
        """What a slot holds, as the formula has it: `x`, `exp(x)`, the mean in `layer_norm(x, 3)`."""
        count = len(self.variables)
        if slot < 2 * count:
            return f"`{self.variables[slot % count]}`"
        step = self.steps[slot - 2 * count]
        moves = step.function in _MOVES and not step.whole
        return self.quote(step.args[0]) if moves else step.quoted

    def sources(self, slot: int) -> set[int]:
        """The slots from which a slot is computed."""
        found: set[int] = set()
        waiting = [slot]
        while waiting:
            index = waiting.pop() - self.slot(0)
            new = set(self.steps[index].args) - found if index >= 0 else set()
            found |= new
            waiting += new
        return found

    def is_divisor(self, slot: int) -> bool | None:
        """Whether something is divided by a slot, or multiplied by it; None where it is neither or both."""
        count = len(self.variables)
        same = {slot % count, slot % count + count} if slot < 2 * count else {slot}
        divides = any(step.mistakes == "quotient" and same & set(step.args[1:]) for step in self.steps)
        scales = any(step.mistakes == "product" and same & set(step.args) for step in self.steps)
        return divides if divides != scales else None


def compile_formula(expression: Expression, *, written_out: bool) -> FormulaProgram:
    """The formula as steps; what occurs several times is computed once.

    Args:
        expression: the formula.
        written_out: whether composites such as softmax are written out.

    Raises:
        UnsupportedError: for a function that torch does not have.
    """
    program = compile_shaped(expression)
    maker = _Maker(expression, len(program.variables))
    slots = list(range(2 * len(program.variables)))
    for step in program.steps:
        slots.append(maker.add(step, slots, written_out=written_out))
    return FormulaProgram(program.variables, tuple(maker.steps), tuple(slots[at] for at in program.outputs))


class _Maker:
    """Collects the steps."""

    def __init__(self, expression: Expression, variables: int) -> None:
        self.expression = expression
        self.first = 2 * variables
        self.steps: list[Step] = []
        self.known: dict[object, int] = {}

    def add(self, step: ShapedStep, slots: Sequence[int], *, written_out: bool) -> int:
        """Add a step; the slot of its result."""
        text = self.excerpt(step.position)
        if step.run is None:
            made = _literal(step)
            return self.append(Step(LITERAL, made, (), text), (LITERAL, step.literal, step.is_integer))
        args = [_moved(arg, slots) for arg in step.args]
        options = {name: _moved(arg, slots) for name, arg in step.options}
        row = row_of(step.function)
        if written_out and row is not None and row.written_out is not None:
            found = self.write_out(step, WRITTEN_OUT[row.written_out], args, options, text)
            if found is not None:
                return found
        used, run = _bound(step.run, args, options)
        plain = {name: arg.value for name, arg in _by_name(step, args, options).items() if isinstance(arg, Plain)}
        key = (step.function, step.run, tuple(args), tuple(options.items()))
        return self.append(Step(step.function, run, used, text, options=tuple(plain.items())), key)

    def append(self, step: Step, key: object = None) -> int:
        """The slot of a step; of one that is known already, that one's."""
        try:
            at = self.known.get(key) if key is not None else None
        except TypeError:  # a plain value that has no hash
            at, key = None, None
        if at is None:
            self.steps.append(step)
            at = self.first + len(self.steps) - 1
            if key is not None:
                self.known[key] = at
        return at

    def write_out(
        self, step: ShapedStep, rule: Rule, args: Sequence[Operand], options: dict[str, Operand], text: str
    ) -> int | None:
        """Add the steps of a composite."""
        key = (step.function, tuple(args), tuple(options.items()))
        try:
            if key in self.known:
                return self.known[key]
        except TypeError:
            return None
        given: dict[str, Any] = {}
        for name, operand in _by_name(step, args, options).items():
            if isinstance(operand, Several | Sizes):
                return None
            given[name] = self.plain(operand) if isinstance(operand, int) else operand.value
        before = len(self.steps)

        def make(function: str, run: Callable[..., Any], *used: int, part: str = "") -> int:
            return self.append(Step(function, run, tuple(used), text, whole=False, of=step.function, part=part))

        found = rule(make, given)
        if found is None:
            del self.steps[before:]
            return None
        last = self.steps[found - self.first]
        self.steps[found - self.first] = Step(
            last.function, last.run, last.args, text, whole=True, of=last.of, part=last.part
        )
        self.known[key] = found
        return found

    def plain(self, slot: int) -> Any:
        """The number of a literal, or the slot of anything else."""
        step = self.steps[slot - self.first] if slot >= self.first else None
        if step is not None and step.function == LITERAL:
            return float(step.run())
        return At(slot)

    def excerpt(self, position: int | None) -> str:
        """The part of the formula under a node."""
        if position is None or not self.expression.extents:
            return ""
        start, end = self.expression.extents[position]
        text = " ".join(self.expression.source[start:end].split())
        return text if len(text) <= _MOST_TEXT else f"{text[: _MOST_TEXT - 1]}…"


def row_of(function: str) -> table.Function | None:
    """The row of a step's function, whose canonical name is given; None of what is none."""
    return table.function_of_shapes(function) if table.is_of_shapes(function) else table.function(function)


def _literal(step: ShapedStep) -> Callable[[], Tensor]:
    literal = step.literal
    assert literal is not None
    if step.is_integer:
        return lambda: torch.tensor(int(literal), dtype=torch.int64)
    return lambda: constant_tensor(literal, torch.float64, torch.device("cpu"))


def _moved(operand: Operand, slots: Sequence[int]) -> Operand:
    """An operand whose slots are those of the new program."""
    if isinstance(operand, int):
        return slots[operand]
    if isinstance(operand, Several):
        return Several(tuple(_moved(one, slots) for one in operand.operands))
    return Sizes(_moved(operand.operand, slots), operand.is_slice) if isinstance(operand, Sizes) else operand


def _by_name(step: ShapedStep, args: Sequence[Operand], options: dict[str, Operand]) -> dict[str, Operand]:
    """The arguments of a call by the names that they have in the table."""
    row = row_of(step.function)
    if row is None or row.variadic:
        return dict(options)
    names = [*row.params, *[option.name for option in row.options]]
    return dict(zip(names, args, strict=False)) | options


def _bound(
    run: Callable[..., Any], args: Sequence[Operand], options: dict[str, Operand]
) -> tuple[tuple[int, ...], Callable[..., Any]]:
    """A call on its tensors alone, and their slots."""
    used: list[int] = []
    places, named = [_placed(arg, used) for arg in args], {name: _placed(arg, used) for name, arg in options.items()}

    def call(*tensors: Any) -> Any:
        return run(
            *[argument_of(one, tensors) for one in places],
            **{name: argument_of(one, tensors) for name, one in named.items()},
        )

    return tuple(used), call


def _placed(operand: Operand, used: list[int]) -> Operand:
    """An operand whose slots are the places of its tensors in a list, which is filled."""
    if isinstance(operand, int):
        used.append(operand)
        return len(used) - 1
    if isinstance(operand, Several):
        return Several(tuple(_placed(one, used) for one in operand.operands))
    return Sizes(_placed(operand.operand, used), operand.is_slice) if isinstance(operand, Sizes) else operand
