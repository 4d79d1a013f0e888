"""Reverse mode by torch.autograd.grad, each order's graph built once."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from derivcheck.autograd.sweeps import TensorFunction, by_backward_alone
from derivcheck.model import Wrt


class Reverse:
    """The value and derivatives of a function by torch.autograd.grad, with create_graph for higher orders.

    Attributes:
        asked: what will be asked for: a sweep goes to those variables only.
        absent: the derivatives for which torch returned None, or had no graph to go through; they count as 0.
        refused: what torch.autograd.grad raised where `.backward()` worked.
    """

    def __init__(
        self, function: TensorFunction, variables: Sequence[str], inputs: tuple[Tensor, ...], asked: Sequence[Wrt]
    ) -> None:
        self.variables = tuple(variables)
        self.inputs = tuple([tensor.detach().requires_grad_() for tensor in inputs])
        self.function = function
        self.asked = asked
        self._next: dict[Wrt, set[str]] = {}
        for other in asked:
            for order, name in enumerate(other):
                self._next.setdefault(other[:order], set()).add(name)
        self._orders = max(map(len, asked), default=0)
        self.known: dict[Wrt, Tensor] = {}
        self.absent: set[Wrt] = set()
        self.refused: Exception | None = None

    def __call__(self, wrt: Wrt) -> Tensor:
        """The derivative by `wrt`; the value where that is empty."""
        found = self.known.get(wrt)
        if found is not None:
            return found
        if not wrt:
            value = self.known[()] = self.function(self.inputs)
            return value
        names = {*self._next.get(wrt[:-1], ()), wrt[-1]}
        try:
            self.differentiate(wrt[:-1], [name for name in self.variables if name in names])
        except NotImplementedError:  # torch lacks a derivative by some other input, igamma's by its first
            self.differentiate(wrt[:-1], wrt[-1:])
        return self.known[wrt]

    def differentiate(self, wrt: Wrt, names: Sequence[str]) -> None:
        """The first derivatives, by some of the variables, of the derivative by `wrt`, in one sweep."""
        value = self(wrt)
        higher = self._orders > len(wrt) + 1
        tensors = [self.inputs[self.variables.index(name)] for name in names]
        found: Sequence[Tensor | None] = [None] * len(tensors)
        if value.requires_grad:
            found = self.swept(value, tensors, by_inputs=not wrt, higher=higher)
        elif wrt and self.refused is not None:  # .backward() left no graph
            raise self.refused
        for name, tensor, gradient in zip(names, tensors, found, strict=True):
            if gradient is None:
                self.absent.add((*wrt, name))
            self.known[(*wrt, name)] = torch.zeros_like(tensor) if gradient is None else gradient

    def swept(
        self, value: Tensor, tensors: Sequence[Tensor], *, by_inputs: bool, higher: bool
    ) -> Sequence[Tensor | None]:
        """The gradients of a value; those of the function itself by `.backward()` where it refuses another way."""
        upstream = torch.ones_like(value) if value.dim() else None
        try:
            # The graph stays for a derivative that is asked for by itself, where torch lacks another's.
            return torch.autograd.grad(
                value, tensors, upstream, retain_graph=True, create_graph=higher, allow_unused=True
            )
        except NotImplementedError:
            raise
        except Exception as error:
            found = by_backward_alone(self.function, self.inputs) if by_inputs else None
            if found is None:
                raise
            self.refused = error
            places = [next(at for at, mine in enumerate(self.inputs) if mine is tensor) for tensor in tensors]
            return [found[place] for place in places]
