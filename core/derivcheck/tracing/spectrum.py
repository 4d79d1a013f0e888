"""Eigenvalues and eigenvectors as nodes: as polynomials in what the matrix differs by from what it is at the point.

Let A = V L V**-1 at the point, where the numbers of V and L are known to thousands of bits. With D = V**-1 A V - L,
which is 0 there, the eigenvalues and vectors of A are power series in D where the eigenvalues are simple: V (I + E) has
the vectors of A for its columns, where for each column i

    value[i] = L[i] + D[i, i] + the sum of D[i, k] E[k, i] over k != i
    E[j, i] = (D[j, i] + the sum of D[j, k] E[k, i] over k != i - (value[i] - L[i]) E[j, i]) / (L[i] - L[j])

(T. Kato, "Perturbation Theory for Linear Operators", 1966, II.2). Put into itself, that has one more order right each
time. The series to the second order have the true value and the true first and second derivatives at the point.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Protocol

import numpy as np

from derivcheck.elements.node_arrays import NodeArrays
from derivcheck.errors import UnsupportedError
from derivcheck.graph.building import Graph
from derivcheck.tracing.pairs import ComplexNodes, Pair

_Rows = Sequence[Sequence[tuple[Fraction, Fraction]]]


class Eigenpairs(Protocol):
    """Eigenvalues and eigenvectors at the point: `balls.eigenpairs.Eigenpairs`."""

    @property
    def values(self) -> Sequence[tuple[Fraction, Fraction]]:
        """The eigenvalues."""

    @property
    def vectors(self) -> _Rows:
        """A column for each, whose largest number is 1."""

    @property
    def inverse(self) -> _Rows:
        """The inverse of that matrix."""

    @property
    def gaps(self) -> _Rows:
        """One over the difference of two eigenvalues, the later index being that of the first of them."""


class Precise(Protocol):
    """What is known of nodes at the point to thousands of bits: `balls.estimates.Estimates`."""

    def eigenpairs(
        self, graph: Graph, real: Sequence[Sequence[int]], imag: Sequence[Sequence[int]]
    ) -> Eigenpairs | None:
        """The eigenvalues and eigenvectors of a matrix; None where they are not simple."""

    def vanish_nearby(self, graph: Graph, nodes: Sequence[int]) -> bool:
        """Whether nodes are 0 beside the point, too."""


class Spectrum:
    """The eigenvalues and eigenvectors of one matrix, as nodes.

    Args:
        make: makes the nodes.
        precise: what is known at the point.
        matrix: the matrix.

    Attributes:
        at_point: about what the eigenvalues are at the point.

    Raises:
        UnsupportedError: where the eigenvalues are not simple: then they have no derivatives, or the vectors have none.
    """

    def __init__(self, make: NodeArrays, precise: Precise | None, matrix: Pair) -> None:
        self._complex = ComplexNodes(make)
        self._make = make
        if precise is None:
            raise UnsupportedError("eigenvalues cannot be read without what is known of them at the point")
        found = precise.eigenpairs(make.graph, matrix.real.tolist(), matrix.imag.tolist())
        if found is None:
            raise UnsupportedError("eigenvalues that are not simple have no derivatives that can be read")
        self.at_point = np.array([complex(float(real), float(imag)) for real, imag in found.values])
        self._size = len(matrix.real)
        self._values = self._constants([found.values])[0]
        self._vectors = self._constants(found.vectors)
        self._gaps = self._constants(found.gaps)
        product = self._complex.matmul(self._complex.matmul(self._constants(found.inverse), matrix), self._vectors)
        self._off = self._less_diagonal(product)
        first = self._complex.mul(self._without_diagonal(self._off), self._gaps)
        self._sums = self._complex.matmul(self._off, first)
        self._first = first

    @property
    def values(self) -> Pair:
        """The eigenvalues."""
        add = self._complex.add
        return add(self._values, add(_diagonal(self._off), _diagonal(self._sums)))

    @property
    def vectors(self) -> Pair:
        """A column for each eigenvalue: an eigenvector of any length."""
        c = self._complex
        moved = c.mul(_diagonal(self._off)[None, :], self._first)
        second = c.mul(c.sub(c.add(self._off, self._sums), moved), self._gaps)
        return c.add(self._vectors, c.matmul(self._vectors, self._without_diagonal(second)))

    def of_length_1(self, vectors: Pair, like: np.ndarray[tuple[int, ...], np.dtype[np.complex128]]) -> Pair:
        """Eigenvectors of the length 1, each turned by the angle at which it is what torch returned.

        Args:
            vectors: a column each.
            like: what torch returned.
        """
        c, make = self._complex, self._make
        lengths = make.call("sqrt", c.total(c.squares(vectors.mT)))
        found = c.over(vectors, lengths[None, :])
        real, imag = make.estimate(found.real), make.estimate(found.imag)
        turns = np.sum((real - 1j * imag) * like, axis=0)
        return c.mul(found, self._turned(turns)[None, :])

    def _turned(self, turns: np.ndarray[tuple[int, ...], np.dtype[np.complex128]]) -> Pair:
        """Complex numbers of the size 1 near some numbers: 1 and -1 where these are real but for a rounding."""
        real, imag = [], []
        for turn in turns.tolist():
            if abs(turn.imag) < _ROUNDING * abs(turn):
                real.append(self._make.number(1 if turn.real > 0 else -1))
                imag.append(self._make.number(0))
                continue
            x, y = self._make.number(Fraction(turn.real)), self._make.number(Fraction(turn.imag))
            parts = [self._make.formula("x/sqrt(x**2 + y**2)", x=one, y=other) for one, other in ((x, y), (y, x))]
            real.append(parts[0])
            imag.append(parts[1])
        return Pair(np.array(real, dtype=np.int64), np.array(imag, dtype=np.int64))

    def _constants(self, rows: _Rows) -> Pair:
        number = self._make.graph.number
        found = [[[number(one[part]) for one in row] for row in rows] for part in (0, 1)]
        shape = (len(rows), len(rows[0]) if rows else 0)
        real, imag = (np.array(part, dtype=np.int64).reshape(shape) for part in found)
        return Pair(real, imag)

    def _less_diagonal(self, x: Pair) -> Pair:
        """D: a matrix less the eigenvalues at the point on its diagonal."""
        found = x.moved(np.copy)
        less = self._complex.sub(_diagonal(x), self._values)
        np.fill_diagonal(found.real, less.real)
        np.fill_diagonal(found.imag, less.imag)
        return found

    def _without_diagonal(self, x: Pair) -> Pair:
        zero = int(self._make.number(0))
        return x.moved(lambda nodes: np.where(np.eye(self._size, dtype=bool), zero, nodes))


def in_order(
    found: np.ndarray[tuple[int, ...], np.dtype[np.complex128]],
    wanted: np.ndarray[tuple[int, ...], np.dtype[np.complex128]],
) -> list[int]:
    """The places of eigenvalues in the order in which torch returned them.

    Raises:
        UnsupportedError: where it cannot be told which is which.
    """
    left = list(range(len(found)))
    order = []
    for value in wanted.tolist():
        nearest = min(left, key=lambda at: abs(found[at] - value))
        left.remove(nearest)
        order.append(nearest)
    scale = max(1.0, float(np.max(np.abs(found), initial=0.0)))
    if np.any(np.abs(found[order] - wanted) > _FAR * scale):
        raise UnsupportedError("eigenvalues that torch returned cannot be told apart")
    return order


def _diagonal(x: Pair) -> Pair:
    return x.moved(lambda nodes: nodes.diagonal())


_ROUNDING = 1e-5
"""How far the angle of an eigenvector may be from 0 or from a half turn, to be that."""

_FAR = 1e-3
"""How far an eigenvalue may be from what torch returned, which float32 may have computed."""
