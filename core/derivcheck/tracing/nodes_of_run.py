"""The nodes of a run of torch code: what each tensor of it is, as the operations see it."""

from __future__ import annotations

from weakref import ref

import torch
from torch import Tensor

from derivcheck.elements.node_arrays import NodeArrays
from derivcheck.graph.inlining import held_name, is_held
from derivcheck.model.expression import Node, NodeKind
from derivcheck.tracing.calls import Calls
from derivcheck.tracing.eigenpairs import Precise
from derivcheck.tracing.stored_nodes import StoredNodes


class NodesOfRun:
    """The nodes of one run.

    Args:
        make: makes the nodes.
        precise: what is known of nodes at the point to thousands of bits; None where nothing is.

    Attributes:
        nodes: those of each tensor.
        calls: calls functions of the table on them.
        constants: what of the run was taken for a constant although it depends on the inputs, or on chance; in order.
        below: how deep in decompositions the run is, whose intermediate tensors autograd does not know.
    """

    def __init__(self, make: NodeArrays, precise: Precise | None = None) -> None:
        self.make = make
        self.precise = precise
        self.nodes = StoredNodes(make)
        self.calls = Calls(make)
        self.constants: dict[str, None] = {}
        self.below = 0
        self._held: dict[int, int] = {}
        self._resolved: dict[int, ref[Tensor]] = {}

    def read(self, tensor: Tensor) -> Tensor:
        """The nodes of an argument; of one that autograd does not follow they are those of a constant.

        A condition is no such argument: nothing is differentiated through it, but where it changes there is a kink.
        """
        found = self.nodes.of(tensor)
        if tensor.dtype is torch.bool:
            return found
        if tensor in self.nodes and not self.below and torch.is_grad_enabled() and not tensor.requires_grad:
            return found if self._is_resolved(tensor) else self.held(found)
        return found

    def resolve(self, tensor: Tensor) -> None:
        """Note that a tensor is what torch made of a lazy conjugate or negation before an operation took it.

        Torch does so below autograd: the tensor asks for no gradient, and yet the operation is differentiated.
        """
        self._resolved[id(tensor)] = ref(tensor)

    def _is_resolved(self, tensor: Tensor) -> bool:
        found = self._resolved.get(id(tensor))
        return found is not None and found() is tensor

    def held(self, nodes: Tensor) -> Tensor:
        """The same numbers, by which nothing is differentiated: `detach`, and what ran without gradients."""
        values = [self._hold(at) for at in nodes.reshape(-1).tolist()]
        return torch.tensor(values, dtype=torch.int64).reshape(nodes.shape)

    def _hold(self, root: int) -> int:
        graph = self.make.graph
        pending = [root]
        while pending:
            at = pending[-1]
            if at in self._held or at < 0 or not graph.depends[at]:
                self._held.setdefault(at, at)
                pending.pop()
                continue
            name, args = graph.calls[at]
            if name == "where" and not any(graph.depends[arg] for arg in args[1:]):
                self._held[at] = at  # a condition as a number: nothing is differentiated through it
                pending.pop()
                continue
            missing = [arg for arg in args if arg not in self._held]
            if missing:
                pending += missing
                continue
            pending.pop()
            if args:
                self._held[at] = graph.call(name, tuple([self._held[arg] for arg in args]))
            else:
                name = graph.leaves[at].name
                self._held[at] = at if is_held(name) else graph.leaf(Node(NodeKind.VARIABLE, held_name(name)))
        return self._held[root]

    def note(self, what: str) -> None:
        """Remember that something of the run is taken for a constant."""
        self.constants[what] = None
