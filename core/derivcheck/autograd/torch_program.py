"""Torch programs: an Expression as calls of torch.

torch runs the program as the user wrote it: `x*x` as a product, `x**2` as a power with a Python integer, and every
literal as a tensor of the dtype on the device, so that it takes part in rounding.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import Enum, auto
from fractions import Fraction
from functools import cache
from operator import attrgetter
from typing import Any, NamedTuple

import torch
from torch import Tensor

from derivcheck.autograd import torch_kernels
from derivcheck.autograd.tensors import constant_tensor
from derivcheck.errors import UnsupportedError
from derivcheck.graph.expansion import expand
from derivcheck.graph.reachability import extract_nodes
from derivcheck.language import table
from derivcheck.language.operators import signed_literal
from derivcheck.model import OwnFunction
from derivcheck.model.expression import CALL, LITERAL, NUMBER, VARIABLE, Expression, Node
from derivcheck.model.light_records import record

Literal = Callable[[Fraction | str], Tensor]
"""Makes the tensor of an exact literal, or of a named constant."""


class TorchStep(NamedTuple):
    """One step of a torch program: what to call, on which earlier results, with which plain numbers after them.

    Attributes:
        run: what to call; None of a step that gives a literal or a named constant.
        function: which function of the table it is, by its canonical name; of a function of the user's own and of a
            named constant that one's name, of a literal `LITERAL`.
        node: where it comes from: a position in the nodes of the Expression that was compiled. A step of a composite's
            definition comes from the call of the composite.
        args: the slots of the earlier results.
        numbers: the plain numbers.
        numbers_first: whether these stand before the others.
        literal: the place of the literal that it gives among those of the program.
    """

    run: Callable[..., Any] | None
    function: str
    node: int
    args: tuple[int, ...] = ()
    numbers: tuple[int | float, ...] = ()
    numbers_first: bool = False
    literal: int | None = None

    def with_numbers(self, tensors: list[Tensor]) -> list[Any]:
        """What to call it on, in order: the earlier results, and the plain numbers."""
        if not self.numbers:
            return tensors
        return [*self.numbers, *tensors] if self.numbers_first else [*tensors, *self.numbers]


@record
class TorchProgram:
    """An Expression compiled to torch calls; a callable on tensors.

    Attributes:
        variables: the inputs' names, in order; they fill the first slots.
        literals: the literals and named constants, each once.
        steps: the calls in order.
        root: the slot of the result.
        outer: for each node of the Expression, its slot.
        own: whether a function of the user's own is called.
    """

    variables: tuple[str, ...]
    literals: tuple[Fraction | str, ...]
    steps: tuple[TorchStep, ...]
    root: int
    outer: tuple[int, ...]
    own: bool = False

    def __call__(self, inputs: Sequence[Tensor], literal: Literal) -> Tensor:
        """The program's result on `inputs`, one tensor a variable; a literal's tensor is made wherever it is used."""
        return self.run(inputs, lambda place: literal(self.literals[place]))

    def run(self, inputs: Sequence[Tensor], literal: Callable[[int], Tensor]) -> Tensor:
        """The same with a literal asked for by its place in `literals`."""
        return self._filled(inputs, literal)[self.root]

    def trace(self, inputs: Sequence[Tensor], literal: Literal) -> list[Tensor]:
        """Every slot; the arguments are those of a call."""
        return self._filled(inputs, lambda place: literal(self.literals[place]))

    def _filled(self, inputs: Sequence[Tensor], literal: Callable[[int], Tensor]) -> list[Tensor]:
        slots: list[Tensor] = list(inputs)
        for run, _, _, args, numbers, numbers_first, place in self.steps:  # half as long as to ask for each part
            if run is None:
                assert place is not None
                slots.append(literal(place))
            elif len(args) == 2 and not numbers:  # most have two: to list them takes twice as long
                one, other = args
                slots.append(run(slots[one], slots[other]))
            elif len(args) == 1 and not numbers_first:  # the others mostly have one, and a power its exponent
                slots.append(run(slots[args[0]], *numbers))
            else:
                tensors = [slots[arg] for arg in args]
                slots.append(run(*numbers, *tensors) if numbers_first else run(*tensors, *numbers))
        return slots


def compile_torch(expression: Expression, own: tuple[OwnFunction, ...] = ()) -> TorchProgram:
    """Compile an Expression.

    Args:
        expression: what to compile.
        own: the user's own functions that it may call; their code is run.

    Raises:
        UnsupportedError: for a function that torch does not have, with its name.
    """
    compiler = _Compiler(len(expression.variables), own)
    slots = compiler.emit(expression, {name: slot for slot, name in enumerate(expression.variables)})
    literals = tuple(compiler.literals)
    return TorchProgram(expression.variables, literals, tuple(compiler.steps), slots[-1], tuple(slots), bool(own))


class _Compiler:
    """Collects the steps of one program."""

    def __init__(self, inputs: int, own: tuple[OwnFunction, ...]) -> None:
        self.inputs = inputs
        self.own = {mine.name: mine for mine in own}
        self.steps: list[TorchStep] = []
        self.literals: list[Fraction | str] = []
        self.places: dict[str, int] = {}
        self.kernels: dict[tuple[str, int], _Kernel] = {}
        self.node = 0

    def step(self, *parts: Any) -> int:
        """Append a step with all these parts; its slot."""
        self.steps.append(_make_step(TorchStep, parts))
        return self.inputs + len(self.steps) - 1

    def emit(self, expression: Expression, names: Mapping[str, int], within: int | None = None) -> list[int]:
        """Append the steps of `expression`, its variables bound to slots; the slot of each node.

        Args:
            expression: what to compile.
            names: the slot of each variable.
            within: where it is the definition of a composite, the node of the call; all steps come from there.
        """
        slots: list[int] = []
        steps, kernels, inputs = self.steps, self.kernels, self.inputs
        for position, node in enumerate(expression.nodes):
            kind, name = node.kind, node.name
            if kind is VARIABLE:
                slots.append(names[name])
                continue
            self.node = position if within is None else within
            if kind is not CALL:
                slots.append(self.literal(node))
                continue
            args = node.args
            run, roles = kernels.get((name, len(args))) or self.kernel(name, len(args))
            if run is None:
                slots.append(self.composite(node, slots))
            elif roles is not None:
                slots.append(self.call(expression, node, slots, run, roles))
            else:
                if len(args) == 2:  # most have two: to list them takes twice as long
                    one, other = args
                    taken: tuple[int, ...] = (slots[one], slots[other])
                else:
                    taken = tuple([slots[arg] for arg in args])
                slots.append(inputs + len(steps))
                steps.append(_make_step(TorchStep, (run, name, self.node, taken, (), False, None)))
        return slots

    def kernel(self, name: str, count: int) -> _Kernel:
        """What to call for a function with so many arguments, as it is now: whoever replaces it in torch is to be seen.

        A function of the user's own goes before one of the table.
        """
        found: _Kernel
        if name in self.own:
            from derivcheck.autograd.user_kernels import kernel_of  # what loads a user's code takes time to load itself

            found = kernel_of(self.own[name]), None
        else:
            home, attribute, roles = find_kernel(name, count)
            found = None if home is None else getattr(home, attribute), roles
        self.kernels[name, count] = found
        return found

    def literal(self, node: Node) -> int:
        """Append the step of a literal or a named constant; the slot of its tensor."""
        name, value = node.name, node.value
        place = self.places.get(name)
        if place is None:
            place = self.places[name] = len(self.literals)
            self.literals.append(name if value is None else value)
        return self.step(None, name if value is None else LITERAL, self.node, (), (), False, place)

    def call(
        self, expression: Expression, node: Node, slots: list[int], run: Callable[..., Any], roles: tuple[Role, ...]
    ) -> int:
        """Append the step of a call some of whose arguments are plain numbers; the slot of its result."""
        args: list[int] = []
        numbers: list[int | float] = []
        for at, role in zip(node.args, roles, strict=True):
            number = None if role is TENSOR else integer_literal(expression, at)
            if number is not None:
                numbers.append(number)
            elif role is PLAIN and not expression.varying[at]:
                numbers.append(_number(expression, at))
            else:
                args.append(slots[at])
        return self.step(run, node.name, self.node, tuple(args), tuple(numbers), roles[0] is PLAIN, None)

    def composite(self, node: Node, slots: list[int]) -> int:
        """Append the steps of a composite that torch has no kernel for."""
        row = table.function(node.name)
        assert row is not None, node.name
        if row.definition is None:
            raise UnsupportedError(f"torch has no differentiable `{row.name}`")
        within = self.node
        args = [slots[position] for position in node.args]
        return expand(row, args, lambda body, names: self.emit(body, names, within)[-1])


class Role(Enum):
    """How a kernel takes an argument."""

    TENSOR = auto()
    NUMBER = auto()
    """As a plain number, whatever it is, but for a variable: the order of polygamma."""
    NUMBER_IF_INTEGER = auto()
    """As a plain number where it is a literal integer, else as a tensor: the exponent of a power."""


TENSOR, PLAIN, _ = Role
"""Members by short names, as those of `NodeKind`."""

_Kernel = tuple[Callable[..., Any] | None, tuple[Role, ...] | None]
"""What to call, None of a composite, and how it takes its arguments, None where all of them are tensors."""

_make_step = tuple.__new__
"""Makes a TorchStep of all its parts, in half the time of the class itself."""


@cache
def find_kernel(name: str, count: int) -> tuple[object | None, str, tuple[Role, ...] | None]:
    """The kernel of a function, and how it takes so many arguments.

    Returns:
        The module that has the kernel, None where torch has none; what it is called there; the role of each argument,
        None where all of them are tensors.
    """
    row = table.function(name)
    assert row is not None, name
    if row.torch is None:
        return None, "", None
    module, _, attribute = row.torch.rpartition(".")
    home = torch_kernels if module == "kernels" else attrgetter(module)(torch) if module else torch
    if count == len(row.params) and not row.constant_params and not row.plain_params:
        return home, attribute, None
    roles = [Role.TENSOR] * len(row.params) + [Role.NUMBER] * (count - len(row.params))
    for index, param in enumerate(row.params):
        if param in row.constant_params:
            roles[index] = Role.NUMBER
        elif param in row.plain_params:
            roles[index] = Role.NUMBER_IF_INTEGER
    return home, attribute, tuple(roles)


def integer_literal(expression: Expression, position: int) -> int | None:
    """The value of a literal integer, signed or not; None for anything else."""
    node = expression.nodes[position]
    value = node.value if node.kind is NUMBER else signed_literal(expression, position)
    return value.numerator if value is not None and value.denominator == 1 else None


def _number(expression: Expression, position: int) -> int | float:
    """The value of a constant argument as a plain Python number.

    Raises:
        UnsupportedError: for a constant that plain Python does not compute.
    """
    integer = integer_literal(expression, position)
    if integer is not None:
        return integer
    nodes, _ = extract_nodes(expression.nodes, (position,))
    program = compile_torch(Expression(expression.source, tuple(nodes), ()))
    return float(program((), lambda value: constant_tensor(value, torch.float64, torch.device("cpu"))))
