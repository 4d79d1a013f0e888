"""Discrete Fourier transforms: sums of products with roots of unity, which are exact numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction

import numpy as np

from derivcheck.elements.node_arrays import NodeArrays, Nodes
from derivcheck.tracing.operation import Handler, Operation
from derivcheck.tracing.pairs import ComplexNodes, Pair, stacked


def _roots(make: NodeArrays, order: int, sign: int) -> Pair:
    """The roots of unity of an order, as nodes: cos(2 pi k/n) and sin(2 pi k/n), not the floats near them."""
    turns = [Fraction(sign * index, order) % 1 for index in range(order)]
    quarter = Fraction(1, 4)
    return Pair(
        np.stack([_cosine(make, turn) for turn in turns]),
        np.stack([_cosine(make, (turn - quarter) % 1) for turn in turns]),
    )


def _cosine(make: NodeArrays, turn: Fraction) -> Nodes:
    """cos(2 pi turn) of a turn from 0 to 1, as one of an angle up to a quarter turn, or its negation."""
    turn = min(turn, 1 - turn)
    if turn > Fraction(1, 4):
        return ComplexNodes(make).real("neg", _cosine(make, Fraction(1, 2) - turn))
    exact = _EXACT.get(turn)
    if exact is not None:
        return make.number(exact)
    return make.formula("cos(2*pi*k/n)", k=make.number(turn.numerator), n=make.number(turn.denominator))


_EXACT = {Fraction(0): Fraction(1), Fraction(1, 6): Fraction(1, 2), Fraction(1, 4): Fraction(0)}
"""The cosines that are rational, by the turn."""


def _transform(make: ComplexNodes, x: Pair, sign: int) -> Pair:
    """The transform along the first dim: the sum of x[j] exp(sign 2 pi i j k/n) for each k.

    For n = p m it is made of those of p parts, each of m numbers, as Cooley and Tukey do: X[k] is the sum over r < p of
    the root r k times the transform of x[r], x[r + p], ... at k mod m.
    """
    size = x.shape[0]
    factor = next((at for at in range(2, math.isqrt(size) + 1) if size % at == 0), size)
    roots, places = _roots(make.make, size, sign), np.arange(size)
    parts = [x[r::factor] for r in range(factor)]
    found: Pair | None = None
    for r, part in enumerate(parts if factor == size else [_transform(make, part, sign) for part in parts]):
        turned = roots[r * places % size].moved(lambda nodes: nodes.reshape(-1, *[1] * (x.ndim - 1)))
        term = make.mul(turned, part[places % part.shape[0]])
        found = term if found is None else make.add(found, term)
    assert found is not None  # there is at least one part
    return found


def _along(make: ComplexNodes, x: Pair, axis: int, sign: int) -> Pair:
    found = _transform(make, x.moved(lambda nodes: np.moveaxis(nodes, axis, 0)), sign)
    return found.moved(lambda nodes: np.moveaxis(nodes, 0, axis))


def _scaled(op: Operation, x: Pair, count: int) -> Pair:
    """The transform, normalized as torch's number says: 0 not, 1 by the root of the count, 2 by the count."""
    if op["normalization"] == 0 or count == 1:
        return x
    divisor = op.run.make.number(count)
    return op.complexes.over(x, op.call("sqrt", divisor) if op["normalization"] == 1 else divisor)


def _complex_to_complex(op: Operation) -> Pair:
    x, sign = op.pair("self"), -1 if op["forward"] else 1
    dims = [dim % x.ndim for dim in op["dim"]]
    count = math.prod([x.shape[dim] for dim in dims])
    for dim in dims:
        x = _along(op.complexes, x, dim, sign)
    return _scaled(op, x, count)


def _real_to_complex(op: Operation) -> Pair:
    """The transform of real numbers; one-sided, it has the half of the last dim that the other half mirrors."""
    x = op.complexes.of(op.nodes("self"))
    dims = [dim % x.ndim for dim in op["dim"]]
    count = math.prod([x.shape[dim] for dim in dims])
    for dim in reversed(dims):
        x = _along(op.complexes, x, dim, -1)
        if dim == dims[-1] and op["onesided"]:
            x = x[(*[slice(None)] * dim, slice(x.shape[dim] // 2 + 1))]
    return _scaled(op, x, count)


def _complex_to_real(op: Operation) -> object:
    """The inverse of the one-sided transform, with as many numbers along the last dim as are asked for.

    What is read is the half: its imaginary parts at 0 and, of an even count, at the end do not count.
    """
    x, make = op.pair("self"), op.complexes
    dims = [dim % x.ndim for dim in op["dim"]]
    size = op["last_dim_size"]
    count = math.prod([x.shape[dim] for dim in dims[:-1]]) * size
    for dim in dims[:-1]:
        x = _along(make, x, dim, 1)
    half = x.moved(lambda nodes: np.moveaxis(nodes, dims[-1], 0))
    ends = {0, size / 2}
    columns = [
        make.of(half.real[min(at, size - at)])
        if min(at, size - at) in ends
        else half[at]
        if at < size - at
        else make.conj(half[size - at])
        for at in range(size)
    ]
    found = _transform(make, stacked(columns, 0), 1).moved(lambda nodes: np.moveaxis(nodes, 0, dims[-1]))
    return _scaled(op, found, count).real


OPERATIONS: Mapping[str, Handler] = {"_fft_r2c": _real_to_complex}
"""Of real numbers."""

COMPLEX: Mapping[str, Handler] = {"_fft_c2c": _complex_to_complex, "_fft_c2r": _complex_to_real}
"""Of complex numbers."""
