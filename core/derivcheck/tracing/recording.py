"""Recording: torch code is run, and each operation that it runs on its inputs' numbers makes nodes beside the tensors.

A dispatch mode sees the operations below autograd, those of a torch.autograd.Function's forward pass included. Views
and movements need no nodes of their own; arithmetic calls the functions of the table. What does not depend on the
inputs stays a constant of the run: buffers, random numbers, integers, branches on `.item()`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch._ops import HigherOrderOperator
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map

from derivcheck.elements.elements import Elements
from derivcheck.elements.lowering import Lowered
from derivcheck.elements.node_arrays import NodeArrays, Nodes
from derivcheck.errors import ShapeError, UnsupportedError
from derivcheck.graph.inlining import held_name
from derivcheck.model.expression import Node, NodeKind
from derivcheck.model.shaped_values import addresses
from derivcheck.tracing.custom_functions import listening
from derivcheck.tracing.custom_operators import body_of
from derivcheck.tracing.nodes_of_run import NodesOfRun
from derivcheck.tracing.operation import Operation
from derivcheck.tracing.operations.lookup import handler_of
from derivcheck.tracing.pairs import Pair
from derivcheck.tracing.second_look import BITS, Checked, Estimates, check, exact_values
from derivcheck.tracing.spectrum import Precise
from derivcheck.tracing.stored_nodes import shape_of_numbers
from derivcheck.tracing.traits import tells_numbers, traits_of


@dataclass(frozen=True, slots=True)
class Recorded:
    """What torch code computed.

    Attributes:
        lowered: the elements of its outputs, as if a formula had been lowered; the addresses are those of its inputs,
            and where something is detached the held ones.
        constants: what of the run was taken for a constant although it depends on the inputs, or on chance.
        formats: the formats of the real numbers that the run computed.
    """

    lowered: Lowered
    constants: tuple[str, ...] = ()
    formats: frozenset[torch.dtype] = frozenset()


class Recording(TorchDispatchMode):
    """Records the operations that run while it is active.

    Args:
        make: makes the nodes.
        precise: what is known of nodes at the point to thousands of bits; None where nothing is.
        holds: whether what autograd takes for a constant is one.
    """

    def __init__(self, make: NodeArrays, precise: Precise | None = None, *, holds: bool = True) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.run = NodesOfRun(make, precise, holds=holds)

    supports_higher_order_operators = True  # torch's own flag: they are handed to the mode, which names them

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """Torch's own hook: otherwise the first dispatch imports all of torch._dynamo, which takes a second."""
        return False

    def declare(self, name: str, tensor: Tensor) -> None:
        """Let a tensor be an input by which the code is differentiated."""
        leaf, shape = self.run.make.graph.leaf, shape_of_numbers(tensor)
        found = [leaf(Node(NodeKind.VARIABLE, at)) for at in addresses(name, shape)]
        self.run.inputs.append(tensor)
        self.run.nodes.write(tensor, torch.tensor(found, dtype=torch.int64).reshape(shape))

    # --- one operation -------------------------------------------------------------------------------------------

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        """Run an operation, and record it where it concerns the inputs."""
        kwargs = kwargs or {}
        if isinstance(func, HigherOrderOperator):
            raise unreadable(func)
        if any(one.__torch_dispatch__ is not Tensor.__torch_dispatch__ for one in types):
            return NotImplemented  # a subclass says itself which operations on plain tensors it stands for
        traits = traits_of(func)
        if traits.is_random:
            self.run.note(f"random numbers (`{func.name()}`)")
        tensors = [one for one in tree_leaves((args, kwargs)) if isinstance(one, Tensor)]
        if not any(tensor in self.run.nodes for tensor in tensors):
            return func(*args, **kwargs)
        if traits.is_composite and (traits.is_view or traits.gives_no_tensor):
            return self.decompose(func, args, kwargs)
        if traits.is_view:
            return self.view(func, tensors, func(*args, **kwargs))
        if traits.gives_no_tensor:
            return self.taken_out(func, func(*args, **kwargs))
        call = Operation.of(self.run, func, args, kwargs)
        for tensor in call.written:
            self.run.release(tensor)
        handler = handler_of(call)
        if handler is None and not call.written and not any(map(_holds_numbers, tensors)):
            return self.of_integers(func, func(*args, **kwargs))
        if handler is None:
            return self.decompose(func, args, kwargs)
        found = handler(call)  # before torch runs, which may write over what it reads
        result = func(*args, **kwargs)
        self.keep(call, result, found(result) if callable(found) else found)
        self.run.follow(result)
        return result

    def view(self, func: Any, of: Sequence[Tensor], result: Any) -> Any:
        """A view, which shares memory with what it is of, and so its nodes.

        Raises:
            UnsupportedError: where it is none, but a copy.
        """
        if not all(one in self.run.nodes for one in tree_leaves(result) if isinstance(one, Tensor)):
            raise unreadable(func)
        if func.name() not in _DETACHING and not any(map(self.run.is_constant, of)):
            self.run.follow(result)
        return result

    def of_integers(self, func: Any, result: Any) -> Any:
        """Integers and conditions that are made of such: constants of the run.

        Raises:
            UnsupportedError: where numbers come out, by which autograd differentiates.
        """
        if any(_holds_numbers(one) for one in tree_leaves(result) if isinstance(one, Tensor)):
            raise unreadable(func)
        self.run.note(f"integers of the run (`{func.name()}`)")
        return result

    def taken_out(self, func: Any, result: Any) -> Any:
        """What an operation says of tensors to the program: a size, a number, whether two are equal."""
        if tells_numbers(func):
            self.run.note(f"a number of the run that the code looks at (`{func.name()}`)")
            if not self.run.is_in_function:
                self.run.taken_out.append(result)
        return result

    def decompose(self, func: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """Run an operation as torch's own decomposition of it, or as its author's, whose operations are recorded.

        Raises:
            UnsupportedError: where there is none.
        """
        if not self.run.below:
            args, kwargs = self.with_constants_apart(func, args, kwargs)
        self.run.below += 1
        try:
            with self:
                if func.name().startswith("aten::_foreach_"):
                    return each_of_lists(func, args, kwargs)
                found = func.decompose(*args, **kwargs)
                if found is not NotImplemented:
                    return found
                from torch._decomp import decomposition_table  # it loads torch's references: only where one is needed

                body = decomposition_table.get(func) or body_of(func, args)
                if body is not None:
                    return body(*args, **kwargs)
        finally:
            self.run.below -= 1
        raise unreadable(func)

    def with_constants_apart(
        self, func: Any, args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> tuple[Sequence[Any], Mapping[str, Any]]:
        """The arguments, constants among them in memory of their own: a decomposition runs below autograd."""
        written = Operation.of(self.run, func, args, kwargs).written

        def apart(one: Any) -> Any:
            if not isinstance(one, Tensor) or one not in self.run.nodes or any(one is other for other in written):
                return one
            if one.dtype is torch.bool or not self.run.is_constant(one):
                return one
            copy = one.detach().clone()
            self.run.nodes.put(copy, self.run.read(one))
            return copy

        return tree_map(apart, args), tree_map(apart, kwargs)

    def keep(self, call: Operation, result: Any, found: Any) -> None:
        """Let the results have their nodes; None of what is no number of the run's."""
        outputs = list(result) if isinstance(result, tuple | list) else [result]
        several = (
            list(found) if isinstance(found, tuple | list) else [found] * (1 if found is not None else len(outputs))
        )
        if len(several) != len(outputs):
            raise unreadable(call.func)
        kept: list[Tensor] = []
        for output, nodes in zip(outputs, several, strict=True):
            if nodes is None or not isinstance(output, Tensor) or output.is_meta:
                continue
            if isinstance(nodes, Pair) and not output.is_complex():
                nodes = nodes.real  # noqa: PLW2901 (a copy into a real tensor takes the real parts)
            made = _as_stored(call.as_conditions(np.asarray(nodes)) if output.dtype is torch.bool else nodes)
            if output.is_complex() and not isinstance(nodes, Pair):
                raise UnsupportedError(f"the operation `{call.func.name()}` has a complex result, which cannot be read")
            shape = (*output.shape, 2) if output.is_complex() else output.shape
            made = made.expand(shape) if made.shape != shape else made
            if call.writes_to(output):
                self.run.nodes.write(output, made)
            else:
                self.run.nodes.put(output, made)
            kept.append(output)
        for tensor in call.written:  # what has no nodes now holds numbers that do not depend on the inputs
            if not any(tensor is one for one in kept) and tensor in self.run.nodes:
                self.forget(tensor)

    def forget(self, tensor: Tensor) -> None:
        """After something that cannot depend on the inputs was written into a tensor: it holds constants."""
        if self.run.nodes.has_changed(tensor):
            self.run.nodes.write(tensor, self.run.nodes.constants(tensor))


_DETACHING = frozenset({"aten::detach"})
"""Views that autograd does not follow."""


def each_of_lists(func: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> list[Any] | None:
    """What `torch._foreach_mul` and the like do: an operation for each element of lists."""
    name = func._schema.name.removeprefix("aten::_foreach_")
    operation = getattr(torch.ops.aten, name)
    count = next(len(one) for one in (*args, *kwargs.values()) if isinstance(one, list | tuple))

    def at(index: int, one: Any) -> Any:
        return one[index] if isinstance(one, list | tuple) else one

    found = [
        operation(*[at(index, one) for one in args], **{name: at(index, one) for name, one in kwargs.items()})
        for index in range(count)
    ]
    return found if func._schema.returns else None


def _holds_numbers(tensor: Tensor) -> bool:
    return tensor.is_floating_point() or tensor.is_complex()


def unreadable(func: Any) -> UnsupportedError:
    """The error about an operation that nothing reads."""
    name = func.name() if callable(func.name) else func.name
    return UnsupportedError(f"the operation `{name}` cannot be read", hint="state a formula of what the code computes")


def _as_stored(nodes: Nodes | Pair | Tensor) -> Tensor:
    """Nodes as they are kept beside the memory of a tensor."""
    if isinstance(nodes, Pair):
        return nodes.as_stored()
    return nodes if isinstance(nodes, Tensor) else torch.from_numpy(nodes.copy())


def _as_numbers(run: NodesOfRun, output: Tensor) -> Tensor:
    """The nodes of an output; of conditions those of the numbers 1 and 0."""
    nodes = run.read(output)
    if output.dtype is not torch.bool:
        return nodes
    return torch.from_numpy(Operation(run, None, "", {}).as_numbers(nodes.numpy()))


def record(
    function: Callable[..., Any], inputs: Mapping[str, Tensor], estimates: Estimates, *, holds: bool = True
) -> Recorded:
    """Run a function once and record what it computes.

    Args:
        function: takes the tensors of `inputs` by position; its outputs are the tensors in what it returns.
        inputs: leaves that ask for a gradient, by name: the variables. A complex one is a pair of numbers each.
        estimates: gives for the exact value of each variable about what nodes are there, for the choice of pivots; to
            thousands of bits for eigenvalues; and for a second look, where something may have escaped.
        holds: whether what autograd takes for a constant, as what is detached, is one; else its derivative counts.

    Raises:
        UnsupportedError: for an operation that cannot be read; where what was recorded is not what the code computes.

    Example:
        >>> x = torch.tensor([3.0, 4.0], requires_grad=True)
        >>> from derivcheck.balls.estimates import Estimates
        >>> found = record(lambda x: (x * x.detach()).sum(), {"x": x}, Estimates)
        >>> found.lowered.outputs, found.lowered.elements.addresses
        (((),), ('x[0]', 'x[1]', 'x (held)[0]', 'x (held)[1]'))
    """
    here = estimates(exact_values(inputs), BITS)
    make = NodeArrays("", here)
    recording = Recording(make, here, holds=holds)
    run = recording.run
    for name, tensor in inputs.items():
        recording.declare(name, tensor)
    state = torch.get_rng_state()
    try:
        with torch.enable_grad(), listening(run), recording:
            outputs = [one for one in tree_leaves(function(*inputs.values())) if isinstance(one, Tensor)]
        with torch.enable_grad():
            nodes = [_as_numbers(run, output).reshape(-1).tolist() for output in outputs]
        nodes = [run.nodes.without_infinities(found) for found in nodes]
        make.check_infinities([])
    except ShapeError as error:
        raise UnsupportedError(error.message, hint=error.hint) from error
    check(Checked(function, inputs, outputs, nodes, run, estimates, state))
    names = [at for name, tensor in inputs.items() for at in addresses(name, shape_of_numbers(tensor))]
    taken = Elements.taken(make.graph, [at for found in nodes for at in found], names)
    present = {node.name for node in taken.nodes if node.kind is NodeKind.VARIABLE}
    held = [name for name in map(held_name, names) if name in present]
    elements = replace(taken, addresses=(*names, *held))
    formats = frozenset(one for one in run.nodes.formats if one.is_floating_point)
    return Recorded(Lowered(elements, tuple([tuple(one.shape) for one in outputs])), tuple(run.constants), formats)
