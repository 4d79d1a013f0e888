"""Torch's own adjoints: what each node of autograd was given, and what it returned, as hooks saw it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor
from torch.autograd.graph import get_gradient_edge

Gradients = tuple[Tensor | None, ...]


class TorchsAdjoints:
    """The gradients that flow through autograd's graph in one backward pass.

    Example:
        >>> x = torch.tensor(3.0, requires_grad=True)
        >>> y = x * x
        >>> found = TorchsAdjoints()
        >>> found.watch(y.grad_fn)
        >>> found.run([y], [torch.tensor(1.0)], [x])
        >>> found.given(y.grad_fn), found.returned(y.grad_fn), found.of_leaf(x)
        ((tensor(1.),), (tensor(3.), tensor(3.)), tensor(6.))
    """

    def __init__(self) -> None:
        self._nodes: dict[int, Any] = {}
        self._seen: dict[int, tuple[Gradients, Gradients]] = {}
        self._of_leaves: dict[int, Tensor | None] = {}

    def watch(self, node: Any) -> None:
        """Look at a node in the backward pass to come; what is hooked to it before that is seen as it left it."""
        self._nodes[id(node)] = node

    def _note(self, key: int, returned: Sequence[Tensor | None], given: Sequence[Tensor | None]) -> None:
        self._seen[key] = (_copied(returned), _copied(given))

    def run(self, outputs: Sequence[Tensor], upstreams: Sequence[Tensor], leaves: Sequence[Tensor]) -> None:
        """The backward pass: `.grad` of no tensor changes."""
        if not outputs or not leaves:
            return
        for node in self._nodes.values():  # not earlier: a hook sees what those before it have left
            node.register_hook(partial(self._note, id(node)))
        found = torch.autograd.grad(list(outputs), list(leaves), list(upstreams), allow_unused=True)
        self._of_leaves = {id(leaf): gradient for leaf, gradient in zip(leaves, found, strict=True)}

    def given(self, node: Any) -> Gradients | None:
        """The adjoints of what a node's operation computed; None of a node that did not run."""
        found = self._seen.get(id(node))
        return None if found is None else found[1]

    def returned(self, node: Any) -> Gradients | None:
        """What the node returned for each of its edges; None of a node that did not run."""
        found = self._seen.get(id(node))
        return None if found is None else found[0]

    def of_leaf(self, leaf: Tensor) -> Tensor | None:
        """The adjoint of a leaf; None where none arrived."""
        return self._of_leaves.get(id(leaf))


def _copied(gradients: Sequence[Tensor | None]) -> Gradients:
    """Copies: autograd adds to gradients in place, and a user's backward pass may write into what it was given."""
    return tuple([None if one is None else one.detach().clone() for one in gradients])


def node_of_leaf(leaf: Tensor) -> Any:
    """The node of autograd's that accumulates the gradient of a leaf."""
    return get_gradient_edge(leaf).node
