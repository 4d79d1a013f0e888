"""Inverses and solutions of linear systems; of a singular matrix they divide by 0, and have no value."""

from __future__ import annotations

import numpy as np

from derivcheck.elements.lowerings.chains import NOTHING
from derivcheck.elements.lowerings.matrices import Elimination, by_minors, each_matrix, square, together
from derivcheck.elements.lowerings.products import matmul
from derivcheck.elements.node_arrays import NodeArrays, Nodes

_MOST_BY_COFACTORS = 3
"""The size up to which an inverse is the adjugate over the determinant, which has but one division and no pivots."""


def inv(make: NodeArrays, x: Nodes) -> Nodes:
    """The inverse of a square matrix, or of each in a stack."""
    size = square(make, "inv", x)
    if size <= _MOST_BY_COFACTORS:
        return each_matrix(lambda matrix: _divided(make, _adjugate(make, matrix), matrix), (size, size), x)
    identity = _identity(make, x)
    return each_matrix(lambda matrix, one: _by_elimination(make, matrix, one), (size, size), x, identity)


def solve(make: NodeArrays, x: Nodes, y: Nodes, left: bool = True) -> Nodes:
    """What x must be multiplied by, from the right or, if not left, from the left, to give y."""
    size = square(make, "solve", x)
    is_vector = y.ndim == 1 or (y.ndim == x.ndim - 1 and y.shape == x.shape[:-1])
    if is_vector and not left:
        make.fail(f"`solve` with left=False needs a matrix on the right, and its shape is {y.shape}")
    columns = y[..., None] if is_vector else y
    if not y.ndim or columns.shape[-2 if left else -1] != size:
        make.fail(
            f"`solve` cannot solve for the shapes {x.shape} and {y.shape}",
            f"the right side needs {size} {'rows' if left else 'columns'}",
        )
    if not left:
        return solve(make, x.swapaxes(-1, -2), columns.swapaxes(-1, -2)).swapaxes(-1, -2)
    matrices, sides = together(make, "solve", x, columns)
    compute = _by_cofactors if size <= _MOST_BY_COFACTORS else _by_elimination
    found = each_matrix(lambda matrix, side: compute(make, matrix, side), (size, columns.shape[-1]), matrices, sides)
    return found[..., 0] if is_vector else found


def solve_triangular(make: NodeArrays, x: Nodes, y: Nodes, upper: bool, left: bool, unitriangular: bool) -> Nodes:
    """The same for a triangular matrix, of which only that triangle is read, and no diagonal if that is 1."""
    size = square(make, "solve_triangular", x)
    if y.ndim < 2 or y.shape[-2 if left else -1] != size:
        make.fail(
            f"`solve_triangular` cannot solve for the shapes {x.shape} and {y.shape}",
            f"the right side is a matrix of {size} {'rows' if left else 'columns'}",
        )
    if not left:
        turned = x.swapaxes(-1, -2), y.swapaxes(-1, -2)
        return solve_triangular(make, *turned, not upper, True, unitriangular).swapaxes(-1, -2)
    matrices, sides = together(make, "solve_triangular", x, y)
    flip = slice(None, None, -1 if upper else 1)

    def compute(matrix: Nodes, side: Nodes) -> Nodes:
        return _forward(make, matrix[flip, flip], side[flip], is_one=unitriangular)[flip]

    return each_matrix(compute, (size, y.shape[-1]), matrices, sides)


def pinv(make: NodeArrays, x: Nodes) -> Nodes:
    """The pseudoinverse of a matrix of full rank. That of another one jumps there, and has no derivative."""
    if x.ndim < 2:
        make.fail(f"`pinv` needs a matrix, and the shape is {x.shape}")
    _check_rank(make, x)
    turned = x.swapaxes(-1, -2)
    if x.shape[-2] == x.shape[-1]:
        return inv(make, x)
    if x.shape[-2] > x.shape[-1]:
        return solve(make, matmul(make, turned, x), turned)
    return solve(make, matmul(make, x, turned), x).swapaxes(-1, -2)


def lstsq(make: NodeArrays, x: Nodes, y: Nodes) -> tuple[Nodes]:
    """The solution that comes nearest, of a matrix of full rank; of several that are as near, the shortest."""
    is_vector = y.ndim == 1 or (y.ndim == x.ndim - 1 and y.shape == x.shape[:-1])
    columns = y[..., None] if is_vector else y
    if x.ndim < 2 or columns.ndim < 2 or columns.shape[-2] != x.shape[-2]:
        make.fail(f"`lstsq` cannot solve for the shapes {x.shape} and {y.shape}", "both need as many rows")
    _check_rank(make, x)
    turned = x.swapaxes(-1, -2)
    if x.shape[-2] >= x.shape[-1]:
        found = solve(make, matmul(make, turned, x), matmul(make, turned, columns))
    else:
        found = matmul(make, turned, solve(make, matmul(make, x, turned), columns))
    return (found[..., 0] if is_vector else found,)


def _check_rank(make: NodeArrays, x: Nodes) -> None:
    """Fail for a matrix whose rank is not full, as far as torch can tell, which leaves out small singular values."""
    values = make.estimate(x)
    if x.size and np.isfinite(values).all() and np.any(np.linalg.matrix_rank(values) < min(x.shape[-2:])):
        make.fail(
            f"`{make.function}` of a matrix that is not of full rank jumps there",
            "matrices near it have another rank, and their inverses are far away: check one of full rank",
        )


def _identity(make: NodeArrays, x: Nodes) -> Nodes:
    """The identity matrix for each matrix of a stack, NOTHING standing for its zeros."""
    one = int(make.number(1))
    return np.broadcast_to(np.where(np.eye(x.shape[-1], dtype=bool), one, NOTHING), x.shape)


def _adjugate(make: NodeArrays, x: Nodes) -> Nodes:
    """The transposed matrix of the cofactors."""
    found = np.empty_like(x)
    for i, j in np.ndindex(x.shape):
        minor = by_minors(make, np.delete(np.delete(x, j, 0), i, 1))
        found[i, j] = make.call("neg", minor) if (i + j) % 2 else minor
    return found


def _divided(make: NodeArrays, numerators: Nodes, x: Nodes) -> Nodes:
    """Elements over the determinant of a matrix."""
    return make.call("div", numerators, by_minors(make, x)) if x.size else numerators


def _by_cofactors(make: NodeArrays, x: Nodes, y: Nodes) -> Nodes:
    """The solution for one small matrix by Cramer's rule."""
    return _divided(make, matmul(make, _adjugate(make, x), y), x)


def _by_elimination(make: NodeArrays, x: Nodes, y: Nodes) -> Nodes:
    """The solution for one matrix, by elimination; NOTHING in y stands for a 0."""
    elimination = Elimination(make, x)
    halfway = _forward(make, elimination.rows, y[elimination.order], is_one=True)
    return _forward(make, elimination.rows[::-1, ::-1], halfway[::-1], is_one=False)[::-1]


def _forward(make: NodeArrays, x: Nodes, y: Nodes, *, is_one: bool) -> Nodes:
    """The solution for a lower triangular matrix, whose diagonal is taken for 1 if `is_one`.

    Row by row: z[i] = (y[i] - sum of x[i, k] z[k] over k < i) / x[i, i].
    """
    make.need(y.size * (len(x) + 1))
    call = make.graph.call
    lower, sides = x.tolist(), y.tolist()
    found: list[list[int]] = []
    for i, side in enumerate(sides):
        row = []
        for j, start in enumerate(side):
            at = start
            for k in range(i):
                if found[k][j] != NOTHING:
                    term = call("mul", (lower[i][k], found[k][j]))
                    at = call("neg", (term,)) if at == NOTHING else call("sub", (at, term))
            row.append(at if is_one or at == NOTHING else call("div", (at, lower[i][i])))
        found.append(row)
    return np.array(found, dtype=np.int64).reshape(y.shape)
