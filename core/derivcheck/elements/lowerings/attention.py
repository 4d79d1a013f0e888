"""Attention, gates, and rows of a table by their numbers."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from derivcheck.elements.lowerings.chains import NOTHING, chain, sum_products, total
from derivcheck.elements.lowerings.masks import decided, is_condition
from derivcheck.elements.node_arrays import Integers, NodeArrays, Nodes


def scaled_dot_product_attention(
    make: NodeArrays,
    query: Nodes,
    key: Nodes,
    value: Nodes,
    attn_mask: Nodes | Integers | None,
    dropout_p: float,
    is_causal: bool,
    scale: Nodes | None,
    enable_gqa: bool,
) -> Nodes:
    """softmax(query @ key.mT * scale + attn_mask) @ value, the softmax along the keys.

    A key that no query may look at, by is_causal or by a condition as the mask, is left out.
    """
    if dropout_p:
        make.fail("`scaled_dot_product_attention` with dropout_p is random", "leave dropout_p out")
    if min(query.ndim, key.ndim, value.ndim) < 2:
        make.fail(f"attention needs matrices, and the shapes are {query.shape}, {key.shape} and {value.shape}")
    if enable_gqa:
        key, value = _repeated(make, query, key), _repeated(make, query, value)
    _check_sizes(make, query, key, value)
    size = query.shape[-1]
    leading = make.common_shape(query.shape[:-2], key.shape[:-2], value.shape[:-2])
    make.need(2 * math.prod([*leading, query.shape[-2], key.shape[-2], size + value.shape[-1] + 1]))
    scores = sum_products(make, query[..., :, None, :], key[..., None, :, :])
    scores = make.call("mul", scores, _inverse_root(make, size) if scale is None else scale)
    if is_causal:
        if attn_mask is not None:
            make.fail("attention takes attn_mask or is_causal=True, and not both")
        return _open_to(make, scores, np.tri(*scores.shape[-2:]) > 0, value)
    if attn_mask is None:
        return _open_to(make, scores, np.ones(scores.shape[-2:], dtype=bool), value)
    return _masked(make, scores, attn_mask, value)


def channel_prelu(make: NodeArrays, x: Nodes, weight: Nodes) -> Nodes:
    """x where positive, else the weight times x, with one weight or one for each channel, which is dim 1."""
    channels = x.shape[1] if x.ndim > 1 else 1
    if weight.ndim > 1 or weight.size not in {1, channels}:
        make.fail(
            f"`prelu` needs one weight or {channels}, and the shapes are {x.shape} and {weight.shape}",
            "there is one weight for each channel, which is dim 1",
        )
    weights = weight.reshape(()) if weight.size == 1 else weight.reshape(-1, *[1] * (x.ndim - 2))
    return make.formula("where(x > 0, x, weight*x)", x=x, weight=weights)


def dropout(make: NodeArrays, x: Nodes, p: float, training: bool) -> Nodes:
    """The input as it is, out of training; in training it is random which elements become 0."""
    if training and p:
        make.fail("`dropout` is random in training", "write training=False: what is checked then is the rest")
    return x


def embedding(make: NodeArrays, labels: Integers, weight: Nodes) -> Nodes:
    """The row of a matrix for each integer."""
    return weight[_rows(make, labels, weight)]


def embedding_bag(make: NodeArrays, labels: Integers, weight: Nodes, mode: str) -> Nodes:
    """The sum, the mean or the largest of the rows of a matrix for each bag of integers."""
    rows = _rows(make, labels, weight)
    if rows.ndim != 2:
        make.fail(f"`embedding_bag` needs bags that are equally long, as a matrix, and the shape is {rows.shape}")
    bags = weight[rows].swapaxes(-1, -2)
    if mode == "sum" or not rows.shape[1]:
        return total(make, bags)
    if mode == "mean":
        return make.call("div", total(make, bags), make.number(rows.shape[1]))
    if mode != "max":
        make.fail(f"`embedding_bag` has no mode {mode!r}", "it has sum, mean and max")
    return chain(make, "Max", bags)


def _open_to(make: NodeArrays, scores: Nodes, is_open: NDArray[np.bool_], value: Nodes) -> Nodes:
    """Attention where it is known which keys a query is open to; torch gives zeros to one that is open to none."""
    powers = np.where(is_open, make.call("exp", scores), NOTHING)
    sums = total(make, powers)
    shares = make.call("div", np.where(powers == NOTHING, make.zero, powers), sums[..., None])
    return _weighted(make, np.where(powers == NOTHING, NOTHING, shares), value)


def _masked(make: NodeArrays, scores: Nodes, mask: Nodes | Integers, value: Nodes) -> Nodes:
    """Attention with a mask: numbers that are added, or a condition that says which keys take part."""
    if isinstance(mask, Integers):
        make.fail("`attn_mask` is a condition or numbers that are added, no integers", "write attn_mask=mask != 0")
    mask, scores = make.broadcast(mask, scores)
    if not is_condition(make, mask):
        return _open_to(make, make.call("add", scores, mask), np.ones(scores.shape[-2:], dtype=bool), value)
    is_open = decided(make, mask)
    if is_open is not None:
        return _open_to(make, scores, is_open, value)
    powers = make.call("where", mask, make.call("exp", scores), make.zero)
    sums = total(make, powers)
    sums = make.call("where", make.call("gt", sums, make.zero), sums, make.number(1))
    return _weighted(make, make.call("div", powers, sums[..., None]), value)


def _weighted(make: NodeArrays, shares: Nodes, value: Nodes) -> Nodes:
    """The sums of the values, each with its share."""
    return sum_products(make, shares[..., :, None, :], value.swapaxes(-1, -2)[..., None, :, :])


def _inverse_root(make: NodeArrays, size: int) -> Nodes:
    """1/sqrt(size), as a plain number where it is one."""
    root = math.isqrt(size)
    if root * root == size and root:
        return make.number(Fraction(1, root))
    return make.call("div", make.number(1), make.call("sqrt", make.number(size)))


def _repeated(make: NodeArrays, query: Nodes, x: Nodes) -> Nodes:
    """Keys or values whose heads serve several heads of the queries."""
    if x.ndim < 3 or query.ndim < 3 or not x.shape[-3] or query.shape[-3] % x.shape[-3]:
        make.fail(f"the heads of the shape {query.shape} must be a multiple of those of {x.shape}")
    return np.repeat(x, query.shape[-3] // x.shape[-3], axis=-3)


def _check_sizes(make: NodeArrays, query: Nodes, key: Nodes, value: Nodes) -> None:
    if query.shape[-1] != key.shape[-1]:
        make.fail(f"the queries and the keys must be equally long, and the shapes are {query.shape} and {key.shape}")
    if key.shape[-2] != value.shape[-2]:
        make.fail(f"there must be as many keys as values, and the shapes are {key.shape} and {value.shape}")


def _rows(make: NodeArrays, labels: Any, weight: Nodes) -> NDArray[np.int64]:
    """Integers that are numbers of rows of a matrix."""
    if not isinstance(labels, Integers):
        make.fail(f"`{make.function}` takes integers first, then the matrix")
    if weight.ndim != 2:
        make.fail(f"`{make.function}` needs a matrix, and the shape is {weight.shape}")
    outside = labels.values[(labels.values < 0) | (labels.values >= len(weight))]
    if outside.size:
        make.fail(f"`{make.function}` has the integer {outside.ravel()[0]}, and the matrix has {len(weight)} rows")
    make.allow([*labels.values.shape, weight.shape[1]])
    return labels.values
