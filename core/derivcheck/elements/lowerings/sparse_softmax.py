"""Softmax's sparse kin, whose smallest probabilities are 0: sparsemax, and entmax for the exponent 1.5."""

from __future__ import annotations

from typing import Any

import numpy as np

from derivcheck.elements.lowerings.orderings import sort
from derivcheck.elements.lowerings.reductions import extreme
from derivcheck.elements.node_arrays import NodeArrays, Nodes


def sparsemax(make: NodeArrays, x: Nodes, dim: Any) -> Nodes:
    """max(x - t, 0), where t makes the sum 1 (Martins and Astudillo, 2016).

    Of the k largest elements alone, the sum of x - t is 1 for t = (their sum - 1)/k. The t of all is the largest of
    these: it grows with k as long as the k-th element is above it.
    """
    axis = make.axis(dim, x.shape)
    if not x.ndim or not x.size:
        return make.full(x.shape, 1)
    sums, counts = _sums(make, _ranked(make, x, axis))
    each = make.call("div", make.call("sub", sums, make.number(1)), counts)
    limit = np.moveaxis(extreme(make, "Max", each, (0,), keepdim=True), 0, axis)
    return make.call("Max", make.call("sub", x, limit), make.number(0))


def entmax(make: NodeArrays, x: Nodes, dim: Any) -> Nodes:
    """max(x/2 - t, 0)**2, where t makes the sum 1 (Peters, Niculae and Martins, 2019).

    Of the k largest halves alone, with the mean m and the variance v, t is m - sqrt(1/k - v). It is the t of all for
    the largest k whose k-th half is not below it, which is to say (m - half)**2 <= 1/k - v.
    """
    axis = make.axis(dim, x.shape)
    if not x.ndim or not x.size:
        return make.full(x.shape, 1)
    halves = make.call("div", x, make.number(2))
    ranked = _ranked(make, halves, axis)
    sums, counts = _sums(make, ranked)
    squares, _ = _sums(make, make.formula("z**2", z=ranked))
    mean = make.call("div", sums, counts)
    room = make.formula("(1 - q)/k + m**2", q=squares, k=counts, m=mean)
    holds = make.formula("(m - z)**2", m=mean, z=ranked)
    limit = make.formula("m - sqrt(r)", m=mean[:1], r=room[:1])
    for k in range(1, len(ranked)):
        at = slice(k, k + 1)
        own = make.formula("m - sqrt(r)", m=mean[at], r=room[at])
        limit = make.call("where", make.call("le", holds[at], room[at]), own, limit)
    return make.formula("Max(z - t, 0)**2", z=halves, t=np.moveaxis(limit, 0, axis))


def _ranked(make: NodeArrays, x: Nodes, axis: int) -> Nodes:
    """The elements along an axis, which is the first one now, from the largest on."""
    return np.moveaxis(sort(make, x, axis, descending=True, stable=False), axis, 0)


def _sums(make: NodeArrays, ranked: Nodes) -> tuple[Nodes, Nodes]:
    """The sums of the first one, the first two, … elements along the first axis, and these counts."""
    counts = make.numbers(np.arange(1, len(ranked) + 1)).reshape(-1, *[1] * (ranked.ndim - 1))
    return make.running("add", ranked, 0), counts
