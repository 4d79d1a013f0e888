"""Reductions: sums, extremes and norms along some dims."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from derivcheck.elements.node_arrays import NodeArrays, Nodes

_EUCLIDEAN = frozenset({2, "fro", None})
"""What may stand for the norm whose p is 2."""

_INFINITIES = {"inf": math.inf, "-inf": -math.inf}
"""The words for the norms that are the largest and the smallest absolute value."""

_MOST_ORDER = 10_000
"""The largest p of a p-norm, as of an exponent that is written out."""


# --- sums and means --------------------------------------------------------------------------------------------------


def sum_along(make: NodeArrays, x: Nodes, dim: Any, keepdim: Any) -> Nodes:
    """The sum."""
    return make.sum(x, make.axes(dim, x.shape), keepdim=keepdim)


def mean_along(make: NodeArrays, x: Nodes, dim: Any, keepdim: Any) -> Nodes:
    """The mean."""
    return make.mean(x, make.axes(dim, x.shape), keepdim=keepdim)


def product_along(make: NodeArrays, x: Nodes, dim: Any, keepdim: Any) -> Nodes:
    """The product along one dim, or of all elements."""
    axes = make.axes(dim if dim is None else make.axis(dim, x.shape), x.shape)
    return make.product(x, axes, keepdim=keepdim and dim is not None)


def variance(make: NodeArrays, x: Nodes, dim: Any, correction: Any, keepdim: Any) -> Nodes:
    """The sum of the squared distances from the mean, divided by the count less the correction.

    Of a count that is no more than the correction it is a quotient by 0, as in torch.
    """
    axes = make.axes(dim, x.shape)
    squares = make.formula("(x - m)**2", x=x, m=make.mean(x, axes, keepdim=True))
    count = math.prod([x.shape[axis] for axis in axes])
    freedom = make.number(max(Fraction(0), count - Fraction(repr(correction))))
    return make.call("div", make.sum(squares, axes, keepdim=keepdim), freedom)


def standard_deviation(make: NodeArrays, x: Nodes, dim: Any, correction: Any, keepdim: Any) -> Nodes:
    """The square root of the variance."""
    return make.call("sqrt", variance(make, x, dim, correction, keepdim))


def log_sum_exp(make: NodeArrays, x: Nodes, dim: Any, keepdim: Any) -> Nodes:
    """log(sum(exp(x))). Numbers are exact here, so that none has to be subtracted for exp not to overflow."""
    return make.call("log", make.sum(make.call("exp", x), make.axes(dim, x.shape), keepdim=keepdim))


# --- extremes --------------------------------------------------------------------------------------------------------


def largest(make: NodeArrays, x: Nodes, dim: Any, keepdim: Any) -> Nodes:
    """The largest element."""
    return extreme(make, "Max", x, make.axes(dim, x.shape), keepdim=keepdim)


def smallest(make: NodeArrays, x: Nodes, dim: Any, keepdim: Any) -> Nodes:
    """The smallest element."""
    return extreme(make, "Min", x, make.axes(dim, x.shape), keepdim=keepdim)


def extreme(make: NodeArrays, name: str, x: Nodes, axes: Sequence[int], *, keepdim: bool) -> Nodes:
    """The largest or the smallest element along some axes, of which there must be one."""
    if not math.prod([x.shape[axis] for axis in axes]):
        make.fail(f"`{make.function}` of no elements is no number: the shape is {x.shape}")
    return make.chain(name, x, axes, keepdim=keepdim)


# --- norms -----------------------------------------------------------------------------------------------------------


def vector_norm(make: NodeArrays, x: Nodes, p: Any, dim: Any, keepdim: Any) -> Nodes:
    """The p-norm along some dims, or of all elements."""
    return norm(make, x, p, make.axes(dim, x.shape), keepdim=keepdim)


def distance(make: NodeArrays, x: Nodes, y: Nodes, p: Any) -> Nodes:
    """The p-norm of the difference."""
    difference = make.call("sub", x, y)
    return norm(make, difference, p, tuple(range(difference.ndim)), keepdim=False)


def norm(make: NodeArrays, x: Nodes, p: Any, axes: Sequence[int], *, keepdim: bool) -> Nodes:
    """The p-norm along some axes: sum(abs(x)**p)**(1/p), and its limits for p = 0, inf and -inf."""
    order = 2 if p in _EUCLIDEAN else _INFINITIES.get(p, p) if isinstance(p, str) else p
    if isinstance(order, str | bool) or math.isnan(order):
        make.fail(f"`{make.function}` has no norm {p!r}", "give a number: 1, 2, inf")
    if _MOST_ORDER < abs(order) < math.inf:
        make.fail(f"the order of a norm is at most {_MOST_ORDER:,}, and this is {p!r}", "give inf")
    if math.isinf(order):
        return extreme(make, "Max" if order > 0 else "Min", make.call("abs", x), axes, keepdim=keepdim)
    if order == 0:
        return make.sum(make.formula("where(x != 0, 1, 0)", x=x), axes, keepdim=keepdim)
    if order == 1:
        return make.sum(make.call("abs", x), axes, keepdim=keepdim)
    power = make.number(order)
    is_even = order % 2 == 0  # so that it needs no absolute value, which has a kink
    powers = make.formula("x**p" if is_even else "abs(x)**p", x=x, p=power)
    whole = make.sum(powers, axes, keepdim=keepdim)
    if order == 2:
        return make.call("sqrt", whole)
    return make.call("pow", whole, make.number(1 / Fraction(repr(order))))


# --- running along a dim ---------------------------------------------------------------------------------------------


def running_sum(make: NodeArrays, x: Nodes, dim: Any) -> Nodes:
    """The sums of the first elements."""
    return _running(make, "add", x, dim)


def running_product(make: NodeArrays, x: Nodes, dim: Any) -> Nodes:
    """The products of the first elements."""
    return _running(make, "mul", x, dim)


def running_log_sum_exp(make: NodeArrays, x: Nodes, dim: Any) -> Nodes:
    """The logarithms of the sums of the first exponentials."""
    return make.call("log", _running(make, "add", make.call("exp", x), dim))


def _running(make: NodeArrays, name: str, x: Nodes, dim: Any) -> Nodes:
    axis = make.one_axis(dim, x.shape)
    return make.running(name, x, axis) if x.ndim else x


# --- differences, integrals ------------------------------------------------------------------------------------------


def differences(make: NodeArrays, x: Nodes, n: Any, dim: Any) -> Nodes:
    """The differences of neighbours, taken n times."""
    if not x.ndim:
        make.fail("`diff` needs a dim, and the shape is ()")
    axis = make.axis(dim, x.shape)
    if not isinstance(n, int) or n < 0:
        make.fail(f"`n` of `diff` must be a count, not {n!r}")
    for _ in range(min(n, x.shape[axis])):
        first, second = _neighbours(x, axis)
        x = make.call("sub", second, first)
    return x


def integral(make: NodeArrays, y: Nodes, x: Nodes | None, dx: Nodes, dim: Any) -> Nodes:
    """The integral by trapezoids, along a dim."""
    areas, axis = _trapezoids(make, y, x, dx, dim)
    return make.sum(areas, (axis,))


def running_integral(make: NodeArrays, y: Nodes, x: Nodes | None, dx: Nodes, dim: Any) -> Nodes:
    """The integrals by the first trapezoids."""
    areas, axis = _trapezoids(make, y, x, dx, dim)
    return make.running("add", areas, axis)


def _trapezoids(make: NodeArrays, y: Nodes, x: Nodes | None, dx: Nodes, dim: Any) -> tuple[Nodes, int]:
    """The areas of the trapezoids, and the axis along which they stand."""
    if not y.ndim:
        make.fail(f"`{make.function}` needs a dim, and the shape is ()")
    axis = make.axis(dim, y.shape)
    widths = dx
    if x is not None:
        along = x.reshape([-1 if at == axis else 1 for at in range(y.ndim)]) if x.ndim == 1 else x
        if along.ndim > y.ndim or along.shape[axis - y.ndim] != y.shape[axis]:
            make.fail(f"`{make.function}` cannot place values of the shape {y.shape} at points of the shape {x.shape}")
        left, right = _neighbours(along, axis - y.ndim)
        widths = make.call("sub", right, left)
    first, second = _neighbours(y, axis)
    return make.formula("w*(a + b)/2", w=widths, a=first, b=second), axis


def _neighbours(x: Nodes, axis: int) -> tuple[Nodes, Nodes]:
    """All elements along an axis but the last, and all but the first."""
    moved = np.moveaxis(x, axis, 0)
    return np.moveaxis(moved[:-1], 0, axis), np.moveaxis(moved[1:], 0, axis)


# --- covariance ------------------------------------------------------------------------------------------------------


def covariance(make: NodeArrays, x: Nodes, correction: Any) -> Nodes:
    """The covariances of the rows of a matrix, each the values of one quantity; of one row its variance, a number."""
    if x.ndim > 2:
        make.fail(f"`{make.function}` takes a matrix, and the shape is {x.shape}")
    rows = x.reshape(1, -1) if x.ndim < 2 else x
    apart = make.call("sub", rows, make.mean(rows, (1,), keepdim=True))
    products = make.sum(make.call("mul", apart[:, None], apart[None, :]), (2,))
    found = make.call("div", products, make.number(max(0, rows.shape[1] - correction)))
    return found if len(rows) > 1 else found.reshape(())


def correlation(make: NodeArrays, x: Nodes) -> Nodes:
    """The covariances divided by the standard deviations of both quantities."""
    found = covariance(make, x, 1)
    if not found.ndim:
        return make.call("div", found, found)
    deviations = make.call("sqrt", found.diagonal())
    return make.formula("c/a/b", c=found, a=deviations[:, None], b=deviations[None, :])
