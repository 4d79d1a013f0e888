"""Nodes beside the memory of tensors: a place for each number that a storage holds.

Two tensors that share memory share nodes, as views do, and what is written into one is written into the other.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import NamedTuple

import torch
from torch import Tensor

from derivcheck.elements.node_arrays import NodeArrays, Nodes
from derivcheck.errors import UnsupportedError


class _Stored(NamedTuple):
    """The nodes of one storage; the storage is kept, so that no other gets its address.

    Attributes:
        storage: the storage.
        nodes: a node for each number in it, a complex number being two.
    """

    storage: torch.UntypedStorage
    nodes: Tensor


class StoredNodes:
    """The nodes of all tensors of a run.

    Args:
        make: makes the nodes of numbers that do not depend on the inputs.
    """

    def __init__(self, make: NodeArrays) -> None:
        self.make = make
        self._known: dict[int, _Stored] = {}

    def __contains__(self, tensor: Tensor) -> bool:
        """Whether a tensor has nodes: whether it depends on the inputs, or shares memory with what does."""
        return tensor.layout is torch.strided and tensor.untyped_storage()._cdata in self._known

    def of(self, tensor: Tensor) -> Tensor:
        """The nodes of a tensor's numbers as integers in its shape; of a complex one a last dim has the two parts.

        They share memory as the tensor does, unless it is a lazy conjugate or negation of what its memory holds. Those
        of a constant are new.
        """
        return self._turned(tensor, self._place(tensor)) if tensor in self else self.constants(tensor)

    def arrays(self, tensor: Tensor) -> Nodes:
        """The same as an array."""
        found: Nodes = self.of(tensor).numpy()
        return found

    def constants(self, tensor: Tensor) -> Tensor:
        """The nodes of the numbers that a tensor holds now.

        Raises:
            UnsupportedError: where one is inf; -inf stands for itself, as in a mask, and nan is what 0/0 is.
        """
        flat = torch.view_as_real(tensor.detach().resolve_conj()) if tensor.is_complex() else tensor.detach()
        numbers = [self._constant(number) for number in flat.reshape(-1).tolist()]
        return torch.tensor(numbers, dtype=torch.int64).reshape(flat.shape)

    def _constant(self, number: float | bool) -> int:
        if isinstance(number, float) and not math.isfinite(number):
            if number == -math.inf:
                return int(self.make.minus_infinity())
            if math.isnan(number):  # where(condition, nan, x) has a value all the same
                return self.make.graph.call("div", (int(self.make.zero), int(self.make.zero)))
            raise UnsupportedError(f"a tensor of the code holds {number}, which is no number")
        return int(self.make.number(Fraction(number)))

    def put(self, tensor: Tensor, nodes: Tensor) -> None:
        """Let a new tensor have nodes."""
        self._register(tensor)
        self._place(tensor).copy_(self._turned(tensor, nodes))

    def write(self, tensor: Tensor, nodes: Tensor) -> None:
        """Let a tensor that is written to, or one that shares memory with it, have other nodes.

        It is called before torch writes, for the rest of the memory keeps what it holds.
        """
        if tensor not in self:
            whole = torch.empty(0, dtype=tensor.dtype).set_(tensor.untyped_storage())
            self._register(tensor)
            self._known[tensor.untyped_storage()._cdata].nodes.copy_(self.constants(whole).reshape(-1))
        self._place(tensor).copy_(self._turned(tensor, nodes))

    def _place(self, tensor: Tensor) -> Tensor:
        """The nodes beside the memory of a tensor that has nodes."""
        return self._view(self._known[tensor.untyped_storage()._cdata].nodes, tensor)

    def _turned(self, tensor: Tensor, nodes: Tensor) -> Tensor:
        """What a tensor's memory holds for what the tensor is, or the other way round: its lazy signs applied."""
        if tensor.is_neg():
            nodes = self._negated(nodes)
        if tensor.is_conj():
            nodes = torch.stack([nodes[..., 0], self._negated(nodes[..., 1])], -1)
        return nodes

    def _negated(self, nodes: Tensor) -> Tensor:
        simplified = self.make.graph.simplified
        found = [simplified("neg", (at,)) for at in nodes.reshape(-1).tolist()]
        return torch.tensor(found, dtype=torch.int64).reshape(nodes.shape)

    def _register(self, tensor: Tensor) -> None:
        storage = tensor.untyped_storage()
        each = tensor.element_size() // 2 if tensor.is_complex() else tensor.element_size()
        nodes = torch.zeros(storage.nbytes() // each, dtype=torch.int64)
        self._known[storage._cdata] = _Stored(storage, nodes)

    @staticmethod
    def _view(nodes: Tensor, tensor: Tensor) -> Tensor:
        if not tensor.is_complex():
            return nodes.as_strided(tensor.shape, tensor.stride(), tensor.storage_offset())
        strides = [2 * stride for stride in tensor.stride()]
        return nodes.as_strided([*tensor.shape, 2], [*strides, 1], 2 * tensor.storage_offset())
