"""The data of a taped run: the tensors that torch made, and the operations that made them, each with its own graph."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from torch import Tensor

from derivcheck.elements.node_arrays import Nodes
from derivcheck.graph.building import Graph
from derivcheck.graph.inlining import released
from derivcheck.model.explanation import Place
from derivcheck.model.shaped_values import Shape, addresses, variable_of

Edge = tuple[int, int]
"""Where a gradient flows to: the identity of a node of autograd's, and which of its outputs."""


@dataclass(slots=True, eq=False)
class TapedTensor:
    """One tensor of a run.

    Attributes:
        position: where it stands on the tape.
        tensor: the tensor itself. An operation that writes into it makes another one on the tape.
        numbers: the numbers that it held when it was made, in order; a complex number is two.
        shape: the shape of its numbers.
        name: the name of an input; "" of others.
        leaves: the nodes that stand for its numbers in the graphs of the operations that use it; those of numbers that
            are known whatever the point are these numbers.
        operation: the position of what made it among the operations; None of an input.
        exact: of an input its exact numbers.
        requires_grad, is_leaf: as torch says.
        node: its node of autograd's; of a leaf the one that accumulates; None where there is none.
        output: which output of that node it is.
        is_rewritten: whether what made it wrote into a tensor unseen by autograd, as it does where gradients are off:
            the node is that of the tensor before.
    """

    position: int
    tensor: Tensor
    numbers: tuple[float, ...]
    shape: Shape
    leaves: list[int]
    name: str = ""
    operation: int | None = None
    exact: tuple[Fraction, ...] = ()
    requires_grad: bool = False
    is_leaf: bool = True
    node: Any = None
    output: int = 0
    is_rewritten: bool = False

    @property
    def addresses(self) -> tuple[str, ...]:
        """The addresses of its numbers, in order."""
        return addresses(f"t{self.position}", self.shape)

    @property
    def edge(self) -> Edge | None:
        """Where its gradient flows to."""
        return None if self.node is None else (id(self.node), self.output)


@dataclass(slots=True, eq=False)
class TapedOperation:
    """One operation of a run: one node of autograd's, whatever it is made of.

    Attributes:
        name: torch's name of it, without namespace and overload; that of a function of the user's own.
        arguments: the positions of the tensors that it was made from.
        results: the positions of those that it made.
        nodes: for each of these the nodes of its numbers, a graph over the leaves of the arguments.
        slope: the same of what its backward pass should be the derivative of; where nobody declared another one it is
            `nodes` itself.
        place: where it is written.
        run: runs it again on tensors in the place of `tensors`; None of what has none, such as a literal.
        tensors: copies of its arguments, as they were.
        positions: the position of each of these; None of one that is not on the tape.
        is_own: whether it is a torch.autograd.Function of the user's.
        gradients: what its backward pass is declared to return, whatever its derivative is: for an argument, by its
            position, the nodes of what each of its numbers gets.
        upstreams: the variables that these have for the upstream gradient: for each result one for each of its numbers.
    """

    name: str
    arguments: tuple[int, ...]
    results: tuple[int, ...]
    nodes: list[list[int]]
    slope: list[list[int]]
    place: Place | None = None
    run: Callable[..., Any] | None = None
    tensors: tuple[Tensor, ...] = ()
    positions: tuple[int | None, ...] = ()
    is_own: bool = False
    gradients: Mapping[int, list[int]] = field(default_factory=dict)
    upstreams: Sequence[Sequence[str]] = ()


@dataclass(frozen=True, slots=True)
class StatedNodes:
    """What a formula says of a call of a torch.autograd.Function.

    Attributes:
        value: for each output the nodes of its numbers.
        slope: the same of what its backward pass should be the derivative of.
        gradients: what this is declared to return all the same, by the place of the argument.
        upstreams: as in `TapedOperation`.
    """

    value: Sequence[Nodes]
    slope: Sequence[Nodes]
    gradients: Mapping[int, Nodes] = field(default_factory=dict)
    upstreams: Sequence[Sequence[str]] = ()


@dataclass(slots=True, eq=False)
class TapedRun:
    """A run.

    Attributes:
        graph: the nodes of all operations.
        tensors: the tensors, in the order in which they were made.
        operations: the operations, likewise.
        outputs: the positions of what the run returned.
        notes: what of the run was taken for a constant.
    """

    graph: Graph
    tensors: list[TapedTensor] = field(default_factory=list)
    operations: list[TapedOperation] = field(default_factory=list)
    outputs: list[int] = field(default_factory=list)
    notes: tuple[str, ...] = ()


def position_of(address: str) -> int:
    """The position of the tensor to which an address of the tape belongs, held or not.

    Example:
        >>> position_of("t5[0, 1]"), position_of("t12 (held)")
        (5, 12)
    """
    return int(released(variable_of(address))[1:])
