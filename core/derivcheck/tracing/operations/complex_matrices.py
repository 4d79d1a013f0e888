"""Linear algebra with complex matrices: as that of real ones of twice the size, or with complex elements.

[[X, -Y], [Y, X]] does to the parts of a vector, one below the other, what X + iY does to the vector. Inverses,
solutions and exponentials of such matrices are such matrices again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import torch

from derivcheck.elements.node_arrays import Nodes
from derivcheck.errors import UnsupportedError
from derivcheck.tracing.complex_functions import ComplexFunctions
from derivcheck.tracing.operation import Handler, Operation
from derivcheck.tracing.operations import matrix_functions
from derivcheck.tracing.operations.eigenvalues import hermitian_part
from derivcheck.tracing.operations.factorizations import orders_of
from derivcheck.tracing.pairs import ComplexNodes, Pair, stacked


def _doubled(c: ComplexNodes, x: Pair) -> Nodes:
    """The real matrix of twice the size."""
    upper = np.concatenate([x.real, c.real("neg", x.imag)], axis=-1)
    return np.concatenate([upper, np.concatenate([x.imag, x.real], axis=-1)], axis=-2)


def _below(x: Pair) -> Nodes:
    """The real parts, and the imaginary ones below them."""
    return np.concatenate([x.real, x.imag], axis=-2)


def _halved(nodes: Nodes, columns: int) -> Pair:
    """The matrix of which a real one is the double; of its columns the first ones tell all."""
    rows = nodes.shape[-2] // 2
    return Pair(nodes[..., :rows, :columns], nodes[..., rows:, :columns])


def _inverse(op: Operation) -> Any:
    x = op.pair("A")
    return _halved(op.call("inv", _doubled(op.complexes, x)), x.shape[-1]), None


def _solution(op: Operation, x: Pair, y: Pair, *, left: bool) -> Pair:
    if not left:
        return _solution(op, x.mT, y.mT, left=True).mT
    found = op.call("solve", _doubled(op.complexes, x), _below(y))
    return _halved(found, y.shape[-1])


def _solve(op: Operation) -> Any:
    x, y = op.pair("A"), op.pair("B")
    is_vector = y.ndim == 1 or (y.ndim == x.ndim - 1 and y.shape == x.shape[:-1])
    found = _solution(op, x, y[..., None] if is_vector else y, left=bool(op["left"]))
    return found[..., 0] if is_vector else found, None, None, None


def _solve_triangular(op: Operation) -> Any:
    x, y = op.pair("self"), op.pair("B")
    size, zero, one = x.shape[-1], int(op.run.make.number(0)), int(op.run.make.number(1))
    kept = np.tri(size, dtype=bool).T if op["upper"] else np.tri(size, dtype=bool)
    triangle = x.moved(lambda nodes: np.where(kept, nodes, zero))
    if op["unitriangular"]:
        diagonal = np.eye(size, dtype=bool)
        triangle = Pair(np.where(diagonal, one, triangle.real), np.where(diagonal, zero, triangle.imag))
    return _solution(op, triangle, y, left=bool(op["left"]))


def _by_double(name: str, key: str) -> Handler:
    """What the real matrix of twice the size gives."""
    handler = matrix_functions.OPERATIONS[name]

    def run(op: Operation) -> Pair:
        x = op.pair(key)
        doubled = replace(op, arguments={**op.arguments, key: _doubled(op.complexes, x)})
        return _halved(handler(doubled), x.shape[-2])

    return run


# --- with complex elements -----------------------------------------------------------------------------------------


def _each(compute: Callable[[Pair], tuple[Pair, ...]], x: Pair) -> tuple[Pair, ...]:
    """What a function makes of each matrix of a stack."""
    leading = x.shape[:-2]
    results = [compute(x[index]) for index in np.ndindex(leading)]
    if not results:
        raise UnsupportedError("a stack without complex matrices")
    joined = [stacked(list(column), 0) for column in zip(*results, strict=True)]
    return tuple([one.moved(lambda nodes: nodes.reshape((*leading, *nodes.shape[1:]))) for one in joined])


def _eliminated(c: ComplexNodes, x: Pair) -> Pair:
    """Gauss' elimination of one matrix, whose rows stand in the order of the pivots."""
    found = x.moved(np.copy)
    for step in range(min(x.shape)):
        factors = c.div(found[step + 1 :, step], found[step, step])
        rest = c.sub(found[step + 1 :, step + 1 :], c.mul(factors[:, None], found[step, step + 1 :]))
        for part, factor, after in zip(_parts(found), _parts(factors), _parts(rest), strict=True):
            part[step + 1 :, step], part[step + 1 :, step + 1 :] = factor, after
    return found


def _parts(x: Pair) -> tuple[Nodes, Nodes]:
    return x.real, x.imag


def _packed(op: Operation) -> tuple[Pair, Any]:
    """LU as torch packs it, and which row of the matrix each row of it is."""
    x = op.pair("A")
    _, pivots, _ = torch.linalg.lu_factor_ex(op["A"].detach())
    orders = orders_of(pivots, x.shape[-2])
    permuted = x.moved(lambda nodes: np.take_along_axis(nodes, orders[..., None], axis=-2)) if x.real.size else x
    return _each(lambda matrix: (_eliminated(op.complexes, matrix),), permuted)[0], orders


def _factors_apart(op: Operation) -> Any:
    packed, _ = _packed(op)
    rows, columns = packed.shape[-2:]
    least = min(rows, columns)
    zero, one = int(op.run.make.number(0)), int(op.run.make.number(1))
    below = np.tri(rows, least, -1, dtype=bool)
    lower = packed[..., :least].moved(lambda nodes: np.where(below, nodes, zero))
    lower = Pair(np.where(np.eye(rows, least, dtype=bool), one, lower.real), lower.imag)
    above = np.tri(least, columns, -1, dtype=bool)
    return None, lower, packed[..., :least, :].moved(lambda nodes: np.where(above, zero, nodes))


def _determinant(op: Operation) -> Pair:
    """The product of the pivots, with the sign of the exchanges of rows."""
    packed, orders = _packed(op)
    diagonal = packed.moved(lambda nodes: nodes.diagonal(axis1=-2, axis2=-1))
    found = op.complexes.product(diagonal)
    is_odd = np.array([_is_odd(orders[index].tolist()) for index in np.ndindex(orders.shape[:-1])], dtype=bool).reshape(
        orders.shape[:-1]
    )
    negated = op.complexes.neg(found)
    return Pair(np.where(is_odd, negated.real, found.real), np.where(is_odd, negated.imag, found.imag))


def _is_odd(order: list[int]) -> bool:
    inversions = sum(one > other for at, one in enumerate(order) for other in order[at + 1 :])
    return bool(inversions % 2)


def _sign_and_logarithm(op: Operation) -> Any:
    found = _determinant(op)
    size = ComplexFunctions(op.run.make).abs(found)
    return op.complexes.over(found, size), op.call("log", size), None, None


def _cholesky(op: Operation) -> Any:
    """The lower triangular factor L of the Hermitian part A = L @ L^H; its conjugate transpose if upper."""
    c = op.complexes

    def factor(x: Pair) -> tuple[Pair]:
        found = c.of(np.zeros(x.shape, dtype=np.int64))
        for j in range(len(x.real)):
            rest = x[j:, j]
            if j:
                rest = c.sub(rest, c.sum(c.mul(found[j:, :j], c.conj(found[j, :j])[None, :])))
            found.real[j, j] = op.call("sqrt", rest.real[:1])[0]
            below = c.over(rest[1:], found.real[j, j][None])
            found.real[j + 1 :, j], found.imag[j + 1 :, j] = below.real, below.imag
        return (found,)

    (lower,) = _each(factor, hermitian_part(op, op.pair("self")))
    return c.conj(lower.mT) if op["upper"] else lower, None


def _qr(op: Operation) -> Any:
    """Q and R by Gram and Schmidt; the diagonal of R is real, and has the signs that LAPACK chooses."""
    x, c = op.pair("A"), op.complexes
    rows, columns = x.shape[-2:]
    if op["mode"] != "reduced" or not min(rows, columns):
        raise UnsupportedError("the operation `aten::linalg_qr` of such a complex matrix, or in such a mode")
    ends = torch.linalg.qr(op["A"].detach())[1].diagonal(dim1=-2, dim2=-1).real
    signs = iter(ends.reshape(-1, min(rows, columns)).tolist())

    def factor(matrix: Pair) -> tuple[Pair, Pair]:
        done: list[Pair] = []
        for at, sign in enumerate(next(signs)):
            rest = matrix[:, at]
            for unit in done:
                rest = c.sub(rest, c.mul(c.sum(c.mul(c.conj(unit), matrix[:, at])), unit))
            length = op.call("sqrt", c.total(c.squares(rest)))
            done.append(c.over(rest, op.call("neg", length) if sign < 0 else length))
        q = stacked(done, 1)
        zero = int(op.run.make.number(0))
        r = c.matmul(c.conj(q.mT), matrix)
        below = np.tri(r.shape[0], r.shape[1], -1, dtype=bool)
        ends = np.eye(r.shape[0], r.shape[1], dtype=bool)
        return q, Pair(np.where(below, zero, r.real), np.where(below | ends, zero, r.imag))

    return _each(factor, x)


COMPLEX: Mapping[str, Handler] = {
    "linalg_inv_ex": _inverse,
    "_linalg_solve_ex": _solve,
    "linalg_solve_triangular": _solve_triangular,
    "linalg_matrix_exp": _by_double("linalg_matrix_exp", "self"),
    "linalg_lu_factor_ex": lambda op: (_packed(op)[0], None, None),
    "linalg_lu": _factors_apart,
    "_linalg_det": lambda op: (_determinant(op), None, None),
    "_linalg_slogdet": _sign_and_logarithm,
    "linalg_cholesky_ex": _cholesky,
    "linalg_qr": _qr,
}
"""Those of complex matrices."""
