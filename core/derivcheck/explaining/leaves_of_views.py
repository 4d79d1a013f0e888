"""Views as tensors of their own: their numbers have nodes apart from those of what they are views of."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from derivcheck.elements.node_arrays import NodeArrays
from derivcheck.tracing.stored_nodes import StoredNodes


class _Own(NamedTuple):
    tensor: Tensor
    leaves: Tensor
    before: Tensor


class LeavesOfViews(StoredNodes):
    """The nodes of all tensors, views having leaves of their own as long as nobody writes into their memory."""

    def __init__(self, make: NodeArrays) -> None:
        super().__init__(make)
        self._own: dict[int, _Own] = {}

    def keep(self, view: Tensor, leaves: Tensor) -> None:
        """Let a view have leaves of its own."""
        self.forget(view)
        self._own[id(view)] = _Own(view, leaves, super().of(view).clone())

    def forget(self, view: Tensor) -> None:
        """Let a tensor have the nodes that lie beside its memory."""
        self._own.pop(id(view), None)

    def of(self, tensor: Tensor) -> Tensor:
        """The nodes of the numbers of a tensor."""
        found = super().of(tensor)
        own = self._own.get(id(tensor))
        return own.leaves.clone() if own is not None and torch.equal(own.before, found) else found
