"""Eigenvalues, singular values and their vectors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from torch import Tensor

from derivcheck.errors import UnsupportedError
from derivcheck.tracing.operation import Handler, Operation
from derivcheck.tracing.pairs import Pair
from derivcheck.tracing.spectrum import Spectrum, in_order

_Numbers = np.ndarray[tuple[int, ...], np.dtype[np.complex128]]


def _returned(op: Operation) -> list[_Numbers]:
    """What torch returns for the operation: it chooses the order of eigenvalues, and the angles of vectors."""
    found = op.func(**op.arguments)
    several = found if isinstance(found, tuple) else (found,)
    return [one.detach().resolve_conj().numpy().astype(np.complex128) for one in several]


class _Stack:
    """Results for each matrix of a stack, put together."""

    def __init__(self, leading: tuple[int, ...], *cores: tuple[int, ...]) -> None:
        self.found = [Pair(*[np.zeros((*leading, *core), dtype=np.int64) for _ in range(2)]) for core in cores]

    def put(self, index: tuple[int, ...], *parts: Pair) -> None:
        for whole, part in zip(self.found, parts, strict=True):
            whole.real[index], whole.imag[index] = part.real, part.imag


def _spectrum(op: Operation, matrix: Pair) -> Spectrum:
    return Spectrum(op.run.make, op.run.precise, matrix)


def _of_general(op: Operation) -> Any:
    """linalg_eig and linalg_eigvals: complex numbers, whatever the matrix is."""
    x = op.pair("self")
    size = x.shape[-1]
    returned = _returned(op)
    stack = _Stack(x.shape[:-2], (size,), (size, size))
    for index in np.ndindex(x.shape[:-2]):
        spectrum = _spectrum(op, x[index])
        order = in_order(spectrum.at_point, returned[0][index])
        if len(returned) == 1:
            stack.put(index, spectrum.values[order], stack.found[1][index])
            continue
        vectors = spectrum.vectors[:, order]
        stack.put(index, spectrum.values[order], spectrum.of_length_1(vectors, returned[1][index]))
    return stack.found[0] if len(returned) == 1 else tuple(stack.found)


def hermitian_part(op: Operation, x: Pair) -> Pair:
    """The matrix (A + A^H)/2, as `cholesky` has it: torch reads one triangle, and returns the gradient of this."""
    make, c = op.run.make, op.complexes
    turned = c.conj(x.mT)
    apart = [make.estimate(one) - make.estimate(other) for one, other in ((x.real, turned.real), (x.imag, turned.imag))]
    scale = max(np.max(np.abs(make.estimate(part)), initial=0.0) for part in (x.real, x.imag))
    if any(np.max(np.abs(part), initial=0.0) > _EQUAL * scale for part in apart):
        raise UnsupportedError(f"the operation `{op.func.name()}` of a matrix that is not its own transpose")
    half = c.over(c.add(x, turned), make.number(2))
    same = (x.real == turned.real) & (x.imag == turned.imag)
    return Pair(np.where(same, x.real, half.real), np.where(same, x.imag, half.imag))


def _of_hermitian(op: Operation) -> Any:
    """_linalg_eigh: real numbers, rising."""
    x = hermitian_part(op, op.pair("A"))
    size = x.shape[-1]
    returned = _returned(op)
    stack = _Stack(x.shape[:-2], (size,), (size, size))
    for index in np.ndindex(x.shape[:-2]):
        spectrum = _spectrum(op, x[index])
        order = in_order(spectrum.at_point, returned[0][index])
        vectors = spectrum.vectors[:, order]
        parts = spectrum.of_length_1(vectors, returned[1][index]) if op["compute_v"] else stack.found[1][index]
        stack.put(index, spectrum.values[order], parts)
    values, vectors = stack.found
    return values.real, _as(op["A"], vectors) if op["compute_v"] else None


def _as(like: Tensor, found: Pair) -> Any:
    """Complex numbers, or the real ones that they are where a tensor is real."""
    return found if like.is_complex() else found.real


def _singular(op: Operation) -> Any:
    """_linalg_svd: the singular values are the roots of the eigenvalues of A^H A, or of A A^H where that is smaller."""
    x, c = op.pair("A"), op.complexes
    rows, columns = x.shape[-2:]
    least = min(rows, columns)
    returned = _returned(op)
    is_tall = rows >= columns
    sizes = (rows, rows if op["full_matrices"] else least), (columns if op["full_matrices"] else least, columns)
    stack = _Stack(x.shape[:-2], (least,), (rows, least), (least, columns))
    for index in np.ndindex(x.shape[:-2]):
        matrix, turned = x[index], c.conj(x[index].mT)
        spectrum = _spectrum(op, c.matmul(turned, matrix) if is_tall else c.matmul(matrix, turned))
        order = in_order(np.sqrt(np.maximum(spectrum.at_point.real, 0) + 0j), returned[1][index])
        values = c.of(op.call("sqrt", spectrum.values[order].real))
        if not op["compute_uv"]:
            stack.put(index, values, stack.found[1][index], stack.found[2][index])
            continue
        vectors = spectrum.vectors[:, order]
        if is_tall:
            right = spectrum.of_length_1(vectors, np.conj(returned[2][index][:least].T))
            left = c.over(c.matmul(matrix, right), values.real[None, :])
        else:
            left = spectrum.of_length_1(vectors, returned[0][index][:, :least])
            right = c.over(c.matmul(turned, left), values.real[None, :])
        stack.put(index, values, left, c.conj(right.mT))
    values, left, right = stack.found
    if not op["compute_uv"]:
        return None, values.real, None
    return _as(op["A"], _completed(op, left, sizes[0])), values.real, _as(op["A"], _completed(op, right, sizes[1]))


def _completed(op: Operation, x: Pair, sizes: tuple[int, int]) -> Pair:
    """The vectors with those that complete a basis, which are any: none of them has a value or a derivative."""
    nothing = op.run.make.graph.call("div", (int(op.run.make.number(0)),) * 2)
    borders = [(0, 0)] * (x.ndim - 2) + [(0, size - had) for size, had in zip(sizes, x.shape[-2:], strict=True)]
    return x.moved(lambda nodes: np.pad(nodes, borders, constant_values=nothing))


_EQUAL = 1e-12
"""How far two numbers may differ that should be equal, beside the largest number of the matrix."""

_HANDLERS: Mapping[str, Handler] = {
    "linalg_eig": _of_general,
    "linalg_eigvals": _of_general,
    "_linalg_eigvals": _of_general,
    "_linalg_eigh": _of_hermitian,
    "_linalg_svd": _singular,
}

OPERATIONS = COMPLEX = _HANDLERS
"""Of real numbers and of complex ones."""
