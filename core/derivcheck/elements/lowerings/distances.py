"""Distances and similarities of vectors, and the losses that are made of them."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from derivcheck.elements.lowerings.losses import reduced
from derivcheck.elements.lowerings.reductions import norm
from derivcheck.elements.node_arrays import Integers, NodeArrays, Nodes

_UNDER_THE_ROOT = Fraction(1, 10**12)
"""What torch adds to the squares of both lengths in cosine_embedding_loss, and has no option for."""


def cosine_similarity(make: NodeArrays, x: Nodes, y: Nodes, dim: Any, eps: Nodes) -> Nodes:
    """The cosine of the angle between vectors along a dim, lengths being eps at least."""
    x, y = make.broadcast(x, y)
    axes = (make.axis(dim, x.shape),) if x.ndim else ()
    lengths = [norm(make, one, 2, axes, keepdim=False) for one in (x, y)]
    products = make.sum(make.call("mul", x, y), axes)
    return make.formula("p/(Max(a, eps)*Max(b, eps))", p=products, a=lengths[0], b=lengths[1], eps=eps)


def pairwise_distance(make: NodeArrays, x: Nodes, y: Nodes, p: Any, eps: Nodes, keepdim: Any) -> Nodes:
    """The p-norm of x - y + eps along the last dim."""
    difference = make.formula("x - y + eps", x=x, y=y, eps=eps)
    axes = (difference.ndim - 1,) if difference.ndim else ()
    return norm(make, difference, p, axes, keepdim=keepdim)


def distances(make: NodeArrays, x: Nodes, y: Nodes, p: Any) -> Nodes:
    """The p-norm of the difference of each row of x and each of y."""
    if x.ndim < 2 or y.ndim < 2 or x.shape[-1] != y.shape[-1]:
        make.fail(f"`cdist` needs matrices of rows of one size, and the shapes are {x.shape} and {y.shape}")
    difference = make.call("sub", x[..., :, None, :], y[..., None, :, :])
    if not x.shape[-1]:
        return make.full(difference.shape[:-1], 0)
    return norm(make, difference, p, (difference.ndim - 1,), keepdim=False)


def distances_within(make: NodeArrays, x: Nodes, p: Any) -> Nodes:
    """The p-norm of the difference of each two rows of a matrix."""
    if x.ndim != 2:
        make.fail(f"`pdist` needs a matrix, and the shape is {x.shape}")
    first, second = np.triu_indices(len(x), 1)
    make.allow((len(first), x.shape[1]))
    return norm(make, make.call("sub", x[first], x[second]), p, (1,), keepdim=False)


# --- losses ----------------------------------------------------------------------------------------------------------


def triplet_margin(
    make: NodeArrays,
    anchor: Nodes,
    positive: Nodes,
    negative: Nodes,
    margin: Nodes,
    p: Any,
    eps: Nodes,
    swap: Any,
    reduction: Any,
) -> Nodes:
    """What lacks to the margin by which the negative should be farther from the anchor than the positive.

    Where swap is set, the negative's distance from the positive counts if that is smaller.
    """
    near = pairwise_distance(make, anchor, positive, p, eps, keepdim=False)
    far = pairwise_distance(make, anchor, negative, p, eps, keepdim=False)
    if swap:
        far = make.call("Min", far, pairwise_distance(make, positive, negative, p, eps, keepdim=False))
    return reduced(make, make.formula("Max(m + a - b, 0)", m=margin, a=near, b=far), reduction)


def cosine_embedding(
    make: NodeArrays, x: Nodes, y: Nodes, target: Nodes | Integers, margin: Nodes, reduction: Any
) -> Nodes:
    """1 less the cosine where the target is 1, what it has above the margin where that is -1."""
    labels = make.labels(target)
    shape = make.common_shape(x.shape, y.shape)
    if labels.shape != shape[:-1] or len(shape) not in {1, 2}:
        make.fail(f"`{make.function}` needs vectors, and a target for each, not the shapes {shape} and {labels.shape}")
    axes = (len(shape) - 1,)
    squares = [make.sum(make.formula("x**2", x=one), (one.ndim - 1,)) for one in (x, y)]
    cosines = make.formula(
        "p/sqrt((a + e)*(b + e))",
        p=make.sum(make.call("mul", x, y), axes),
        a=squares[0],
        b=squares[1],
        e=make.number(_UNDER_THE_ROOT),
    )
    text = "where(t == 1, 1 - c, 0) + where(t == -1, Max(c - m, 0), 0)"
    return reduced(make, make.formula(text, t=labels, c=cosines, m=margin), reduction)
