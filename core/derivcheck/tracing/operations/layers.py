"""Layers: convolutions, normalizations, distances."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from derivcheck.elements.node_arrays import Nodes
from derivcheck.tracing.operation import Handler, Operation
from derivcheck.tracing.operations.reductions import as_plain


def _convolution(op: Operation) -> Any:
    weight = op["weight"]
    count = weight.dim() - 2
    x, bias = op.nodes("input"), op.maybe("bias")
    stride, padding, dilation = (_spread(op[key], count) for key in ("stride", "padding", "dilation"))
    if not op["transposed"]:
        found: Nodes = op.call(f"conv{count}d", x, op.nodes("weight"), bias, stride, padding, dilation, op["groups"])
        return found
    more = _spread(op["output_padding"], count)
    name = f"conv_transpose{count}d"
    return op.call(name, x, op.nodes("weight"), bias, stride, padding, more, op["groups"], dilation)


def _spread(value: Sequence[int], count: int) -> tuple[int, ...]:
    return tuple(value) * (count if len(value) == 1 else 1)


def _layer_norm(op: Operation) -> Any:
    shape = tuple(op["normalized_shape"])
    found = op.call("layer_norm", op.nodes("input"), shape, op.maybe("weight"), op.maybe("bias"), op["eps"])
    x, axes = op.nodes("input"), tuple(range(-len(shape), 0))
    mean = op.call("mean", x, axes, True)
    deviation = op.formula("rsqrt(v + e)", v=op.call("var", x, axes, 0, True), e=op["eps"])
    return found, mean, deviation


def _group_norm(op: Operation) -> Any:
    found = op.call("group_norm", op.nodes("input"), op["group"], op.maybe("weight"), op.maybe("bias"), op["eps"])
    groups = op.nodes("input").reshape(op["N"], op["group"], op["C"] // op["group"] * op["HxW"])
    deviation = op.formula("rsqrt(v + e)", v=op.call("var", groups, -1, 0), e=op["eps"])
    return found, op.call("mean", groups, -1), deviation


def _batch_norm(op: Operation) -> Any:
    x = op.nodes("input")
    axes = tuple(at for at in range(x.ndim) if at != 1)
    if op["training"]:
        mean, variance = op.call("mean", x, axes, True), op.call("var", x, axes, 0, True)
    else:
        shape = [1, -1, *[1] * (x.ndim - 2)]
        mean, variance = (op.nodes(key).reshape(shape) for key in ("running_mean", "running_var"))
    found = op.formula("(x - m)/sqrt(v + e)", x=x, m=mean, v=variance, e=op["eps"])
    for key, name in (("weight", "mul"), ("bias", "add")):
        if op[key] is not None:
            found = op.call(name, found, op.nodes(key).reshape([1, -1, *[1] * (x.ndim - 2)]))
    return (found, *[None] * (len(op.func._schema.returns) - 1))


def _trilinear(op: Operation) -> Nodes:
    """The sum along some dims of the products of three arrays, each with further dims of size 1: nn.Bilinear."""
    arrays = [np.expand_dims(op.nodes(f"i{one}"), tuple(op[f"expand{one}"])) for one in (1, 2, 3)]
    product = op.call("mul", op.call("mul", arrays[0], arrays[2]), arrays[1])
    return op.run.make.sum(product, tuple(op["sumdim"]))


OPERATIONS: Mapping[str, Handler] = {
    "convolution": _convolution,
    "native_layer_norm": _layer_norm,
    "native_group_norm": _group_norm,
    "native_batch_norm": _batch_norm,
    "_native_batch_norm_legit": _batch_norm,
    "cudnn_batch_norm": _batch_norm,
    "_trilinear": _trilinear,
    "_cdist_forward": lambda op: op.call("cdist", op.nodes("x1"), op.nodes("x2"), as_plain(op["p"])),
    "_pdist_forward": lambda op: op.call("pdist", op.nodes("self"), as_plain(op["p"])),
}
