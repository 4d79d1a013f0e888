"""Complex numbers as pairs of real nodes, and arithmetic with them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from derivcheck.elements.node_arrays import NodeArrays, Nodes
from derivcheck.errors import UnsupportedError


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """An array of complex numbers.

    Attributes:
        real: the nodes of the real parts.
        imag: those of the imaginary parts, in the same shape.
    """

    real: Nodes
    imag: Nodes

    @classmethod
    def stored(cls, nodes: Tensor) -> Pair:
        """From the nodes of a complex tensor as they are stored: the two parts stand along a last dim."""
        parts: Nodes = nodes.numpy()
        if np.any(parts < 0):
            raise UnsupportedError("a complex number that is infinite cannot be read")
        return cls(parts[..., 0], parts[..., 1])

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the array."""
        return self.real.shape

    @property
    def ndim(self) -> int:
        """How many dims the array has."""
        return self.real.ndim

    def as_stored(self) -> Tensor:
        """The nodes as a complex tensor stores them."""
        return torch.from_numpy(np.stack([self.real, self.imag], axis=-1))

    def moved(self, move: Callable[[Nodes], Nodes]) -> Pair:
        """What a movement makes of the array."""
        return Pair(move(self.real), move(self.imag))

    def __getitem__(self, index: Any) -> Pair:
        return Pair(self.real[index], self.imag[index])

    @property
    def mT(self) -> Pair:  # noqa: N802 (torch's name)
        """The matrices with rows for columns."""
        return self.moved(lambda nodes: nodes.swapaxes(-1, -2))


def stacked(pairs: Sequence[Pair], axis: int = -1) -> Pair:
    """Arrays of one shape along a new dim."""
    return Pair(np.stack([one.real for one in pairs], axis), np.stack([one.imag for one in pairs], axis))


class ComplexNodes:
    """Makes pairs of nodes from pairs: arithmetic with complex numbers.

    What is 0 or 1 whatever the point costs no operation: the numbers of a real tensor have 0 for their imaginary parts.

    Args:
        make: makes the nodes.
    """

    def __init__(self, make: NodeArrays) -> None:
        self.make = make

    # --- real arithmetic, simplified ---------------------------------------------------------------------------------

    def real(self, name: str, *arrays: Nodes) -> Nodes:
        """A function of real numbers, element by element, without what is idle: 0 as a term, 1 as a factor."""
        shape = np.broadcast_shapes(*[array.shape for array in arrays])
        self.make.need(int(np.prod(shape, dtype=object)))
        columns = [np.broadcast_to(array, shape).ravel().tolist() for array in arrays]
        simplified = self.make.graph.simplified
        found = [simplified(name, args) for args in zip(*columns, strict=True)]
        return np.array(found, dtype=np.int64).reshape(shape)

    def total(self, x: Nodes) -> Nodes:
        """The sum along the last dim; 0 of no elements."""
        if not x.any():
            return np.zeros(x.shape[:-1], dtype=np.int64)
        found = x[..., 0]
        for at in range(1, x.shape[-1]):
            found = self.real("add", found, x[..., at])
        return found

    # --- pairs -------------------------------------------------------------------------------------------------------

    @staticmethod
    def of(real: Nodes) -> Pair:
        """Real numbers as complex ones."""
        return Pair(real, np.zeros(real.shape, dtype=np.int64))

    def add(self, x: Pair, y: Pair) -> Pair:
        """x + y."""
        real = self.real("add", x.real, y.real)
        return Pair(real, self.real("add", x.imag, y.imag)) if x.imag.any() or y.imag.any() else self.of(real)

    def sub(self, x: Pair, y: Pair) -> Pair:
        """x - y."""
        return self.add(x, self.neg(y))

    def neg(self, x: Pair) -> Pair:
        """-x."""
        return Pair(self.real("neg", x.real), self._opposite(x.imag))

    def _opposite(self, x: Nodes) -> Nodes:
        return self.real("neg", x) if x.any() else x

    def conj(self, x: Pair) -> Pair:
        """The conjugates."""
        return Pair(x.real, self._opposite(x.imag))

    def times_i(self, x: Pair) -> Pair:
        """x times the imaginary unit."""
        return Pair(self.real("neg", x.imag), x.real)

    def mul(self, x: Pair, y: Pair) -> Pair:
        """x * y."""
        mul = self._product
        if not y.imag.any():
            return Pair(mul(x.real, y.real), mul(x.imag, y.real)) if x.imag.any() else self.of(mul(x.real, y.real))
        if not x.imag.any():
            return self.mul(y, x)
        real = self.real("add", mul(x.real, y.real), self.real("neg", mul(x.imag, y.imag)))
        return Pair(real, self.real("add", mul(x.real, y.imag), mul(x.imag, y.real)))

    def _product(self, x: Nodes, y: Nodes) -> Nodes:
        return self.real("mul", x, y)

    def scaled(self, x: Pair, factor: Nodes) -> Pair:
        """x times real numbers."""
        return Pair(self._product(x.real, factor), self._product(x.imag, factor))

    def over(self, x: Pair, divisor: Nodes) -> Pair:
        """x over real numbers."""
        return Pair(self._quotient(x.real, divisor), self._quotient(x.imag, divisor))

    def _quotient(self, x: Nodes, y: Nodes) -> Nodes:
        """x / y, where 0/y is 0 if y is a plain number other than 0."""
        x, y = np.broadcast_arrays(x, y)
        self.make.need(x.size)
        graph = self.make.graph
        found = []
        for above, below in zip(x.ravel().tolist(), y.ravel().tolist(), strict=True):
            idle = not above and bool(graph.values[below])
            found.append(above if idle else graph.call("div", (above, below)))
        return np.array(found, dtype=np.int64).reshape(x.shape)

    def squares(self, x: Pair) -> Nodes:
        """The squares of the sizes."""
        return self.real("add", self._product(x.real, x.real), self._product(x.imag, x.imag))

    def div(self, x: Pair, y: Pair) -> Pair:
        """x / y."""
        if not y.imag.any():
            real = self.real("div", x.real, y.real)
            return Pair(real, self._quotient(x.imag, y.real)) if x.imag.any() else self.of(real)
        return self.over(self.mul(x, self.conj(y)), self.squares(y))

    def sum(self, x: Pair) -> Pair:
        """The sum along the last dim."""
        return Pair(self.total(x.real), self.total(x.imag))

    def product(self, x: Pair) -> Pair:
        """The product along the last dim; 1 of no elements."""
        found = self.of(self.make.full(x.shape[:-1], 1))
        for at in range(x.shape[-1]):
            found = self.mul(found, x[..., at])
        return found

    def matmul(self, x: Pair, y: Pair) -> Pair:
        """x @ y of matrices, and of stacks of them whose leading dims broadcast."""
        left = x.moved(lambda nodes: nodes[..., :, None, :])
        right = y.mT.moved(lambda nodes: nodes[..., None, :, :])
        return self.sum(self.mul(left, right))

    def integer_power(self, x: Pair, exponent: int) -> Pair:
        """x to an integer power, by repeated squaring."""
        if exponent < 0:
            return self.div(self.of(self.make.full(x.shape, 1)), self.integer_power(x, -exponent))
        found = self.of(self.make.full(x.shape, 1))
        while exponent:
            if exponent & 1:
                found = self.mul(found, x)
            exponent >>= 1
            if exponent:
                x = self.mul(x, x)
        return found
