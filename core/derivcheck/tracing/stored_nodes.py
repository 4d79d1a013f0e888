"""Nodes beside the memory of tensors: a place for each number that a storage holds.

Two tensors that share memory share nodes, as views do, and what is written into one is written into the other.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import torch
from torch import Tensor
from torch.utils._mode_utils import no_dispatch

from derivcheck.elements.infinite_elements import MINUS_INFINITY, PLUS_INFINITY
from derivcheck.elements.node_arrays import NodeArrays, Nodes
from derivcheck.errors import UnsupportedError


@dataclass(slots=True)
class _Stored:
    """The nodes of one storage; the storage is kept, so that no other gets its address.

    Attributes:
        storage: the storage.
        format: of the real numbers in it: float64 where it holds complex128.
        nodes: a node for each number in it, a complex number being two. Conditions where it holds bools.
        held: the bytes that it held when the nodes were put beside them.
    """

    storage: torch.UntypedStorage
    format: torch.dtype
    nodes: Tensor
    held: Tensor


class StoredNodes:
    """The nodes of all tensors of a run.

    Args:
        make: makes the nodes of numbers that do not depend on the inputs.

    Attributes:
        formats: those of the tensors that have nodes.
    """

    def __init__(self, make: NodeArrays) -> None:
        self.make = make
        self.formats: set[torch.dtype] = set()
        self._known: dict[int, _Stored] = {}

    def __contains__(self, tensor: Tensor) -> bool:
        """Whether a tensor has nodes: whether it depends on the inputs, or shares memory with what does."""
        return _has_memory(tensor) and tensor.untyped_storage()._cdata in self._known

    def of(self, tensor: Tensor) -> Tensor:
        """The nodes of the numbers of a tensor, in its shape; a complex one has a last dim for the two parts.

        They share memory as the tensor does, unless it is a lazy conjugate or negation of what its memory holds. Those
        of a constant are new. A number that is read as the bits of another format, as `x.view(torch.int64)` does, is a
        constant.

        Raises:
            UnsupportedError: where memory holds other numbers than those that were recorded.
        """
        known = self._stored(tensor)
        if known is None:
            return self.constants(tensor)
        self._check(known)
        return self._turned(tensor, self._view(known.nodes, tensor))

    def arrays(self, tensor: Tensor) -> Nodes:
        """The same as an array."""
        found: Nodes = self.of(tensor).numpy()
        return found

    def constants(self, tensor: Tensor) -> Tensor:
        """The nodes of the numbers that a tensor holds now; conditions of a tensor of bools."""
        plain = tensor.detach()
        self.make.allow(plain.shape)
        if plain._is_zerotensor():  # it has no memory
            return torch.zeros((*plain.shape, 2) if plain.is_complex() else plain.shape, dtype=torch.int64)
        plain = (plain if plain.layout is torch.strided else plain.to_dense()).resolve_conj().resolve_neg()
        flat = torch.view_as_real(plain) if plain.is_complex() else plain
        if plain.dtype is torch.bool:
            known = [self.condition(known=False), self.condition(known=True)]
            numbers = [known[number] for number in flat.reshape(-1).tolist()]
        else:
            numbers = [self._constant(number) for number in flat.reshape(-1).tolist()]
        return torch.tensor(numbers, dtype=torch.int64).reshape(flat.shape)

    def condition(self, *, known: bool) -> int:
        """A condition that holds, or does not, whatever the point."""
        return int(self.make.call("ne" if known else "eq", self.make.number(1), self.make.zero))

    def _constant(self, number: float | bool) -> int:
        if isinstance(number, float) and not math.isfinite(number):
            return self.no_number(number)
        return int(self.make.number(Fraction(number)))

    def no_number(self, number: float) -> int:
        """What stands for inf, -inf or nan, which a mask or a guard may hold: nan is what 0/0 is."""
        if math.isnan(number):
            return int(self.make.call("div", self.make.zero, self.make.zero))
        return int(self.make.infinity(1 if number > 0 else -1))

    def without_infinities(self, nodes: list[int]) -> list[int]:
        """Nodes of outputs, of which an infinite one is 1/0: it has no value, and those beside it have theirs."""
        zero, make = self.make.zero, self.make
        ends = {MINUS_INFINITY: -1, PLUS_INFINITY: 1}
        return [int(make.call("div", make.number(ends[at]), zero)) if at in ends else at for at in nodes]

    def put(self, tensor: Tensor, nodes: Tensor) -> None:
        """Let a tensor have nodes; the rest of its memory keeps what it has."""
        if tensor not in self:
            self._register(tensor)
        self._write(tensor, nodes)

    def write(self, tensor: Tensor, nodes: Tensor) -> None:
        """Let a tensor that was written to, or one that shares memory with it, have other nodes.

        Raises:
            UnsupportedError: where a number is written as the bits of another format.
        """
        if tensor not in self:
            self._register(tensor)
            whole = torch.empty(0, dtype=tensor.dtype, device=tensor.device).set_(tensor.untyped_storage())
            self._known[tensor.untyped_storage()._cdata].nodes.copy_(self.constants(whole).reshape(-1))
        self._write(tensor, nodes)

    def has_changed(self, tensor: Tensor) -> bool:
        """Whether the memory of a tensor that has nodes holds other bytes than those that were recorded."""
        known = self._known[tensor.untyped_storage()._cdata]
        return not _is_unchanged(known)

    def _write(self, tensor: Tensor, nodes: Tensor) -> None:
        known = self._stored(tensor)
        if known is None:
            words = "a tensor of the run is written to as the bits of another format, which cannot be read"
            raise UnsupportedError(words)
        self._view(known.nodes, tensor).copy_(self._turned(tensor, nodes))
        known.held = _bytes(known.storage).clone()

    def _register(self, tensor: Tensor) -> None:
        storage = tensor.untyped_storage()
        each = tensor.element_size() // 2 if tensor.is_complex() else tensor.element_size()
        self.formats.add(_real(tensor.dtype))
        nodes = torch.zeros(storage.nbytes() // each, dtype=torch.int64)
        self._known[storage._cdata] = _Stored(storage, _real(tensor.dtype), nodes, _bytes(storage).clone())

    def _stored(self, tensor: Tensor) -> _Stored | None:
        """What is stored beside the memory of a tensor; None where that is nothing, or numbers of another format."""
        if not _has_memory(tensor):
            return None
        known = self._known.get(tensor.untyped_storage()._cdata)
        return known if known is not None and known.format is _real(tensor.dtype) else None

    @staticmethod
    def _check(known: _Stored) -> None:
        if not _is_unchanged(known):
            words = "the memory of a tensor of the run was written to by something that cannot be read"
            hint = "what writes through `.numpy()`, a data pointer or a resized storage is no operation of torch"
            raise UnsupportedError(words, hint=hint)

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

    @staticmethod
    def _view(nodes: Tensor, tensor: Tensor) -> Tensor:
        if not tensor.is_complex():
            return nodes.as_strided(tensor.shape, tensor.stride(), tensor.storage_offset())
        strides = [2 * stride for stride in tensor.stride()]
        return nodes.as_strided([*tensor.shape, 2], [*strides, 1], 2 * tensor.storage_offset())


def shape_of_numbers(tensor: Tensor) -> tuple[int, ...]:
    """The shape of a tensor's real numbers: a complex one is a pair of them."""
    return (*tensor.shape, 2) if tensor.is_complex() else tuple(tensor.shape)


def _has_memory(tensor: Tensor) -> bool:
    """Whether numbers of a tensor lie in memory one by one; sparse ones do not, and those of no device are none."""
    return tensor.layout is torch.strided and not tensor.is_meta


def _is_unchanged(known: _Stored) -> bool:
    """Whether a storage holds what the operations that were seen left in it."""
    with no_dispatch():  # else the comparison would be taken for one of the code's own
        return known.held.numel() == known.storage.nbytes() and torch.equal(known.held, _bytes(known.storage))


def _bytes(storage: torch.UntypedStorage) -> Tensor:
    """The bytes of a storage, sharing its memory."""
    return torch.empty(0, dtype=torch.uint8, device=storage.device).set_(storage)


def _real(dtype: torch.dtype) -> torch.dtype:
    return dtype.to_real() if dtype.is_complex else dtype
