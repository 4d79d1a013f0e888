"""The nodes of a run of torch code: what each tensor of it is, as the operations see it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor
from torch.autograd.graph import get_gradient_edge
from torch.utils._pytree import tree_leaves

from derivcheck.elements.node_arrays import NodeArrays
from derivcheck.errors import UnsupportedError
from derivcheck.graph.inlining import held_name, is_held
from derivcheck.language import table
from derivcheck.model.expression import Node, NodeKind
from derivcheck.tracing.calls import Calls
from derivcheck.tracing.spectrum import Precise
from derivcheck.tracing.stored_nodes import StoredNodes


class NodesOfRun:
    """The nodes of one run.

    Args:
        make: makes the nodes.
        precise: what is known of nodes at the point to thousands of bits; None where nothing is.
        holds: whether what autograd takes for a constant is one; else its derivative counts.

    Attributes:
        nodes: those of each tensor.
        calls: calls functions of the table on them.
        inputs: the leaves by which the run is differentiated.
        constants: what of the run was taken for a constant although it depends on the inputs, or on chance; in order.
        taken_out: the numbers that were taken out of tensors where autograd was on, in order.
        below: how deep in decompositions the run is, whose intermediate tensors autograd does not know.
        unseen: why the nodes may not tell all that the run computed; None: they do.
    """

    def __init__(self, make: NodeArrays, precise: Precise | None = None, *, holds: bool = True) -> None:
        self.make = make
        self.holds = holds
        self.precise = precise
        self.nodes = StoredNodes(make)
        self.calls = Calls(make)
        self.inputs: list[Tensor] = []
        self.constants: dict[str, None] = {}
        self.taken_out: list[float | int | bool | complex] = []
        self.below = 0
        self.unseen: str | None = None
        self._held: dict[int, int] = {}
        self._functions: list[list[Tensor]] = []
        self._followed: dict[int, Tensor] = {}

    # --- what a tensor is ----------------------------------------------------------------------------------------

    def read(self, tensor: Tensor) -> Tensor:
        """The nodes of an argument; of one that autograd does not follow they are those of a constant.

        A condition stays what it is: it has no derivative, and where it changes the function may have none.
        """
        found = self.nodes.of(tensor)
        if tensor not in self.nodes:
            if tensor.requires_grad and not tensor.is_leaf:
                self.unseen = f"nothing was recorded of what `{_name(tensor)}` returned"
            return found
        if tensor.requires_grad and "DifferentiableGraph" in _name(tensor):
            words = "a TorchScript function that torch has compiled with its backward pass cannot be read"
            raise UnsupportedError(words, hint="check the Python function that it is made from")
        if tensor.requires_grad and "CppNode" in _name(tensor):
            self.unseen = self.unseen or f"`{_name(tensor)}` may do what no operation of torch does"
        if tensor.dtype is torch.bool or self.below or not self.holds or not self.is_constant(tensor):
            return found
        return self.held(found)

    def is_constant(self, tensor: Tensor) -> bool:
        """Whether autograd takes a tensor that has nodes for a constant: it is detached, or a leaf of its own.

        The forward pass of a torch.autograd.Function runs without autograd, and is a formula all the same: there only
        what it was given as a constant is one. So it is where gradients are off, whose results are constants later.
        """
        root = _root(tensor)
        if self._functions:
            return any(root is one for one in self._functions[-1])
        if not torch.is_grad_enabled():
            return False
        if not tensor.requires_grad:
            return id(tensor) not in self._followed
        # a view that was made without gradients asks for one all the same, and is a leaf
        if any(one.is_leaf and one.requires_grad and not self._is_input(one) for one in (tensor, root)):
            return True
        return root is not tensor and root.is_leaf and not tensor.is_leaf and not self._leads_to_input(tensor)

    def _leads_to_input(self, view: Tensor) -> bool:
        """Whether a view of a leaf is one to autograd as well: one of a view that was made without gradients is not."""
        node = view.grad_fn
        while node is not None and not hasattr(node, "variable"):
            node = node.next_functions[0][0] if node.next_functions else None
        return node is not None and any(node.variable is one for one in self.inputs)

    def follow(self, results: Any) -> None:
        """Note that tensors come from an operation that ran with autograd on: none of them is detached by itself.

        Not all of them ask for gradients: torch may make some below autograd, as where it resolves a lazy conjugate.
        """
        if torch.is_grad_enabled() and not self._functions:
            self._followed |= {id(one): one for one in tree_leaves(results) if isinstance(one, Tensor)}

    def _is_input(self, leaf: Tensor) -> bool:
        """Whether a leaf is an input, or stands for one: a saved tensor may be unpacked as another object."""
        if any(leaf is one for one in self.inputs):
            return True
        if leaf._is_view():
            return False
        with _autograd_on():
            variable = getattr(get_gradient_edge(leaf).node, "variable", None)
        return any(variable is one for one in self.inputs)

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
            row = table.function(name)
            if row is not None and row.branch and not any(graph.depends[arg] for arg in args[1:]):
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

    # --- forward passes of torch.autograd.Functions --------------------------------------------------------------

    @property
    def is_in_function(self) -> bool:
        """Whether the forward pass of a torch.autograd.Function runs, in which detaching means nothing."""
        return bool(self._functions)

    @contextmanager
    def function(self, arguments: Sequence[object], function: Any) -> Iterator[None]:
        """While the forward pass of a torch.autograd.Function runs on some arguments."""
        given = [one for one in arguments if isinstance(one, Tensor)]
        constants = [one for one in given if one in self.nodes and self.is_constant(one)]
        self.unseen = self.unseen or f"the forward pass of `{function.__name__}` may do what no operation of torch does"
        self._functions.append([_root(one) for one in constants])
        try:
            yield
        finally:
            self._functions.pop()

    def applied(self, function: Any, arguments: Sequence[Any], result: Any) -> None:
        """What a Function returned has the nodes that its operations made: there is nothing to note."""

    def release(self, tensor: Tensor) -> None:
        """Before a tensor is written to that a forward pass was given as a constant: what is written need be none."""
        if self._functions and tensor in self.nodes and self.is_constant(tensor):
            root = _root(tensor)
            self.nodes.put(root, self.held(self.nodes.of(root)))
            self._functions[-1] = [one for one in self._functions[-1] if one is not root]

    # --- what is told --------------------------------------------------------------------------------------------

    def note(self, what: str) -> None:
        """Remember that something of the run is taken for a constant."""
        self.constants[what] = None


def _autograd_on() -> Any:
    """While torch lets autograd see operations, as it does not where it calls a dispatch mode."""
    key, excluded = torch._C.DispatchKey, torch._C._dispatch_tls_local_exclude_set()
    for one in (key.AutogradFunctionality, key.ADInplaceOrView):
        excluded = excluded.remove(one)
    return torch._C._ForceDispatchKeyGuard(torch._C._dispatch_tls_local_include_set(), excluded)


def _root(tensor: Tensor) -> Tensor:
    """The tensor that a view is of, to autograd."""
    base = tensor._base if tensor._is_view() else None
    return tensor if base is None else base


def _name(tensor: Tensor) -> str:
    return "a leaf" if tensor.grad_fn is None else tensor.grad_fn.name()
