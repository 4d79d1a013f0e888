"""Matrices as products of triangular and orthogonal ones: Cholesky's factor, and what is solved with it; QR."""

from __future__ import annotations

import numpy as np

from derivcheck.elements.lowerings.chains import sum_products, total
from derivcheck.elements.lowerings.matrices import each_matrix, square
from derivcheck.elements.lowerings.products import matmul
from derivcheck.elements.lowerings.solutions import inv, solve
from derivcheck.elements.node_arrays import NodeArrays, Nodes

_AS_GOOD_AS_EQUAL = 1e-12
"""How far two numbers may differ that should be equal, beside the largest element of the matrix."""


def cholesky(make: NodeArrays, x: Nodes, upper: bool) -> Nodes:
    """The lower triangular factor L of the symmetric part (x + x.T)/2 = L @ L.T; its transpose if upper.

    torch reads one triangle of x only. If that were the function, its derivative by the other triangle would be 0, and
    what torch's backward pass returns would be wrong: torch returns the symmetric gradient, which is that of the
    symmetric part. For a symmetric matrix, the only one that torch promises anything about, both have the same value.
    """
    size = square(make, "cholesky", x)
    turned = x.swapaxes(-1, -2)
    values = make.estimate(x)
    if _is_apart(values, values.swapaxes(-1, -2)):
        make.fail("`cholesky` needs a symmetric matrix, and this one is not", "write cholesky((A + A.T)/2)")
    halved = make.call("div", make.call("add", x, turned), make.number(2))
    factor = each_matrix(lambda matrix: _factor(make, matrix), (size, size), np.where(x == turned, x, halved))
    return factor.swapaxes(-1, -2) if upper else factor


def cholesky_solve(make: NodeArrays, y: Nodes, x: Nodes, upper: bool) -> Nodes:
    """The solution for the matrix x @ x.T, or x.T @ x if upper, whose Cholesky factor x is."""
    return solve(make, _product_of_factor(make, "cholesky_solve", x, upper=upper), y)


def cholesky_inverse(make: NodeArrays, x: Nodes, upper: bool) -> Nodes:
    """The inverse of the matrix x @ x.T, or x.T @ x if upper, whose Cholesky factor x is."""
    return inv(make, _product_of_factor(make, "cholesky_inverse", x, upper=upper))


def qr(make: NodeArrays, x: Nodes, mode: str) -> tuple[Nodes, Nodes]:
    """x = Q @ R, with orthonormal columns in Q, and R upper triangular; the first columns of x are independent.

    By Gram and Schmidt. The signs of the diagonal of R are those that LAPACK chooses, which torch and NumPy both call.
    """
    if x.ndim < 2:
        make.fail(f"`qr` needs a matrix, and the shape is {x.shape}")
    if mode != "reduced":
        make.fail(f"`qr` has no mode {mode!r} here", "mode='reduced' has derivatives")
    rows, columns = x.shape[-2:]
    count = min(rows, columns)
    values = make.estimate(x)
    if not np.isfinite(values).all():
        make.fail("the matrix of `qr` has no value at this point")
    found_q = np.empty((*x.shape[:-2], rows, count), dtype=np.int64)
    found_r = np.empty((*x.shape[:-2], count, columns), dtype=np.int64)
    for index in np.ndindex(x.shape[:-2]):
        ends = np.linalg.qr(values[index]).R.diagonal()
        if np.any(np.abs(ends) <= _AS_GOOD_AS_EQUAL * np.max(np.abs(values[index]), initial=0)):
            make.fail("`qr` of a matrix whose first columns are not independent has no unique result")
        is_negative = np.signbit(ends)
        found_q[index] = _orthonormal(make, x[index][:, :count], is_negative.tolist())
        upper = matmul(make, found_q[index].T, x[index]) if x.size else found_r[index]
        below = np.tri(count, columns, -1, dtype=bool)
        found_r[index] = np.where(below, make.number(0), upper)
    return found_q, found_r


def _factor(make: NodeArrays, x: Nodes) -> Nodes:
    """The factor of one matrix: L[i, j] = (x[i, j] - sum of L[i, k] L[j, k] over k < j) / L[j, j]."""
    found = np.full(x.shape, int(make.number(0)), dtype=np.int64)
    for j in range(len(x)):
        rest = x[j:, j]
        if j:
            rest = make.call("sub", rest, sum_products(make, found[j:, :j], found[j, :j]))
        found[j, j] = make.call("sqrt", rest[0])
        found[j + 1 :, j] = make.call("div", rest[1:], found[j, j])
    return found


def _product_of_factor(make: NodeArrays, name: str, x: Nodes, *, upper: bool) -> Nodes:
    """The matrix whose factor is given, as a function of all its elements, as torch's backward pass takes it."""
    square(make, name, x)
    values = make.estimate(x)
    triangle = np.triu(values) if upper else np.tril(values)
    if _is_apart(values, triangle):
        make.fail(f"`{name}` needs {'an upper' if upper else 'a lower'} triangular matrix, and this one is not")
    turned = x.swapaxes(-1, -2)
    return matmul(make, turned, x) if upper else matmul(make, x, turned)


def _orthonormal(make: NodeArrays, x: Nodes, is_negative: list[bool]) -> Nodes:
    """The columns of one matrix, each without its part along those before it, of length 1."""
    done: list[Nodes] = []
    for column, turns in zip(x.T, is_negative, strict=True):
        rest = column
        for unit in done:
            along = sum_products(make, unit, column)
            rest = make.call("sub", rest, make.call("mul", along, unit))
        length = make.call("sqrt", total(make, make.call("mul", rest, rest)))
        done.append(make.call("div", rest, make.call("neg", length) if turns else length))
    return np.stack(done, axis=1) if done else x


def _is_apart(
    x: np.ndarray[tuple[int, ...], np.dtype[np.float64]], y: np.ndarray[tuple[int, ...], np.dtype[np.float64]]
) -> bool:
    """Whether two matrices differ, as far as they are known."""
    scale = float(np.max(np.abs(np.nan_to_num(x)), initial=0.0))
    return bool(np.any(np.abs(np.nan_to_num(x - y)) > _AS_GOOD_AS_EQUAL * scale))
