"""Functions of a matrix: its exponential, its pseudoinverse, the solution that comes nearest."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np
import torch

from derivcheck.elements.lowerings.chains import numbers
from derivcheck.elements.node_arrays import NodeArrays, Nodes
from derivcheck.errors import UnsupportedError
from derivcheck.tracing.operation import Handler, Operation
from derivcheck.tracing.spectrum import Spectrum

_BITS = 4300
"""How near a series comes to what it stands for, in bits, at most: no enclosure of a truth is narrower."""

_FLOAT_BITS = 1400
"""The same where the matrix is small: a number that floats tell from 0 is above 2**-1075, and what is rounded to fewer
than 1280 bits of numbers of the size 1 is off by more."""

_BITS_OF_NORM = 3
"""So many more for each 1 of a matrix' norm: its exponential may be larger than 1 by 1.5 bits for each, and so may that
of the matrix with the other sign."""

_EACH = 16
"""How small in bits a matrix is made before its exponential is taken as a series."""


def _exponential(op: Operation) -> Nodes:
    """e**A: the series of e**(A/2**s), whose remainder no float can tell, squared s times."""
    x = op.nodes("self")
    if not x.size:
        return x.copy()
    norm = float(np.max(np.sum(np.abs(np.nan_to_num(op.run.make.estimate(x))), axis=-1)))
    squarings = _EACH + max(0, math.ceil(math.log2(norm + 1)))
    halved = op.call("mul", x, op.run.make.number(Fraction(1, 2**squarings)))
    found = _series(op, halved, _terms(min(_BITS, _FLOAT_BITS + squarings + _BITS_OF_NORM * norm)))
    for _ in range(squarings):
        found = op.call("matmul", found, found)
    return found


def _terms(bits: float) -> int:
    """How many terms of the series of a matrix of the size 2**-_EACH matter to so many bits."""
    count = 1
    while count * _EACH + math.lgamma(count + 1) / math.log(2) < bits:
        count += 1
    return count


def _series(op: Operation, x: Nodes, count: int) -> Nodes:
    """The sum of x**k/k! over k < count, in blocks (M. Paterson, L. Stockmeyer, SIAM J. Comput. 2, 1973)."""
    make = op.run.make
    width = max(1, math.isqrt(count))
    powers = [np.broadcast_to(numbers(make, np.eye(x.shape[-1], dtype=np.int64)), x.shape), x]
    while len(powers) <= width:
        powers.append(op.call("matmul", powers[-1], x))
    found: Nodes | None = None
    for first in reversed(range(0, count, width)):
        block = _block(make, powers[:width], first)
        found = block if found is None else make.call("add", op.call("matmul", found, powers[width]), block)
    assert found is not None
    return found


def _block(make: NodeArrays, powers: list[Nodes], first: int) -> Nodes:
    """The sum of x**k/(first + k)!."""
    terms = [
        make.call("mul", power, make.number(Fraction(1, math.factorial(first + k)))) for k, power in enumerate(powers)
    ]
    found = terms[0]
    for term in terms[1:]:
        found = make.call("add", found, term)
    return found


# --- the pseudoinverse ---------------------------------------------------------------------------------------------


def _pseudoinverse(op: Operation) -> Nodes:
    """linalg_pinv: of a matrix of full rank, of one whose rank is the same at all points nearby, of one cut short."""
    given, x = op["self"].detach(), op.nodes("self")
    rank = torch.linalg.matrix_rank(given, atol=op["atol"], rtol=op["rtol"], hermitian=bool(op["hermitian"]))
    if bool((rank == min(x.shape[-2:])).all()):
        found: Nodes = op.call("pinv", x)
        return found
    whole = torch.linalg.matrix_rank(given)
    found = np.empty((*x.shape[:-2], x.shape[-1], x.shape[-2]), dtype=np.int64)
    for index in np.ndindex(x.shape[:-2]):
        compute = _truncated if rank[index] < whole[index] else _of_constant_rank
        found[index] = compute(op, x[index], int(rank[index]))
    return found


def _truncated(op: Operation, x: Nodes, rank: int) -> Nodes:
    """That of one matrix with its small singular values taken for 0, which a tolerance says.

    It is the sum of v v^T/(v^T v)/s**2 over the largest s, times A^T: A^T A has the eigenvectors v.
    """
    if not rank:
        return np.full(x.T.shape, int(op.run.make.number(0)), dtype=np.int64)
    square = op.call("matmul", x.T, x)
    spectrum = Spectrum(op.run.make, op.run.precise, op.complexes.of(square))
    largest = np.argsort(-spectrum.at_point.real)[:rank]
    vectors, values = spectrum.vectors[:, largest].real, spectrum.values[largest].real
    lengths = op.run.make.sum(op.call("mul", vectors, vectors), (0,))
    weighed = op.call("div", vectors, op.call("mul", lengths, values))
    found: Nodes = op.call("matmul", weighed, op.call("matmul", vectors.T, x.T))
    return found


def _of_constant_rank(op: Operation, x: Nodes, rank: int) -> Nodes:
    """The pseudoinverse of one matrix: A = C M**-1 R for independent columns C and rows R that meet in M.

    Then A+ = R^T (R R^T)**-1 M (C^T C)**-1 C^T, whatever rows and columns these are.

    Raises:
        UnsupportedError: where a matrix nearby has another rank: there the pseudoinverse jumps.
    """
    rows, columns = _independent(op.run.make.estimate(x), rank)
    left, right, both = x[:, columns], x[rows], x[np.ix_(rows, columns)]
    precise = op.run.precise
    rest = op.call("sub", x, op.call("matmul", left, op.call("solve", both, right))) if rank else x
    if precise is None or not precise.vanish_nearby(op.run.make.graph, rest.ravel().tolist()):
        raise UnsupportedError("the pseudoinverse of a matrix whose rank is less than full, and changes nearby")
    if not rank:
        return x.T.copy()
    inner = op.call("matmul", op.call("inv", op.call("matmul", right, right.T)), both)
    inner = op.call("matmul", inner, op.call("inv", op.call("matmul", left.T, left)))
    found: Nodes = op.call("matmul", op.call("matmul", right.T, inner), left.T)
    return found


def _independent(values: np.ndarray[Any, np.dtype[np.float64]], rank: int) -> tuple[list[int], list[int]]:
    """Rows and columns of a matrix that are independent, by elimination with the largest pivots."""
    left = values.copy()
    rows: list[int] = []
    columns: list[int] = []
    for _ in range(rank):
        row, column = np.unravel_index(int(np.argmax(np.abs(left))), left.shape)
        left = left - np.outer(left[:, column], left[row]) / left[row, column]
        left[row], left[:, column] = 0, 0
        rows.append(int(row))
        columns.append(int(column))
    return sorted(rows), sorted(columns)


def _nearest(op: Operation) -> Any:
    """linalg_lstsq: the solution, and the squares of what is left, where torch returns these."""
    x, y = op.nodes("self"), op.nodes("b")
    (solution,) = op.call("lstsq", x, y)
    residuals = op.func(**op.arguments)[1]
    if not residuals.numel():
        return solution, None, None, None
    is_vector = y.ndim < x.ndim
    found = op.call("matmul", x, solution[..., None] if is_vector else solution)
    squares = op.formula("(x - y)**2", x=found, y=y[..., None] if is_vector else y)
    total = op.run.make.sum(squares, (squares.ndim - 2,))
    return solution, total[..., 0] if is_vector else total, None, None


OPERATIONS: Mapping[str, Handler] = {
    "linalg_matrix_exp": _exponential,
    "linalg_pinv": _pseudoinverse,
    "linalg_lstsq": _nearest,
}
