"""Taping: a recording that begins anew after each operation, so that each has a small graph of its own.

The graph of an operation goes from the numbers of its arguments to those of its results. What it computes on the
numbers that torch held is then one thing, and what it passes on of the errors of its arguments is another.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import isfinite
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.utils._mode_utils import no_dispatch
from torch.utils._pytree import tree_leaves, tree_map

from derivcheck.elements.node_arrays import NodeArrays
from derivcheck.errors import UnsupportedError
from derivcheck.explaining.leaves_of_views import LeavesOfViews
from derivcheck.explaining.nodes_of_tape import Formulas, NodesOfTape
from derivcheck.explaining.replays import Replay
from derivcheck.explaining.taped_run import Edge, StatedNodes, TapedOperation, TapedRun, TapedTensor, position_of
from derivcheck.explaining.torchs_adjoints import TorchsAdjoints, node_of_leaf
from derivcheck.graph.inlining import at_point
from derivcheck.model.explanation import Place
from derivcheck.model.expression import Node, NodeKind
from derivcheck.tracing.operation import Operation
from derivcheck.tracing.recording import Recording
from derivcheck.tracing.spectrum import Precise
from derivcheck.tracing.stored_nodes import shape_of_numbers


class Taping(Recording):
    """Records each operation with a graph of its own.

    Args:
        make: makes the nodes.
        values: the number that torch held for each address; filled while the run goes on.
        precise: what is known of nodes at the point to thousands of bits.
        place: tells where the operation that runs is written.
        formulas: what some torch.autograd.Functions compute, and are differentiated as; the others are read.

    Attributes:
        taped: the run.
        adjoints: watches the nodes that autograd makes.
    """

    def __init__(
        self,
        make: NodeArrays,
        values: dict[str, Fraction],
        precise: Precise | None,
        place: Callable[[], Place | None],
        formulas: Formulas | None = None,
    ) -> None:
        super().__init__(make, precise)
        self._views = LeavesOfViews(make)
        self.run = NodesOfTape(make, precise, self, self._views)
        self.taped = TapedRun(make.graph)
        self.adjoints = TorchsAdjoints()
        self._values = values
        self._place = place
        self.formulas = formulas or {}
        self._positions: dict[int, int] = {}
        self._unpacked: list[Tensor] = []
        self._by_edge: dict[Edge, TapedTensor] = {}
        self._storages: set[int] = set()
        self._pending: list[TapedTensor] = []
        self._args: tuple[Sequence[Any], dict[str, Any]] = ((), {})
        self._replay: Replay | None = None

    @property
    def _is_inside(self) -> bool:
        """Whether what runs is a part of an operation."""
        return bool(self.run.below) or self.run.is_in_function

    # --- what stands at the beginning ----------------------------------------------------------------------------

    def declare_input(self, name: str, tensor: Tensor, exact: Sequence[Fraction]) -> None:
        """Let a leaf be an input: one that does not ask for a gradient is held."""
        made = self._taped(tensor, name=name, exact=tuple(exact))
        made.leaves = [self._leaf(at, number) for at, number in zip(made.addresses, made.numbers, strict=True)]
        made.requires_grad, made.is_leaf = tensor.requires_grad, tensor.is_leaf
        if tensor.requires_grad:
            self.run.inputs.append(tensor)
            made.node = node_of_leaf(tensor)
        self.run.nodes.write(tensor, _as_tensor(made.leaves, made.shape))
        self._storages.add(tensor.untyped_storage()._cdata)

    def declare_literal(self, tensor: Tensor, value: Fraction | str) -> None:
        """Let a tensor be a literal, or a named constant: torch rounds it to its format."""
        if tensor.dtype is torch.bool or tensor.numel() != 1:
            return
        kind = NodeKind.CONSTANT if isinstance(value, str) else NodeKind.NUMBER
        graph = self.run.make.graph
        node = graph.leaf(Node(kind, value)) if isinstance(value, str) else graph.number(value)
        with no_dispatch():
            self.run.nodes.put(tensor, _as_tensor([node], shape_of_numbers(tensor)))
            self._tape("", [tensor], is_new=True)

    # --- one operation -------------------------------------------------------------------------------------------

    def __torch_dispatch__(self, func: Any, types: Any, args: Sequence[Any] = (), kwargs: Any = None) -> Any:
        """Run an operation, and put it on the tape."""
        if not self._is_inside:
            self.settle()
            self._args = (args, dict(kwargs or {}))
            if any(isinstance(one, Tensor) and one in self.run.nodes for one in tree_leaves(self._args)):
                self._replay = Replay.of(func, *self._args, self._positions)
                self._let_bases_be_written(func)
        return super().__torch_dispatch__(func, types, args, kwargs)

    def _let_bases_be_written(self, func: Any) -> None:
        """Where an operation writes into a view, autograd lets it write into what that is a view of."""
        if func._schema.is_mutable:
            for one in Operation.of(self.run, func, *self._args).written:
                if one._is_view():
                    self._views.forget(one)

    def settle(self) -> None:
        """Note what autograd says of the tensors that were made last: it has a word about each once it is made."""
        for made in self._pending:
            tensor = made.tensor
            made.requires_grad, made.is_leaf = tensor.requires_grad, tensor.is_leaf
            if tensor.grad_fn is not None:
                made.node, made.output = tensor.grad_fn, tensor.output_nr
                self.adjoints.watch(made.node)
            self._take_back(made)
        self._pending.clear()

    def _take_back(self, made: TapedTensor) -> None:
        """Take a tensor off the tape that is to autograd another one, which stands there already.

        So it is with a result that autograd saved for a backward pass of its own, and unpacks. A copy that torch makes
        below autograd of a lazy conjugate, to compute with it, stands for that.
        """
        original = self._by_edge.setdefault(made.edge, made) if made.edge is not None else self._resolved(made)
        if original is not None and original.tensor is made.tensor:
            made.is_rewritten = original is not made
            return
        if original is None or self.taped.tensors[-1] is not made:
            return
        self.taped.tensors.pop()
        self.taped.operations.pop()
        self._unpacked.append(made.tensor)
        self._positions[id(made.tensor)] = original.position
        self._views.keep(made.tensor, _as_tensor(original.leaves, original.shape))

    def _resolved(self, made: TapedTensor) -> TapedTensor | None:
        """The lazy conjugate, or negation, that a tensor is a copy of."""
        operation = None if made.operation is None else self.taped.operations[made.operation]
        if operation is None or operation.name != "clone" or made.requires_grad or not operation.arguments:
            return None
        original = self.taped.tensors[operation.arguments[0]]
        is_lazy = original.tensor.is_conj() or original.tensor.is_neg()
        return original if is_lazy and original.requires_grad else None

    def view(self, func: Any, of: Sequence[Tensor], result: Any) -> Any:
        """A view: on the tape it is an operation, and has numbers of its own."""
        if self._is_inside:
            return super().view(func, of, result)
        found = self._moved(func)
        super().view(func, of, result)
        views = [one for one in tree_leaves(result) if isinstance(one, Tensor)]
        self._tape(_plain_name(func), views, self._replay, graphs=found)
        return result

    def _moved(self, func: Any) -> list[list[int]] | None:
        """The numbers of a view, as those of what it is of; None where its nodes must be asked."""
        args, kwargs = self._args
        tensors = [one for one in tree_leaves((args, kwargs)) if isinstance(one, Tensor)]
        if any(one.is_complex() for one in tensors):
            return None
        nodes = {id(one): self.run.read(one) for one in tensors if one in self.run.nodes}
        given = tree_map(lambda one: nodes.get(id(one), one) if isinstance(one, Tensor) else one, (args, kwargs))
        try:
            found = func(*given[0], **given[1])
        except RuntimeError:
            return None
        return [one.reshape(-1).tolist() for one in tree_leaves(found) if isinstance(one, Tensor)]

    def keep(self, call: Operation, result: Any, found: Any) -> None:
        """Let the results have their nodes, and put the operation on the tape."""
        super().keep(call, result, found)
        if self._is_inside:
            return
        results = [one for one in tree_leaves(result) if isinstance(one, Tensor)]
        self._tape(call.name, results, self._replay, written=call.written)

    def decompose(self, func: Any, args: Sequence[Any], kwargs: Any) -> Any:
        """An operation that is read by its parts is one operation on the tape: autograd has one node for it."""
        if self._is_inside:
            return super().decompose(func, args, kwargs)
        call = Operation.of(self.run, func, args, kwargs)
        result = super().decompose(func, args, kwargs)
        results = [one for one in tree_leaves(result) if isinstance(one, Tensor)]
        results += [one for one in call.written if not any(one is other for other in results)]
        self._tape(call.name, results, self._replay, written=call.written)
        return result

    def put_function(self, name: str, results: Any, replay: Replay | None) -> None:
        """Put a torch.autograd.Function on the tape, whose forward pass is over."""
        tensors = [one for one in tree_leaves(results) if isinstance(one, Tensor)]
        if any(one.requires_grad and one not in self.run.nodes for one in tensors):
            words = f"nothing was recorded of what the forward pass of `{name}` returned"
            raise UnsupportedError(words, hint="state a formula of what it computes")
        with no_dispatch():
            self._tape(name, tensors, replay, is_own=True)

    def put_stated(
        self, name: str, results: Any, replay: Replay, arguments: Sequence[Any], stated: StatedNodes
    ) -> None:
        """Put a torch.autograd.Function on the tape that ran unseen, and of which a formula says what it computes.

        Args:
            name: its name.
            results: what it returned.
            replay: runs it again.
            arguments: what it was called with.
            stated: what the formula says.
        """
        tensors = [one for one in tree_leaves(results) if isinstance(one, Tensor)]
        for one, made in zip(tensors, stated.value, strict=True):
            self.run.nodes.put(one, torch.from_numpy(np.broadcast_to(made, shape_of_numbers(one)).copy()))
        self.run.follow(tensors)
        pairs = zip(tensors, stated.slope, strict=True)
        slopes = [np.broadcast_to(made, one.shape).ravel().tolist() for one, made in pairs]
        self._tape(name, tensors, replay, is_own=True, slopes=slopes)
        operation = self.taped.operations[-1]
        operation.gradients = {
            position: nodes.ravel().tolist()
            for place, nodes in stated.gradients.items()
            if (position := self.position_of(arguments[place])) is not None
        }
        operation.upstreams = stated.upstreams

    def position_of(self, tensor: Tensor) -> int | None:
        """Where a tensor stands on the tape; None of one that is not there."""
        return self._positions.get(id(tensor))

    def replay_of(self, run: Callable[..., Any], tensors: Sequence[Any]) -> Replay:
        """What runs an operation again that is called with tensors alone."""
        with no_dispatch():
            return Replay.of(run, tuple(tensors), {}, self._positions)

    # --- the tape ------------------------------------------------------------------------------------------------

    def _tape(
        self,
        name: str,
        results: Sequence[Tensor],
        replay: Replay | None = None,
        *,
        written: Sequence[Tensor] = (),
        graphs: Sequence[list[int]] | None = None,
        slopes: Sequence[list[int]] | None = None,
        is_own: bool = False,
        is_new: bool = False,
    ) -> None:
        """Put an operation on the tape, and let its results begin anew."""
        bases = [one._base for one in written if one._is_view() and one._base is not None]
        if bases:
            self._put(name, bases, None, written=bases)
            for one in written:
                if one._is_view():
                    self._put("as_strided", [one], None)
            results = [one for one in results if not any(one is other for other in written)]
        self._put(name, results, replay, written=written, graphs=graphs, slopes=slopes, is_own=is_own, is_new=is_new)

    def _put(
        self,
        name: str,
        results: Sequence[Tensor],
        replay: Replay | None,
        *,
        written: Sequence[Tensor] = (),
        graphs: Sequence[list[int]] | None = None,
        slopes: Sequence[list[int]] | None = None,
        is_own: bool = False,
        is_new: bool = False,
    ) -> None:
        """Put one operation on the tape."""
        chosen = [
            at
            for at, one in enumerate(results)
            if (one.is_floating_point() or one.is_complex()) and one in self.run.nodes
        ]
        if not chosen:
            return
        operation = len(self.taped.operations)
        nodes = [self.run.nodes.of(results[at]).reshape(-1).tolist() if graphs is None else graphs[at] for at in chosen]
        slope = nodes if slopes is None else [slopes[at] for at in chosen]
        arguments = self._arguments(replay, [at for one in (*nodes, *slope) for at in one])
        made = [self._taped(results[at], operation=operation) for at in chosen]
        for one, found in zip(made, nodes, strict=True):
            self._begin_anew(one, found, is_written=is_new or any(one.tensor is other for other in written))
        positions = tuple([one.position for one in made])
        self.taped.operations.append(
            TapedOperation(
                name,
                arguments,
                positions,
                nodes,
                slope,
                self._place(),
                None if replay is None else replay.of_results(chosen),
                () if replay is None else replay.tensors,
                () if replay is None else replay.positions,
                is_own,
            )
        )
        self._pending += made

    def _taped(self, tensor: Tensor, **known: Any) -> TapedTensor:
        position = len(self.taped.tensors)
        plain = tensor.detach().resolve_conj().resolve_neg()
        flat = torch.view_as_real(plain) if plain.is_complex() else plain
        numbers = tuple(flat.reshape(-1).double().tolist())
        made = TapedTensor(position, tensor, numbers, shape_of_numbers(tensor), [], **known)
        self.taped.tensors.append(made)
        self._positions[id(tensor)] = position
        return made

    def _begin_anew(self, made: TapedTensor, nodes: Sequence[int], *, is_written: bool) -> None:
        """Let the numbers of a tensor be variables of what comes, but those that are known whatever the point."""
        values = self.run.make.graph.values
        made.leaves = [
            at if at < 0 or (values[at] is not None and values[at] == number) else self._leaf(address, number)
            for at, number, address in zip(nodes, made.numbers, made.addresses, strict=True)
        ]
        tensor, storage = made.tensor, made.tensor.untyped_storage()._cdata
        found = _as_tensor(made.leaves, made.shape)
        if storage in self._storages and not is_written:
            self._views.keep(tensor, found)
            return
        self._storages.add(storage)
        self._views.forget(tensor)
        self.run.nodes.write(tensor, found)

    def _leaf(self, address: str, number: float) -> int:
        if isfinite(number):
            self._values.update(at_point({address: Fraction(number)}))
        return self.run.make.graph.leaf(Node(NodeKind.VARIABLE, address))

    def _arguments(self, replay: Replay | None, nodes: Sequence[int]) -> tuple[int, ...]:
        """The positions of what an operation was made from, in the order of its arguments."""
        graph = self.run.make.graph
        below = graph.below(*{at for at in nodes if at >= 0})
        names = [graph.leaves[at].name for at in below if at in graph.leaves and graph.depends[at]]
        by_graph = [position_of(name) for name in names]
        given = [] if replay is None else [at for at in replay.positions if at is not None]
        return tuple(dict.fromkeys([*given, *by_graph]))


def _as_tensor(nodes: Sequence[int], shape: Sequence[int]) -> Tensor:
    return torch.tensor(nodes, dtype=torch.int64).reshape(tuple(shape))


def _plain_name(func: Any) -> str:
    return str(func._schema.name.rpartition("::")[2])
