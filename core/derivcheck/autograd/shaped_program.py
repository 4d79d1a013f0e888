"""Shaped programs: an Expression as calls of torch on tensors of any shape.

torch runs what the user wrote, operation by operation, as it does for numbers: a literal is a tensor of the dtype
without dimensions, and what is no part of the mathematics, such as a dim, is a plain value of Python's. What is shared,
because a statement gave it a name, is computed once.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from operator import attrgetter
from typing import Any, NamedTuple

import torch
from torch import Tensor

from derivcheck.autograd import tensor_kernels
from derivcheck.autograd.shaped_operands import Operand, Plain, Several, Sizes, argument_of
from derivcheck.autograd.tensors import constant_tensor
from derivcheck.autograd.torch_program import Role, find_kernel, integer_literal
from derivcheck.autograd.user_kernels import kernel_of
from derivcheck.errors import UnsupportedError
from derivcheck.graph.expansion import expand
from derivcheck.language import table
from derivcheck.language.integer_variables import integer_variables, label_variables, may_be_labels
from derivcheck.language.parse import definition
from derivcheck.language.plain_values import plain_value
from derivcheck.language.static_sizes import INDEX, is_size
from derivcheck.language.table import Function, Sort
from derivcheck.model import OwnFunction
from derivcheck.model.expression import CALL, LITERAL, NUMBER, SETTING, SLICE, TUPLE, VARIABLE, Expression, Node

ShapedLiteral = Callable[["Fraction | str"], Tensor]
"""Makes the tensor of an exact literal, or of a named constant."""


class ShapedStep(NamedTuple):
    """One step of a shaped program.

    Attributes:
        run: what to call; None of a step that gives a literal or a named constant.
        function: which function of the table it is, by its canonical name; of a function of the user's own and of a
            named constant that one's name, of a literal `LITERAL`.
        args: its arguments by position.
        options: its arguments by name.
        literal: the literal or the named constant that it gives.
        is_integer: whether that stays an integer.
        position: the node of the compiled Expression that it computes, or a part of which; None where there is none.
    """

    run: Callable[..., Any] | None
    function: str
    args: tuple[Operand, ...] = ()
    options: tuple[tuple[str, Operand], ...] = ()
    literal: Fraction | str | None = None
    is_integer: bool = False
    position: int | None = None


@dataclass(frozen=True, slots=True)
class ShapedProgram:
    """An Expression compiled to torch calls on tensors; a callable.

    Attributes:
        variables: the inputs' names, in order. They fill the first slots as they are, and the next ones as numbers of
            the format: an integer stands as such where an index is due.
        steps: the calls in order.
        outputs: the slots of the results.
        own: whether a function of the user's own is called.
    """

    variables: tuple[str, ...]
    steps: tuple[ShapedStep, ...]
    outputs: tuple[int, ...]
    own: bool = False

    def __call__(self, inputs: Sequence[Tensor], literal: ShapedLiteral) -> tuple[Tensor, ...]:
        """The program's results on `inputs`, one tensor a variable; a literal's tensor is made wherever it is used."""
        slots: list[Any] = [*inputs, *_as_numbers(inputs, literal)]
        for step in self.steps:
            if step.run is None:
                assert step.literal is not None
                slots.append(_integer_tensor(step, slots) if step.is_integer else literal(step.literal))
                continue
            args = [argument_of(arg, slots) for arg in step.args]
            options = {name: argument_of(arg, slots) for name, arg in step.options}
            slots.append(step.run(*args, **options))
        found: list[Tensor] = []
        for output in self.outputs:
            found += [slots[output]] if isinstance(slots[output], Tensor) else slots[output]
        return tuple(found)


def _as_numbers(inputs: Sequence[Tensor], literal: ShapedLiteral) -> Iterator[Tensor]:
    """The inputs in the format: integers count as numbers where numbers are due."""
    for tensor in inputs:
        yield tensor if tensor.is_floating_point() else tensor.to(literal(Fraction(0)).dtype)


def _in_format(integers: Tensor, like: Tensor) -> Tensor:
    """Integers that a function made, as numbers."""
    return integers.to(like.dtype)


def _integer_tensor(step: ShapedStep, slots: Sequence[Tensor]) -> Tensor:
    assert isinstance(step.literal, Fraction)
    return torch.tensor(int(step.literal), dtype=torch.int64, device=slots[0].device if slots else None)


def compile_shaped(expression: Expression, own: tuple[OwnFunction, ...] = ()) -> ShapedProgram:
    """Compile an Expression.

    Args:
        expression: what to compile.
        own: the user's own functions that it may call; their code is run.

    Raises:
        UnsupportedError: for a function that torch does not have, with its name.
    """
    count = len(expression.variables)
    compiler = _Compiler(2 * count, own)
    as_they_are = {name: place for place, name in enumerate(expression.variables)}
    as_numbers = {name: count + place for name, place in as_they_are.items()}
    root = _Reading(compiler, expression, as_numbers, as_they_are).operand(expression.root)
    slots = tuple(_slots_of(root))
    return ShapedProgram(expression.variables, tuple(compiler.steps), slots, bool(own))


def _slots_of(operand: Operand) -> Iterator[int]:
    """The slots of what an Expression gives."""
    if isinstance(operand, Plain | Sizes):
        raise UnsupportedError("a setting is no tensor")
    if isinstance(operand, int):
        yield operand
    else:
        for one in operand.operands:
            yield from _slots_of(one)


class _Compiler:
    """Collects the steps of one program."""

    def __init__(self, inputs: int, own: tuple[OwnFunction, ...]) -> None:
        self.inputs = inputs
        self.own = {mine.name: mine for mine in own}
        self.steps: list[ShapedStep] = []
        self.position: int | None = None

    def append(self, step: ShapedStep) -> int:
        """Append a step, which belongs to the node that is read; its slot."""
        self.steps.append(step._replace(position=self.position))
        return self.inputs + len(self.steps) - 1

    def plain_number(self, operand: Operand) -> int | float | None:
        """The value of an operand that depends on no variable, as a plain number; None of any other."""
        if not isinstance(operand, int) or operand < self.inputs:
            return None
        step = self.steps[operand - self.inputs]
        if isinstance(step.literal, Fraction) and step.literal.denominator == 1:
            return step.literal.numerator
        with suppress(_VariesError):
            found = self._evaluate(operand)
            if found.ndim:  # a list of literals, such as an index
                return None
            number = float(found)
            return int(number) if number.is_integer() and math.isfinite(number) else number
        return None

    def _evaluate(self, slot: int) -> Tensor:
        """A constant in float64."""
        if slot < self.inputs:
            raise _VariesError
        step = self.steps[slot - self.inputs]
        if step.run is None:
            assert step.literal is not None
            return constant_tensor(step.literal, torch.float64, torch.device("cpu"))
        if step.options or any(isinstance(arg, Several | Sizes) for arg in step.args):
            raise _VariesError
        result: Tensor = step.run(
            *[self._evaluate(arg) if isinstance(arg, int) else argument_of(arg, ()) for arg in step.args]
        )
        return result


class _VariesError(Exception):
    """An operand depends on a variable, or is no number."""


class _Reading:
    """Reads one Expression, the user's or a definition, into the steps of a compiler.

    Args:
        compiler: where the steps go.
        expression: what is read.
        names: what each variable stands for.
        integers: the same where an integer is due.
        is_definition: whether it is a definition: its steps belong to the node of the user's that it stands for.
    """

    def __init__(
        self,
        compiler: _Compiler,
        expression: Expression,
        names: Mapping[str, Operand],
        integers: Mapping[str, Operand] | None = None,
        *,
        is_definition: bool = False,
    ) -> None:
        self.compiler = compiler
        self.expression = expression
        self.names = names
        self.integers = integers or names
        self.is_definition = is_definition
        self.numbers_found: dict[int, Operand] = {}
        self.integers_found: dict[int, Operand] = {}

    def operand(self, position: int, *, integer: bool = False) -> Operand:
        """What a node is: the steps of what it needs are appended in order, its arguments first."""
        found = self.integers_found if integer else self.numbers_found
        waiting = [position]
        while waiting:
            at = waiting[-1]
            if at not in found:
                missing = [] if self.expression.nodes[at].kind is not CALL else self.missing(at, integer=integer)
                if missing:
                    waiting += reversed(missing)
                    continue
                found[at] = self.read(at, integer=integer)
            waiting.pop()
        return found[position]

    def missing(self, position: int, *, integer: bool) -> list[int]:
        """The arguments of a call that are read as it is, and are not known yet."""
        node = self.expression.nodes[position]
        found = self.integers_found if integer else self.numbers_found
        row = None if node.name in self.compiler.own else _row(node.name)
        return [
            arg
            for index, arg in enumerate(node.args)
            if arg not in found and (integer or row is None or not self.wants_integers(row, index, arg))
        ]

    def wants_integers(self, row: Function, index: int, position: int) -> bool:
        """Whether the argument at an index is due as integers, as the node that it is can give them."""
        sort = row.sort_of(index)
        if row.settings and self.gives_sizes(position):
            return True
        return sort is Sort.INTEGER or (sort is Sort.LABELS and may_be_labels(self.expression, position))

    def gives_sizes(self, position: int) -> bool:
        """Whether a node is a setting that is computed from sizes."""
        return self.expression.nodes[position].kind is CALL and is_size(self.expression.nodes, position)

    def read(self, position: int, *, integer: bool) -> Operand:
        """What a node is whose arguments are known."""
        node = self.expression.nodes[position]
        if not self.is_definition:
            self.compiler.position = position
        if node.kind is SETTING:
            return Plain(plain_value(node.name))
        if node.kind is VARIABLE:
            return (self.integers if integer else self.names)[node.name]
        if node.kind is not CALL:
            return self.literal(node, integer=integer)
        return self.call(node, integer=integer)

    def literal(self, node: Node, *, integer: bool) -> int:
        """Append the step of a literal or a named constant."""
        if node.kind is not NUMBER:
            return self.compiler.append(ShapedStep(None, node.name, literal=node.name))
        assert node.value is not None
        whole = integer and node.value.denominator == 1
        return self.compiler.append(ShapedStep(None, LITERAL, literal=node.value, is_integer=whole))

    def call(self, node: Node, *, integer: bool) -> Operand:
        """Append the steps of one call."""
        mine = self.compiler.own.get(node.name)
        if mine is not None:
            return self.own_call(mine, node)
        row, position = _row(node.name), self.compiler.position
        operands = [
            self.operand(arg, integer=integer or (row is not None and self.wants_integers(row, index, arg)))
            for index, arg in enumerate(node.args)
        ]
        self.compiler.position = position
        if row is None:
            several = Several(tuple(operands))
            return Sizes(several, is_slice=True) if node.name == SLICE else several
        if row.torch is None:
            if row.definition is None:
                raise UnsupportedError(f"torch has no differentiable `{row.name}`")
            return expand(row, operands, self.within)
        if not row.is_shaped:
            return self.compiler.append(self.scalar_step(row, node, operands))
        made = self.compiler.append(self.shaped_step(row, node, operands))
        if row.result is not Sort.INTEGER or integer:
            return made
        like = self.compiler.append(ShapedStep(None, LITERAL, literal=Fraction(0)))
        return self.compiler.append(ShapedStep(_in_format, row.name, (made, like)))

    def within(self, body: Expression, names: Mapping[str, Operand]) -> Operand:
        """What a definition becomes."""
        return _Reading(self.compiler, body, names, is_definition=True).operand(body.root)

    def scalar_step(self, row: Function, node: Node, operands: list[Operand]) -> ShapedStep:
        """The step of a function of numbers, which torch takes element by element."""
        home, attribute, roles = find_kernel(row.name, len(operands))
        args: list[Operand] = []
        for at, operand, role in zip(node.args, operands, roles or [Role.TENSOR] * len(operands), strict=True):
            literal = None if role is Role.TENSOR else integer_literal(self.expression, at)
            if role is Role.NUMBER:
                args.append(self.plain(operand))
            else:
                args.append(operand if literal is None else Plain(literal))
        return ShapedStep(getattr(home, attribute), row.name, tuple(args))

    def shaped_step(self, row: Function, node: Node, operands: list[Operand]) -> ShapedStep:
        """The step of a function of shapes."""
        assert row.torch is not None
        names = [*row.params, *[option.name for option in row.options]]
        args = [
            self.as_due(row, row.params[-1] if row.variadic and index >= len(row.params) else names[index], at, operand)
            for index, (at, operand) in enumerate(zip(node.args, operands, strict=True))
        ]
        missing = () if row.variadic else row.options[len(args) - len(row.params) :]
        args += [Plain(plain_value(option.default)) for option in missing]  # see lowering.complete
        module, _, attribute = row.torch.rpartition(".")
        if module == "kernels":
            kernel = getattr(tensor_kernels, attribute)
            made: tuple[tuple[str, Operand], ...] = ()
            if kernel in tensor_kernels.MAKERS:
                made = (("like", self.compiler.append(ShapedStep(None, LITERAL, literal=Fraction(0)))),)
            return ShapedStep(kernel, row.name, tuple(args), made)
        required = len(args) if row.variadic else len(row.params)
        by_name = tuple(zip(names[required:], args[required:], strict=True)) if required < len(args) else ()
        return ShapedStep(attrgetter(row.torch)(torch), row.name, tuple(args[:required]), by_name)

    def as_due(self, row: Function, name: str, position: int, operand: Operand) -> Operand:
        """An argument of a function of shapes, a constant as a plain number where torch wants one."""
        default = next((option.default for option in row.options if option.name == name), None)
        if name in row.settings and row.name != INDEX and self.gives_sizes(position):
            return operand if isinstance(operand, Plain) else Sizes(operand)
        if name in row.settings or name in row.constant_params or _is_number(default):
            return self.plain(operand)
        literal = integer_literal(self.expression, position) if name in row.plain_params else None
        return operand if literal is None else Plain(literal)

    def own_call(self, mine: OwnFunction, node: Node) -> Operand:
        """Append a call of the user's own function; what its formula takes as labels or an index stays as it is."""
        formula, kernel = definition(mine.stated, mine.params, mine.constants), kernel_of(mine)
        whole = integer_variables(formula) | label_variables(formula)
        args = [self.operand(arg, integer=name in whole) for name, arg in zip(mine.params, node.args, strict=True)]
        step = kernel.on_tensors if _is_of_shapes(formula) else kernel
        return self.compiler.append(ShapedStep(step, node.name, tuple(args)))

    def plain(self, operand: Operand) -> Operand:
        """A constant as the plain number that it is; anything else as it is."""
        number = self.compiler.plain_number(operand)
        return operand if number is None else Plain(number)


def _is_of_shapes(formula: Expression) -> bool:
    """Whether a formula is one of tensors; any other is computed element by element, and broadcast."""
    return any(node.kind is SETTING or table.is_of_shapes(node.name) for node in formula.nodes)


def _row(name: str) -> Function | None:
    """The row of a function, the one of shapes first; None of a tuple, and of a slice."""
    row = table.function_of_shapes(name) or table.function(name)
    assert row is not None or name in {SLICE, TUPLE}, name
    return row


def _is_number(default: str | None) -> bool:
    """Whether an option's default is a number, so that it is no tensor."""
    if default is None:
        return False
    try:
        float(default)
    except ValueError:
        return False
    return True
