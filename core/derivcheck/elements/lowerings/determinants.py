"""Determinants, right for a singular matrix too: by minors where it is small, else by elimination, or by Bird's sums.

R. S. Bird, A simple division-free algorithm for computing determinants, Information Processing Letters 111 (2011).
"""

from __future__ import annotations

import numpy as np

from derivcheck.elements.lowerings.chains import NOTHING, chain, sum_products
from derivcheck.elements.lowerings.matrices import MOST_BY_MINORS, Elimination, by_minors, each_matrix, square
from derivcheck.elements.node_arrays import NodeArrays, Nodes


def det(make: NodeArrays, x: Nodes) -> Nodes:
    """The determinant of a square matrix, or of each in a stack."""
    square(make, "det", x)
    return each_matrix(lambda matrix: _determinant(make, matrix), (), x)


def logdet(make: NodeArrays, x: Nodes) -> Nodes:
    """The logarithm of the determinant, which has no value where that is negative or 0."""
    square(make, "logdet", x)
    return make.call("log", det(make, x))


def slogdet(make: NodeArrays, x: Nodes) -> tuple[Nodes, Nodes]:
    """The sign of the determinant, and the logarithm of its size."""
    square(make, "slogdet", x)
    found = det(make, x)
    return make.call("sign", found), make.call("log", make.call("abs", found))


def _determinant(make: NodeArrays, x: Nodes) -> Nodes:
    """The determinant of one matrix.

    Elimination divides by its pivots. Where one of them may be 0 the matrix may be singular: it has a determinant
    then, and derivatives of it, but no elimination shows them.
    """
    if len(x) <= MOST_BY_MINORS:
        return by_minors(make, x)
    elimination = Elimination(make, x)
    if not elimination.is_sure:
        return _by_birds_sums(make, x)
    product = chain(make, "mul", elimination.rows.diagonal())
    return product if elimination.is_even else make.call("neg", product)


def _by_birds_sums(make: NodeArrays, x: Nodes) -> Nodes:
    """The determinant without a division.

    With F = X at first, F becomes mu(F) @ X, n - 1 times, where mu(F) has the elements of F above the diagonal, 0
    below it, and on it -(F[i+1, i+1] + ... + F[n-1, n-1]). Then det X = (-1)**(n-1) F[0, 0].
    """
    size = len(x)
    found = x
    for _ in range(size - 1):
        upper = np.full((size, size), NOTHING, dtype=np.int64)
        above = np.triu_indices(size, 1)
        upper[above] = found[above]
        later = found[-1, -1]
        for place in range(size - 2, -1, -1):
            upper[place, place] = make.call("neg", later)
            later = make.call("add", found[place, place], later)
        found = sum_products(make, upper[:, None, :], x.T)
    return found[0, 0] if size % 2 else make.call("neg", found[0, 0])
