"""Factors of matrices as torch packs them: LU with its pivots, and orthogonal matrices as products of reflections."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from derivcheck.elements.lowerings.chains import sum_products
from derivcheck.elements.lowerings.matrices import each_matrix
from derivcheck.elements.node_arrays import NodeArrays, Nodes
from derivcheck.errors import UnsupportedError
from derivcheck.tracing.operation import Handler, Operation


def _without_torch(op: Operation) -> Any:
    """What torch returns for the operation: it chooses the pivots."""
    return op.func(**op.arguments)


def orders_of(pivots: Tensor, rows: int) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """Which row of a matrix each row is after LAPACK's exchanges: in step i rows i and pivots[i] changed places."""
    found = np.empty((*pivots.shape[:-1], rows), dtype=np.int64)
    for index in np.ndindex(tuple(pivots.shape[:-1])):
        order = list(range(rows))
        for step, pivot in enumerate(pivots[index].tolist()):
            order[step], order[pivot - 1] = order[pivot - 1], order[step]
        found[index] = order
    return found


# --- LU ------------------------------------------------------------------------------------------------------------


def _packed(make: NodeArrays, x: Nodes, pivots: Tensor) -> Nodes:
    """U in the upper triangle, and below it L without its diagonal, for the pivots that torch chose."""
    rows, columns = x.shape[-2:]
    orders = torch.from_numpy(orders_of(pivots, rows))
    permuted = np.take_along_axis(x, orders.numpy()[..., None], axis=-2) if x.size else x
    make.need(2 * x.size * min(rows, columns) // 3)
    return each_matrix(lambda matrix: _eliminated(make, matrix), (rows, columns), permuted)


def _eliminated(make: NodeArrays, x: Nodes) -> Nodes:
    """Gauss' elimination of one matrix, whose rows stand in the order of the pivots."""
    found = x.copy()
    for step in range(min(x.shape)):
        factors = make.call("div", found[step + 1 :, step], found[step, step])
        found[step + 1 :, step] = factors
        right = make.call("mul", factors[:, None], found[step, step + 1 :])
        found[step + 1 :, step + 1 :] = make.call("sub", found[step + 1 :, step + 1 :], right)
    return found


def _factor(op: Operation) -> Any:
    pivots = _without_torch(op)[1]
    return _packed(op.run.make, op.nodes("A"), pivots), None, None


def _factors_apart(op: Operation) -> Any:
    """P, L and U; P is a constant of the run."""
    _, pivots, _ = torch.linalg.lu_factor_ex(op["A"].detach(), pivot=op["pivot"])
    return None, *_apart(op.run.make, _packed(op.run.make, op.nodes("A"), pivots))


def _unpack(op: Operation) -> Any:
    if not op["unpack_data"]:
        return None, None, None
    return None, *_apart(op.run.make, op.nodes("LU_data"))


def _apart(make: NodeArrays, packed: Nodes) -> tuple[Nodes, Nodes]:
    rows, columns = packed.shape[-2:]
    least = min(rows, columns)
    zero, one = int(make.number(0)), int(make.number(1))
    upper = np.where(np.tri(least, columns, -1, dtype=bool), zero, packed[..., :least, :])
    return _unit_lower(packed, least, zero, one), upper


def _unit_lower(packed: Nodes, columns: int, zero: int, one: int) -> Nodes:
    left = packed[..., :columns]
    below = np.where(np.tri(left.shape[-2], columns, -1, dtype=bool), left, zero)
    return np.where(np.eye(left.shape[-2], columns, dtype=bool), one, below)


def _solve_packed(op: Operation) -> Any:
    """X of A X = B for A = P L U, of A^T X = B if adjoint, of X A = B if not left, which is A^T X^T = B^T."""
    packed, sides = op.nodes("LU"), op.nodes("B")
    size = packed.shape[-1]
    orders = orders_of(op["pivots"], size)
    left, is_adjoint = bool(op["left"]), bool(op["adjoint"])
    if not left:
        sides = sides.swapaxes(-1, -2)
    leading = np.broadcast_shapes(packed.shape[:-2], sides.shape[:-2])
    packed = np.broadcast_to(packed, (*leading, *packed.shape[-2:]))
    orders = np.broadcast_to(orders, (*leading, size))
    sides = np.broadcast_to(sides, (*leading, *sides.shape[-2:]))
    solve = _triangular(op)
    if left != is_adjoint:
        permuted = np.take_along_axis(sides, orders[..., None], axis=-2) if sides.size else sides
        found = solve(packed, solve(packed, permuted, False, True), True, False)
    else:
        turned = packed.swapaxes(-1, -2)
        halfway = solve(turned, solve(turned, sides, False, False), True, True)
        back = np.argsort(orders, axis=-1)
        found = np.take_along_axis(halfway, back[..., None], axis=-2) if halfway.size else halfway
    return found if left else found.swapaxes(-1, -2)


def _triangular(op: Operation) -> Any:
    """Solves with the upper triangle of a matrix, or the lower one, whose diagonal may be 1."""
    return lambda x, y, upper, is_one: op.call("solve_triangular", x, y, upper, True, is_one)


def _solve_triangular(op: Operation) -> Any:
    x, y = op.nodes("A"), op.nodes("self")
    leading = np.broadcast_shapes(x.shape[:-2], y.shape[:-2])
    x, y = (np.broadcast_to(one, (*leading, *one.shape[-2:])) for one in (x, y))
    upper = bool(op["upper"])
    if op["transpose"]:
        x, upper = x.swapaxes(-1, -2), not upper
    return op.call("solve_triangular", x, y, upper, True, bool(op["unitriangular"])), op.nodes("A").copy()


# --- reflections ---------------------------------------------------------------------------------------------------


def _reflected(make: NodeArrays, x: Nodes, vectors: Nodes, factors: Nodes, *, is_reversed: bool) -> Nodes:
    """H_1 H_2 ... H_k times a matrix, or H_k ... H_1, where H_i = 1 - t_i v_i v_i^T.

    v_i has zeros before place i, 1 there, and column i of the vectors below it, as LAPACK packs it.
    """
    one = int(make.number(1))
    found = x.copy()
    count = factors.shape[-1]
    for at in range(count) if is_reversed else reversed(range(count)):
        vector = np.concatenate([np.array([one]), vectors[at + 1 :, at]])
        along = sum_products(make, vector, found[at:].T)
        scaled = make.call("mul", factors[at], along)
        found[at:] = make.call("sub", found[at:], make.call("mul", vector[:, None], scaled))
    return found


def _product_of_reflections(op: Operation) -> Any:
    """linalg_householder_product: the first columns of H_1 ... H_k."""
    make, vectors, factors = op.run.make, op.nodes("input"), op.nodes("tau")
    rows, columns = vectors.shape[-2:]
    identity = np.where(np.eye(rows, columns, dtype=bool), int(make.number(1)), int(make.number(0)))
    make.need(2 * vectors.size * columns)
    return each_matrix(
        lambda matrix, row: _reflected(make, identity, matrix, row[0], is_reversed=False),
        (rows, columns),
        vectors,
        factors[..., None, :],
    )


def _times_reflections(op: Operation) -> Any:
    """ormqr: Q X, Q^T X, X Q or X Q^T, for Q = H_1 ... H_k; X Q is (Q^T X^T)^T."""
    make, vectors, factors, x = op.run.make, op.nodes("self"), op.nodes("input2"), op.nodes("input3")
    is_left = bool(op["left"])
    x = x if is_left else x.swapaxes(-1, -2)
    is_reversed = bool(op["transpose"]) == is_left
    make.need(2 * x.size * factors.shape[-1])
    found = each_matrix(
        lambda matrix, row, one: _reflected(make, one, matrix, row[0], is_reversed=is_reversed),
        x.shape[-2:],
        vectors,
        factors[..., None, :],
        x,
    )
    return found if is_left else found.swapaxes(-1, -2)


def _reflections(op: Operation) -> Any:
    """geqrf: R in the upper triangle, the vectors below, and the factors, as LAPACK chooses the signs."""
    make, x = op.run.make, op.nodes("self")
    values = make.estimate(x)
    count = min(x.shape[-2:])
    packed = x.copy()
    factors = np.zeros((*x.shape[:-2], count), dtype=np.int64)
    for index in np.ndindex(x.shape[:-2]):
        packed[index], factors[index] = _reduced(make, x[index], values[index])
    return packed, factors


def _reduced(make: NodeArrays, x: Nodes, values: Any) -> tuple[Nodes, Nodes]:
    found, numbers = x.copy(), values.copy()
    rows, columns = x.shape
    factors: list[int] = []
    for at in range(min(rows, columns)):
        if at + 1 == rows:  # LAPACK leaves the last row as it is
            factors.append(int(make.number(0)))
            break
        below = found[at + 1 :, at]
        if not np.any(numbers[at + 1 :, at]):
            raise UnsupportedError("a column that is reflected already has no derivatives that can be read")
        squares = make.call("mul", found[at:, at], found[at:, at])
        length = make.call("sqrt", make.sum(squares))
        sign = "neg" if numbers[at, at] >= 0 else "positive"
        beta = make.call("neg", length) if sign == "neg" else length
        alpha = found[at, at]
        vector = make.call("div", below, make.call("sub", alpha, beta))
        factor = make.call("div", make.call("sub", beta, alpha), beta)
        whole = np.concatenate([np.array([int(make.number(1))]), vector])
        if at + 1 < columns:
            along = make.call("mul", factor, sum_products(make, whole, found[at:, at + 1 :].T))
            found[at:, at + 1 :] = make.call("sub", found[at:, at + 1 :], make.call("mul", whole[:, None], along))
        found[at, at], found[at + 1 :, at] = beta, vector
        factors.append(int(factor))
        numbers = make.estimate(found)
    return found, np.array(factors, dtype=np.int64)


OPERATIONS: Mapping[str, Handler] = {
    "linalg_lu_factor_ex": _factor,
    "linalg_lu": _factors_apart,
    "lu_unpack": _unpack,
    "linalg_lu_solve": _solve_packed,
    "triangular_solve": _solve_triangular,
    "linalg_householder_product": _product_of_reflections,
    "ormqr": _times_reflections,
    "geqrf": _reflections,
}
