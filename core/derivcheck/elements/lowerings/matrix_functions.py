"""Functions of a matrix by its elements: powers, Vandermonde's matrix, norms that need no singular values."""

from __future__ import annotations

import math

import numpy as np

from derivcheck.elements.lowerings.chains import chain, numbers, total
from derivcheck.elements.lowerings.matrices import square
from derivcheck.elements.lowerings.products import matmul
from derivcheck.elements.lowerings.solutions import inv
from derivcheck.elements.node_arrays import NodeArrays, Nodes


def matrix_power(make: NodeArrays, x: Nodes, n: int) -> Nodes:
    """A square matrix times itself, n times, by repeated squaring; the same of its inverse for a negative n."""
    size = square(make, "matrix_power", x)
    if n < 0:
        return matrix_power(make, inv(make, x), -n)
    result: Nodes | None = None
    power = x
    while n:
        if n & 1:
            result = power if result is None else matmul(make, result, power)
        n >>= 1
        if n:
            power = matmul(make, power, power)
    return np.broadcast_to(numbers(make, np.eye(size, dtype=np.int64)), x.shape) if result is None else result


def vander(make: NodeArrays, x: Nodes, n: int | None, increasing: bool | None) -> Nodes:
    """The powers of each element, from the 0th to the (n - 1)th, along a new last dimension.

    torch.linalg.vander has them in this order, torch.vander and NumPy the other way round: one must say which.
    """
    if increasing is None:
        hint = "torch.vander has falling powers: increasing=False; torch.linalg.vander rising ones: increasing=True"
        make.fail("`vander` must say whether its powers rise", hint)
    if not x.ndim or (x.ndim > 1 and not increasing):
        make.fail(f"`vander` needs a vector, and the shape is {x.shape}")
    count = x.shape[-1] if n is None else n
    if count < 2:
        make.fail(f"`vander` needs two columns or more, and N is {count}")
    make.allow((count,))
    make.allow([*x.shape, count])
    powers = [np.broadcast_to(make.number(1), x.shape), x]
    for _ in range(count - 2):
        powers.append(make.call("mul", powers[-1], x))
    return np.stack(powers if increasing else powers[::-1], axis=-1)


def matrix_norm(make: NodeArrays, x: Nodes, ord: str | float, dim: int | tuple[int, int], keepdim: bool) -> Nodes:  # noqa: A002 (torch's)
    """The norm of Frobenius, or the largest or smallest sum of sizes in a column (1, -1) or in a row (inf, -inf)."""
    are_two = isinstance(dim, tuple) and len(dim) == 2 and all(-x.ndim <= one < x.ndim for one in dim)
    if isinstance(dim, int) or not are_two or dim[0] % x.ndim == dim[1] % x.ndim:
        make.fail(f"`matrix_norm` needs two dims, and the shape is {x.shape}, the dims {dim}")
    matrices = np.moveaxis(x, dim, (-2, -1))
    found = _norm(make, matrices, ord)
    return np.expand_dims(found, tuple([one % x.ndim for one in dim])) if keepdim else found


def _norm(make: NodeArrays, x: Nodes, ord: str | float) -> Nodes:  # noqa: A002 (torch's name)
    if ord == "fro":
        flat = x.reshape(*x.shape[:-2], x.shape[-2] * x.shape[-1])
        return make.call("sqrt", total(make, make.call("mul", flat, flat)))
    if isinstance(ord, str) or abs(ord) not in {1, math.inf}:
        make.fail(f"`matrix_norm` has no ord {ord!r} here", "it has 'fro', 1 and -1")
    if not x.shape[-1] or not x.shape[-2]:
        make.fail(f"`matrix_norm` of the shape {x.shape} has no largest sum")
    rows = x.swapaxes(-1, -2) if abs(ord) == 1 else x
    return chain(make, "Max" if ord > 0 else "Min", total(make, make.call("abs", rows)))
