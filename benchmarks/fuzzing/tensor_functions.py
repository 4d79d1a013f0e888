"""Functions of shapes on NumPy arrays of mpmath's numbers, written anew from torch's documentation."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import mpmath
import numpy as np
from mpmath import mpf

Array = Any
"""An object array of mpf: NumPy's types do not know what an object array holds."""


def array(x: object) -> Array:
    """An object array, of one number too."""
    held = np.asarray(x, dtype=object)
    found = np.empty(held.shape, dtype=object)
    found[...] = held + mpf(0)
    return found


def each(function: Callable[..., Any], arguments: int = 1) -> Callable[..., Array]:
    """A function of numbers, element by element, with broadcasting."""
    made = np.frompyfunc(function, arguments, 1)
    return lambda *xs: array(made(*xs))


def along(function: Callable[[Array], Any], x: Array, dim: int | None, keepdim: bool = False) -> Array:
    """A function from a vector to a number, along a dimension or of all elements."""
    if dim is None:
        return array(function(x.ravel()))
    moved = np.moveaxis(x, dim, -1)
    found = np.empty(moved.shape[:-1], dtype=object)
    for at in np.ndindex(found.shape):
        found[at] = function(moved[at])
    return array(np.expand_dims(found, dim) if keepdim else found)


def vectors(function: Callable[[Array], Array], x: Array, dim: int) -> Array:
    """A function from a vector to a vector, along a dimension."""
    moved = np.moveaxis(x, dim, -1)
    rows = [function(moved[at]) for at in np.ndindex(moved.shape[:-1])]
    length = len(rows[0]) if rows else moved.shape[-1]
    found = np.empty((*moved.shape[:-1], length), dtype=object)
    for at, row in zip(np.ndindex(moved.shape[:-1]), rows, strict=True):
        found[at] = row
    return array(np.moveaxis(found, -1, dim))


def total(x: Array) -> Any:
    """The sum of all elements, 0 of none."""
    return sum(x.ravel().tolist(), mpf(0))


def factors(x: Array) -> Any:
    """The product of all elements, 1 of none."""
    return mpmath.fprod(x.ravel().tolist())


def mean(x: Array) -> Any:
    """The mean of all elements."""
    return total(x) / x.size


def variance(x: Array, correction: int) -> Any:
    """The variance of all elements."""
    return total((x - mean(x)) ** 2) / (x.size - correction)


def log_sum_exp(x: Array) -> Any:
    """The logarithm of the sum of the exponentials."""
    top = max(x.ravel())
    return top + mpmath.log(total(EXP(x - top)))


def power_norm(x: Array, p: float) -> Any:
    """The p-norm of all elements."""
    sizes = [abs(one) for one in x.ravel()]
    if p == mpmath.inf:
        return max(sizes)
    if p == -mpmath.inf:
        return min(sizes)
    if p == 1:
        return sum(sizes, mpf(0))
    return mpmath.root(sum((size**p for size in sizes), mpf(0)), int(p))


def softmax(x: Array) -> Array:
    """Exponentials over their sum."""
    top = EXP(x - max(x))
    return top / total(top)


def normalized(x: Array, eps: Any, correction: int = 0) -> Array:
    """A group of numbers with mean 0 and variance 1."""
    return (x - mean(x)) / mpmath.sqrt(variance(x, correction) + eps)


def running(function: Callable[[Array], Any], x: Array) -> Array:
    """A function of the first, the first two, … elements."""
    return array([function(x[: k + 1]) for k in range(len(x))])


def kth(x: Array, k: int) -> Any:
    """The k-th smallest, from 1."""
    return sorted(x.ravel())[k - 1]


def quantile(x: Array, q: Any) -> Any:
    """The quantile between order statistics, by linear interpolation."""
    ordered = sorted(x.ravel())
    position = q * (len(ordered) - 1)
    low = int(mpmath.floor(position))
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (position - low) * (ordered[high] - ordered[low])


def determinant(x: Array) -> Any:
    """The determinant by Leibniz: exact where the elements are, singular matrices included."""
    n = len(x)
    if n == 0:
        return mpf(1)
    minors = (np.delete(x[1:], k, axis=1) for k in range(n))
    return sum(((-1) ** k * x[0, k] * determinant(minor) for k, minor in enumerate(minors)), mpf(0))


def inverse(x: Array) -> Array:
    """The inverse by cofactors."""
    n, whole = len(x), determinant(x)
    found = np.empty((n, n), dtype=object)
    for i, k in product(range(n), repeat=2):
        minor = np.delete(np.delete(x, i, axis=0), k, axis=1)
        found[k, i] = (-1) ** (i + k) * determinant(minor) / whole
    return array(found)


def matmul(x: Array, y: Array) -> Array:
    """The product of vectors, matrices and stacks of them."""
    left, right = (x[None] if x.ndim == 1 else x), (y[:, None] if y.ndim == 1 else y)
    found = (np.expand_dims(left, -1) * np.expand_dims(right, -3)).sum(axis=-2) + mpf(0)
    found = found[..., 0, :] if x.ndim == 1 else found
    return array(found[..., 0] if y.ndim == 1 else found)


def conv1d(x: Array, weight: Array, stride: int, padding: int) -> Array:
    """What torch calls a convolution, of a batch."""
    held = np.pad(x, ((0, 0), (0, 0), (padding, padding)), constant_values=mpf(0))
    size = weight.shape[2]
    starts = range(0, held.shape[2] - size + 1, stride)
    found = np.empty((len(x), len(weight), len(starts)), dtype=object)
    for at in np.ndindex(found.shape):
        found[at] = total(held[at[0], :, starts[at[2]] : starts[at[2]] + size] * weight[at[1]])
    return array(found)


def pooled(function: Callable[[Array], Any], x: Array, size: int, stride: int) -> Array:
    """A function of each window of the last dimension."""
    starts = range(0, x.shape[-1] - size + 1, stride)
    found = np.empty((*x.shape[:-1], len(starts)), dtype=object)
    for *lead, k in np.ndindex(found.shape):
        found[(*lead, k)] = function(x[(*lead, slice(starts[k], starts[k] + size))])
    return array(found)


def cross_entropy(x: Array, target: list[int], smoothing: Any, weight: Array | None) -> Array:
    """The losses of each row, and what the mean divides them by."""
    classes = x.shape[1]
    weights = array([mpf(1)] * classes) if weight is None else weight
    losses = []
    for row, label in zip(x, target, strict=True):
        logs = row - log_sum_exp(row)
        losses.append(-(1 - smoothing) * weights[label] * logs[label] - smoothing / classes * total(weights * logs))
    return array(losses), total(array([weights[label] for label in target]))


def relu(x: Any) -> Any:
    """x, or 0."""
    return max(x, mpf(0))


EXP = each(mpmath.exp)

ELEMENTWISE: dict[str, Callable[..., Array]] = {
    "sin": each(mpmath.sin),
    "cos": each(mpmath.cos),
    "exp": EXP,
    "tanh": each(mpmath.tanh),
    "sigmoid": each(lambda x: 1 / (1 + mpmath.exp(-x))),
    "square": each(lambda x: x * x),
    "abs": each(abs),
    "relu": each(relu),
    "sqrt": each(mpmath.sqrt),
    "log": each(mpmath.log),
    "log1p": each(lambda x: mpmath.log(1 + x)),
    "reciprocal": each(lambda x: 1 / x),
    "sign": each(mpmath.sign),
    "erf": each(mpmath.erf),
    "atan": each(mpmath.atan),
    "softsign": each(lambda x: x / (1 + abs(x))),
}
"""Functions of one number, by name."""

PAIRS: dict[str, Callable[..., Array]] = {
    "+": each(lambda x, y: x + y, 2),
    "-": each(lambda x, y: x - y, 2),
    "*": each(lambda x, y: x * y, 2),
    "/": each(lambda x, y: x / y, 2),
    "maximum": each(max, 2),
    "minimum": each(min, 2),
}
"""Functions of two numbers, by operator or name."""

POINTWISE_LOSSES: dict[str, Callable[..., Array]] = {
    "mse_loss": each(lambda x, y: (x - y) ** 2, 2),
    "l1_loss": each(lambda x, y: abs(x - y), 2),
    "huber_loss": each(lambda x, y: (x - y) ** 2 / 2 if abs(x - y) <= 1 else abs(x - y) - mpf(0.5), 2),
    "smooth_l1_loss": each(lambda x, y: (x - y) ** 2 / 2 if abs(x - y) < 1 else abs(x - y) - mpf(0.5), 2),
    "poisson_nll_loss": each(lambda x, y: mpmath.exp(x) - y * x, 2),
    "soft_margin_loss": each(lambda x, y: mpmath.log(1 + mpmath.exp(-y * x)), 2),
    "binary_cross_entropy_with_logits": each(lambda x, y: relu(x) - x * y + mpmath.log(1 + mpmath.exp(-abs(x))), 2),
}
"""Losses of each element."""
