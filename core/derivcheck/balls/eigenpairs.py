"""Eigenvalues and eigenvectors of a matrix to thousands of bits, where each eigenvalue is proven to be simple.

A start of some digits is improved by Newton's steps: with B = V**-1 A V, which is diagonal but for what V is off,
V (I + E) has the double number of digits, where E[j, i] = B[j, i]/(B[i, i] - B[j, j]). At the end the circles of
Gershgorin around the diagonal of B prove it: they do not meet, so that each holds one eigenvalue, and they are tiny.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from flint import acb, acb_mat, arb

from derivcheck.balls.ball import dyadic, precision

BITS = 4800
"""The working precision at the end: more than the radius of 2**-4000 on which a truth is proven."""

_START_BITS = 300
_TINY_BITS = 4300
"""How well the eigenvalues and vectors are known at least, beside the largest of them; what is smaller is 0."""

_SIMPLE_BITS = 150
"""How near to one another two eigenvalues may be that count as two, beside the largest number of the matrix."""

Complex = tuple[Fraction, Fraction]
"""The real and the imaginary part of a number."""


@dataclass(frozen=True, slots=True)
class Eigenpairs:
    """What is known of a matrix A with simple eigenvalues: A V = V diag(values), as exact numbers near the true ones.

    Attributes:
        values: the eigenvalues, in no order.
        vectors: V, row by row: a column for each eigenvalue, whose largest number is 1.
        inverse: the inverse of V.
        gaps: 1/(values[i] - values[j]) in row j and column i; 0 on the diagonal.
    """

    values: list[Complex]
    vectors: list[list[Complex]]
    inverse: list[list[Complex]]
    gaps: list[list[Complex]]


def eigenpairs(matrix: Sequence[Sequence[acb]]) -> Eigenpairs | None:
    """The eigenvalues and eigenvectors of a matrix; None where they are not proven to be simple.

    Args:
        matrix: its numbers as balls at a precision of `BITS`.

    Example:
        >>> found = eigenpairs([[acb(2), acb(0)], [acb(0), acb(3)]])
        >>> sorted(found.values)
        [(Fraction(2, 1), Fraction(0, 1)), (Fraction(3, 1), Fraction(0, 1))]
    """
    size = len(matrix)
    if not size:
        return Eigenpairs([], [], [], [])
    with precision(BITS):
        a = acb_mat([list(row) for row in matrix])
        if not all(entry.is_finite() for entry in a.entries()):
            return None
        scale = max([abs(entry).upper() for entry in a.entries()])
        vectors = _start(a, scale)
        bits = _START_BITS // 2
        while vectors is not None and bits < BITS:
            bits *= 2
            vectors = _improved(a, vectors, min(bits + 64, BITS))
        return None if vectors is None else _proven(a, vectors, scale)


def _start(a: acb_mat, scale: arb) -> acb_mat | None:
    with precision(_START_BITS):
        middle = acb_mat(a.nrows(), a.ncols(), [entry.mid() for entry in a.entries()])
        values, vectors = middle.eig(right=True, algorithm="approx")
        least = scale * arb(2) ** -_SIMPLE_BITS
        for at, value in enumerate(values):
            if any(not abs(value - other).mid() > least for other in values[:at]):
                return None
        return vectors


def _improved(a: acb_mat, vectors: acb_mat, bits: int) -> acb_mat | None:
    """One step of Newton's, and each vector divided by its largest number."""
    with precision(bits):
        size = a.nrows()
        near = acb_mat(size, size, [entry.mid() for entry in vectors.entries()])
        try:
            b = near.solve(a * near)
        except ZeroDivisionError:
            return None
        step = acb_mat(size, size)
        for j in range(size):
            for i in range(size):
                step[j, i] = acb(1) if i == j else (b[j, i] / (b[i, i] - b[j, j])).mid()
        found = near * step
        for i in range(size):
            largest = max([found[j, i] for j in range(size)], key=lambda entry: abs(entry).mid())
            for j in range(size):
                found[j, i] = (found[j, i] / largest).mid()
        return found if all(entry.is_finite() for entry in found.entries()) else None


def _proven(a: acb_mat, vectors: acb_mat, scale: arb) -> Eigenpairs | None:
    size = a.nrows()
    near = acb_mat(size, size, [_rounded(entry, arb(1)) for entry in vectors.entries()])
    try:
        inverse = near.inv()
    except ZeroDivisionError:
        return None
    b = inverse * a * near
    values = [b[i, i] for i in range(size)]
    radii = [
        sum([abs(b[j, i]) for i in range(size) if i != j], arb(0)) + abs(b[j, j] - b[j, j].mid()) for j in range(size)
    ]
    tiny = scale * arb(2) ** -_TINY_BITS
    for j in range(size):
        if not radii[j] < tiny:
            return None
        if any(not abs(values[j] - values[i]) > radii[j] + radii[i] for i in range(j)):
            return None
    gaps = [[acb(0) if i == j else 1 / (values[i] - values[j]) for i in range(size)] for j in range(size)]
    return Eigenpairs(
        [_exact(_rounded(value, scale)) for value in values],
        [[_exact(near[j, i]) for i in range(size)] for j in range(size)],
        [[_exact(_rounded(inverse[j, i], arb(1))) for i in range(size)] for j in range(size)],
        [[_exact(_rounded(gap, arb(1) / scale)) for gap in row] for row in gaps],
    )


def _rounded(value: acb, scale: arb) -> acb:
    """The middle of a ball, whose parts are 0 where they are tiny."""
    tiny = scale * arb(2) ** -_TINY_BITS
    return acb(*[part.mid() if abs(part).upper() > tiny else arb(0) for part in (value.real, value.imag)])


def _exact(value: acb) -> Complex:
    return _fraction(value.real), _fraction(value.imag)


def _fraction(value: arb) -> Fraction:
    found = dyadic(value)
    return Fraction(found.man << found.exp) if found.exp >= 0 else Fraction(found.man, 1 << -found.exp)
