"""Normalizations: softmax and its kin, and the layers that divide by a standard deviation."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from derivcheck.elements.lowerings.reductions import norm
from derivcheck.elements.node_arrays import NodeArrays, Nodes

# --- softmax ---------------------------------------------------------------------------------------------------------


def softmax(make: NodeArrays, x: Nodes, dim: Any = None) -> Nodes:
    """exp(x)/sum(exp(x)). Numbers are exact here, so that none has to be subtracted for exp not to overflow."""
    axes = _axis(make, x, dim)
    powers = make.call("exp", x)
    return make.call("div", powers, make.sum(powers, axes, keepdim=True))


def softmin(make: NodeArrays, x: Nodes, dim: Any = None) -> Nodes:
    """softmax(-x)."""
    return softmax(make, make.call("neg", x), dim)


def log_softmax(make: NodeArrays, x: Nodes, dim: Any = None) -> Nodes:
    """x - log(sum(exp(x)))."""
    axes = _axis(make, x, dim)
    return make.formula("x - log(s)", x=x, s=make.sum(make.call("exp", x), axes, keepdim=True))


def gated_half(make: NodeArrays, x: Nodes, dim: Any = -1) -> Nodes:
    """The first half along a dim times the sigmoid of the second: glu."""
    axis = make.axis(dim, x.shape)
    if not x.ndim or x.shape[axis] % 2:
        make.fail(f"`glu` needs an even size of dim {dim}: the shape is {x.shape}")
    first, second = np.split(x, 2, axis)
    return make.formula("a*sigmoid(b)", a=first, b=second)


def _axis(make: NodeArrays, x: Nodes, dim: Any) -> tuple[int, ...]:
    axis = make.one_axis(dim, x.shape)
    return (axis,) if x.ndim else ()


# --- divided by a norm -----------------------------------------------------------------------------------------------


def normalize(make: NodeArrays, x: Nodes, p: Any, dim: Any, eps: Nodes) -> Nodes:
    """x divided by its p-norm along a dim, or by eps where that is larger."""
    lengths = norm(make, x, p, make.axes(dim, x.shape), keepdim=True)
    return make.formula("x/Max(n, eps)", x=x, n=lengths, eps=eps)


def rms_norm(make: NodeArrays, x: Nodes, normalized_shape: Any, weight: Nodes | None, eps: Nodes | None) -> Nodes:
    """x divided by its root mean square over the last dims."""
    if eps is None:
        make.fail("the default `eps` of `rms_norm` is another one for each format", "give it: eps=1e-6")
    axes, shape = _last_dims(make, x, normalized_shape)
    squares = make.mean(make.formula("x**2", x=x), axes, keepdim=True)
    return _affine(make, make.formula("x/sqrt(m + eps)", x=x, m=squares, eps=eps), weight, None, shape)


def local_response_norm(make: NodeArrays, x: Nodes, size: Any, alpha: Nodes, beta: Nodes, k: Nodes) -> Nodes:
    """x divided by a power of the mean square of neighbouring channels, zeros counted beyond the first and last."""
    if x.ndim < 3:
        make.fail(f"`local_response_norm` needs three dims at least, and the shape is {x.shape}")
    if not isinstance(size, int) or size < 1:
        make.fail(f"`size` of `local_response_norm` must be 1 at least, not {size!r}")
    squares = make.formula("x**2", x=x)
    channels = x.shape[1]
    sums = [
        make.sum(squares[:, max(at - size // 2, 0) : at + (size - 1) // 2 + 1], (1,), keepdim=True)
        for at in range(channels)
    ]
    means = make.call("div", np.concatenate(sums, 1), make.number(size)) if sums else squares
    return make.formula("x/(k + alpha*m)**beta", x=x, m=means, alpha=alpha, beta=beta, k=k)


# --- divided by a standard deviation ---------------------------------------------------------------------------------


def layer_norm(
    make: NodeArrays, x: Nodes, normalized_shape: Any, weight: Nodes | None, bias: Nodes | None, eps: Nodes
) -> Nodes:
    """Over the last dims mean 0 and variance 1, then times a weight plus a bias."""
    axes, shape = _last_dims(make, x, normalized_shape)
    return _affine(make, _standardized(make, x, axes, eps), weight, bias, shape)


def batch_norm(
    make: NodeArrays,
    x: Nodes,
    running_mean: Nodes | None,
    running_var: Nodes | None,
    weight: Nodes | None,
    bias: Nodes | None,
    training: Any,
    momentum: Any,
    eps: Nodes,
) -> Nodes:
    """Each channel with the statistics of the batch, or in evaluation with those that were collected in training."""
    del momentum  # of the statistics that are collected, which are no result
    if x.ndim < 2:
        make.fail(f"`batch_norm` needs a dim of channels after the first, and the shape is {x.shape}")
    axes = (0, *range(2, x.ndim))
    return _by_channels(make, x, (running_mean, running_var), (weight, bias), axes, bool(training), eps)


def instance_norm(
    make: NodeArrays,
    x: Nodes,
    running_mean: Nodes | None,
    running_var: Nodes | None,
    weight: Nodes | None,
    bias: Nodes | None,
    use_input_stats: Any,
    momentum: Any,
    eps: Nodes,
) -> Nodes:
    """Each channel of each element of the batch with its own statistics, or with those collected in training."""
    del momentum
    if x.ndim < 3:
        make.fail(f"`instance_norm` needs dims after those of batch and channels, and the shape is {x.shape}")
    axes = tuple(range(2, x.ndim))
    return _by_channels(make, x, (running_mean, running_var), (weight, bias), axes, bool(use_input_stats), eps)


def group_norm(
    make: NodeArrays, x: Nodes, num_groups: Any, weight: Nodes | None, bias: Nodes | None, eps: Nodes
) -> Nodes:
    """Each group of channels of each element of the batch with its own statistics."""
    if x.ndim < 2 or not isinstance(num_groups, int) or num_groups < 1 or x.shape[1] % num_groups:
        make.fail(f"`group_norm` cannot divide the channels of the shape {x.shape} into {num_groups} groups")
    grouped = x.reshape(x.shape[0], num_groups, math.prod(x.shape[1:]) // num_groups)
    scaled = _standardized(make, grouped, (2,), eps).reshape(x.shape)
    return _affine(make, scaled, _as_channels(make, weight, x), _as_channels(make, bias, x))


def _by_channels(
    make: NodeArrays,
    x: Nodes,
    statistics: tuple[Nodes | None, Nodes | None],
    affine: tuple[Nodes | None, Nodes | None],
    axes: Sequence[int],
    of_input: bool,
    eps: Nodes,
) -> Nodes:
    """With the statistics of the input along some axes, or with given ones."""
    mean, variance, weight, bias = [_as_channels(make, one, x) for one in (*statistics, *affine)]
    if of_input:
        if math.prod([x.shape[axis] for axis in axes]) < 2:
            make.fail(f"`{make.function}` needs more than one value a channel: the shape is {x.shape}")
        scaled = _standardized(make, x, axes, eps)
    else:
        if mean is None or variance is None:
            make.fail(f"`{make.function}` needs `running_mean` and `running_var` where it does not take them of x")
        scaled = _scaled(make, x, mean, variance, eps)
    return _affine(make, scaled, weight, bias)


def _standardized(make: NodeArrays, x: Nodes, axes: Sequence[int], eps: Nodes) -> Nodes:
    """Along some axes mean 0, and variance 1 but for eps."""
    mean = make.mean(x, axes, keepdim=True)
    variance = make.mean(make.formula("(x - m)**2", x=x, m=mean), axes, keepdim=True)
    return _scaled(make, x, mean, variance, eps)


def _scaled(make: NodeArrays, x: Nodes, mean: Nodes, variance: Nodes, eps: Nodes) -> Nodes:
    return make.formula("(x - m)/sqrt(v + eps)", x=x, m=mean, v=variance, eps=eps)


def _affine(
    make: NodeArrays, x: Nodes, weight: Nodes | None, bias: Nodes | None, shape: tuple[int, ...] | None = None
) -> Nodes:
    """Times a weight plus a bias, each as it is given."""
    for what, one in (("weight", weight), ("bias", bias)):
        if one is not None and shape is not None and one.shape != shape:
            make.fail(f"`{what}` of `{make.function}` must have the shape {shape}, and has {one.shape}")
    scaled = x if weight is None else make.call("mul", x, weight)
    return scaled if bias is None else make.call("add", scaled, bias)


def _last_dims(make: NodeArrays, x: Nodes, normalized_shape: Any) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The axes of the last dims, and their sizes, which must be those that are named."""
    shape = normalized_shape if isinstance(normalized_shape, tuple) else (normalized_shape,)
    first = x.ndim - len(shape)
    if not shape or first < 0 or x.shape[first:] != shape:
        make.fail(f"`{make.function}` over the shape {shape} cannot take a value of the shape {x.shape}")
    return tuple(range(first, x.ndim)), shape


def _as_channels(make: NodeArrays, values: Nodes | None, x: Nodes) -> Nodes | None:
    """A value for each channel, laid along the second dim of x."""
    if values is None:
        return None
    if values.shape != x.shape[1:2]:
        shapes = f"{x.shape[1:2]}, and has {values.shape}"
        make.fail(f"what `{make.function}` takes for each channel must have the shape {shapes}")
    return values.reshape(1, -1, *[1] * (x.ndim - 2))
