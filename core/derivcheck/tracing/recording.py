"""Recording: torch code is run, and each operation that it runs on its inputs' numbers makes nodes beside the tensors.

A dispatch mode sees the operations below autograd, those of a torch.autograd.Function's forward pass included. Views
and movements need no nodes of their own; arithmetic calls the functions of the table. What does not depend on the
inputs stays a constant of the run: buffers, random numbers, integers, branches on `.item()`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from derivcheck.elements.elements import Elements
from derivcheck.elements.lowering import Lowered
from derivcheck.elements.node_arrays import Estimate, NodeArrays, Nodes
from derivcheck.errors import UnsupportedError
from derivcheck.graph.inlining import held_name
from derivcheck.model.expression import Node, NodeKind
from derivcheck.model.shaped_values import addresses
from derivcheck.tracing.eigenpairs import Precise
from derivcheck.tracing.nodes_of_run import NodesOfRun
from derivcheck.tracing.operation import Operation
from derivcheck.tracing.operations.lookup import handler_of
from derivcheck.tracing.pairs import Pair


@dataclass(frozen=True, slots=True)
class Recorded:
    """What torch code computed.

    Attributes:
        lowered: the elements of its outputs, as if a formula had been lowered; the addresses are those of its inputs,
            and where something is detached the held ones.
        constants: what of the run was taken for a constant although it depends on the inputs, or on chance.
    """

    lowered: Lowered
    constants: tuple[str, ...] = ()


class Recording(TorchDispatchMode):
    """Records the operations that run while it is active.

    Args:
        make: makes the nodes.
        precise: what is known of nodes at the point to thousands of bits; None where nothing is.
    """

    def __init__(self, make: NodeArrays, precise: Precise | None = None) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.run = NodesOfRun(make, precise)

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """Torch's own hook: otherwise the first dispatch imports all of torch._dynamo, which takes a second."""
        return False

    def declare(self, name: str, tensor: Tensor) -> None:
        """Let a tensor be an input by which the code is differentiated."""
        leaf, shape = self.run.make.graph.leaf, shape_of_numbers(tensor)
        found = [leaf(Node(NodeKind.VARIABLE, at)) for at in addresses(name, shape)]
        self.run.nodes.put(tensor, torch.tensor(found, dtype=torch.int64).reshape(shape))

    # --- one operation -------------------------------------------------------------------------------------------

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        """Run an operation, and record it where it concerns the inputs."""
        kwargs = kwargs or {}
        tensors = [one for one in tree_leaves((args, kwargs)) if isinstance(one, Tensor)]
        if not any(tensor in self.run.nodes for tensor in tensors):
            return func(*args, **kwargs)
        if _is_view(func):
            return func(*args, **kwargs)
        call = Operation.of(self.run, func, args, kwargs)
        handler = handler_of(call)
        if handler is None:
            return self.decompose(func, args, kwargs)
        found = handler(call)  # before torch runs, which may write over what it reads
        result = func(*args, **kwargs)
        self.keep(call, result, found)
        if call.name == "clone" and torch.is_grad_enabled() and (args[0].is_conj() or args[0].is_neg()):
            self.run.resolve(result)
        return result

    def decompose(self, func: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """Run an operation as torch's own decomposition of it, whose operations are recorded.

        Raises:
            UnsupportedError: where there is none.
        """
        self.run.below += 1
        try:
            with self:
                found = func.decompose(*args, **kwargs)
                if found is not NotImplemented:
                    return found
                from torch._decomp import decomposition_table  # it loads torch's references: only where one is needed

                if func in decomposition_table:
                    return decomposition_table[func](*args, **kwargs)
        finally:
            self.run.below -= 1
        raise UnsupportedError(f"the operation `{func.name()}` cannot be read")

    def keep(self, call: Operation, result: Any, found: Any) -> None:
        """Let the results have their nodes; None of what is no number of the run's."""
        outputs = list(result) if isinstance(result, tuple | list) else [result]
        several = list(found) if isinstance(found, tuple) else [found]
        for output, nodes in zip(outputs, several, strict=False):
            if nodes is None or not isinstance(output, Tensor):
                continue
            if isinstance(nodes, Pair) and not output.is_complex():
                nodes = nodes.real  # noqa: PLW2901 (a copy into a real tensor takes the real parts)
            made = _as_stored(nodes)
            if output.is_complex() and not isinstance(nodes, Pair):
                raise UnsupportedError(f"the operation `{call.func.name()}` has a complex result, which cannot be read")
            shape = (*output.shape, 2) if output.is_complex() else output.shape
            if call.writes_to(output):
                self.run.nodes.write(output, made)
            else:
                self.run.nodes.put(output, made.expand(shape) if made.shape != shape else made)


def _as_stored(nodes: Nodes | Pair | Tensor) -> Tensor:
    """Nodes as they are kept beside the memory of a tensor."""
    if isinstance(nodes, Pair):
        return nodes.as_stored()
    return nodes if isinstance(nodes, Tensor) else torch.from_numpy(nodes.copy())


def shape_of_numbers(tensor: Tensor) -> tuple[int, ...]:
    """The shape of a tensor's real numbers: a complex one is a pair of them."""
    return (*tensor.shape, 2) if tensor.is_complex() else tuple(tensor.shape)


def _is_view(func: Any) -> bool:
    """Whether an operation gives a view of its argument, which shares its memory and so its nodes."""
    return any(one.alias_info is not None and not one.alias_info.is_write for one in func._schema.arguments)


def record(
    function: Callable[..., Any], inputs: Mapping[str, Tensor], estimate: Estimate, precise: Precise | None = None
) -> Recorded:
    """Run a function once and record what it computes.

    Args:
        function: takes the tensors of `inputs` by position; its outputs are the tensors in what it returns.
        inputs: leaves that ask for a gradient, by name: the variables. A complex one is a pair of numbers each.
        estimate: about what nodes are at these numbers, for the choice of pivots.
        precise: what is known of them to thousands of bits, for eigenvalues; None: those cannot be read.

    Raises:
        UnsupportedError: for an operation that cannot be read.

    Example:
        >>> x = torch.tensor([3.0, 4.0], requires_grad=True)
        >>> found = record(lambda x: (x * x.detach()).sum(), {"x": x}, lambda *_: [])
        >>> found.lowered.outputs, found.lowered.elements.addresses
        (((),), ('x[0]', 'x[1]', 'x (held)[0]', 'x (held)[1]'))
    """
    make = NodeArrays("", estimate)
    recording = Recording(make, precise)
    for name, tensor in inputs.items():
        recording.declare(name, tensor)
    with torch.enable_grad(), recording:
        outputs = [one for one in tree_leaves(function(*inputs.values())) if isinstance(one, Tensor)]
    roots = [at for output in outputs for at in recording.run.read(output).reshape(-1).tolist()]
    names = [at for name, tensor in inputs.items() for at in addresses(name, shape_of_numbers(tensor))]
    taken = Elements.taken(make.graph, roots, names)
    present = {node.name for node in taken.nodes if node.kind is NodeKind.VARIABLE}
    held = [name for name in map(held_name, names) if name in present]
    elements = replace(taken, addresses=(*names, *held))
    return Recorded(Lowered(elements, tuple([tuple(one.shape) for one in outputs])), tuple(recording.run.constants))
