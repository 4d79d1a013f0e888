"""Composites written out into the steps of which their derivatives are made: softmax, var, layer_norm."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any, TypeAlias

import torch
from torch import Tensor
from torch.nn import functional

Slot: TypeAlias = int
"""Where the result of a step stands."""

Make: TypeAlias = Callable[..., Slot]
"""Appends a step: `make(function, run, *slots, part="…")` gives the slot of `run(*tensors)`."""

Given: TypeAlias = dict[str, Any]
"""The arguments of a call by name: a `Tensors` for each that holds tensors, else the plain value."""


Rule: TypeAlias = Callable[[Make, Given], Slot | None]
"""Appends the steps of a composite, and gives the slot of its result; None where it does not know such arguments."""

OVER_COUNT = "division by the count"
"""The step in which a sum of squares becomes a variance."""


class At(int):
    """The slot of an argument that is a tensor."""


def _along(dim: Any, ndim: int) -> tuple[int, ...]:
    """The dims of a reduction."""
    if dim is None:
        return tuple(range(ndim))
    return tuple(dim) if isinstance(dim, Sequence) else (dim,)


def _count(x: Tensor, dim: Any) -> int:
    """How many elements are reduced to one."""
    return prod(x.shape[at] for at in _along(dim, x.ndim))


def _sum(x: Tensor, dim: Any, *, keepdim: bool = True) -> Tensor:
    return torch.sum(x, _along(dim, x.ndim), keepdim) if x.ndim else x


def _mean(x: Tensor, dim: Any, *, keepdim: bool = True) -> Tensor:
    return torch.mean(x, _along(dim, x.ndim), keepdim) if x.ndim else x


def _largest(x: Tensor, dim: Any) -> Tensor:
    """The largest element as a constant, by which exponents are moved: no derivative depends on it."""
    return torch.amax(x.detach(), _along(dim, x.ndim), keepdim=True) if x.ndim else x.detach()


def _only(dim: int | None) -> int:
    return 0 if dim is None else dim


# --- softmax and its like --------------------------------------------------------------------------------------------


def _softmax(make: Make, given: Given) -> Slot:
    dim = _only(given["dim"])
    e = make("exp", lambda x: torch.exp(x - _largest(x, dim)), given["x"])
    return make("div", torch.div, e, make("sum", lambda e: _sum(e, dim), e, part="normalization"))


def _log_softmax(make: Make, given: Given) -> Slot:
    dim = _only(given["dim"])
    total = make("logsumexp", lambda x: torch.logsumexp(x, dim, keepdim=True), given["x"], part="normalization")
    return make("sub", torch.sub, given["x"], total)


# --- moments ---------------------------------------------------------------------------------------------------------


def _var(make: Make, given: Given) -> Slot:
    dim, correction, keepdim = given["dim"], given["correction"], given["keepdim"]
    x = given["x"]
    centred = make("sub", torch.sub, x, make("mean", lambda x: _mean(x, dim), x, part="mean"))
    square = make("square", torch.square, centred)
    total = make("sum", lambda s: _sum(s, dim, keepdim=bool(keepdim)), square)
    return make(OVER_COUNT, lambda total, x: total / (_count(x, dim) - correction), total, x)


def _std(make: Make, given: Given) -> Slot:
    return make("sqrt", torch.sqrt, _var(make, given))


def _norm(make: Make, given: Given) -> Slot | None:
    order = given.get("p", given.get("ord"))
    if order not in {2, "fro", None}:
        return None
    dim, keepdim = given["dim"], bool(given["keepdim"])
    square = make("square", torch.square, given["x"])
    return make("sqrt", torch.sqrt, make("sum", lambda s: _sum(s, dim, keepdim=keepdim), square))


def _scaled(make: Make, made: Slot, given: Given, spread: Callable[[Tensor, Tensor], Tensor]) -> Slot:
    """Times the weight, plus the bias, each of which `spread` brings into the shape of the result."""
    for name, function, run in (("weight", "mul", torch.mul), ("bias", "add", torch.add)):
        if isinstance(given.get(name), At):
            wide = make("expand", spread, given[name], made)
            made = make(function, run, made, wide)
    return made


def _normalized(make: Make, x: Slot, dims: Callable[[Tensor], Any], eps: float, *, centred: bool = True) -> Slot:
    """(x - mean)/sqrt(var + eps) along some dims, or x/sqrt(mean(x^2) + eps)."""
    inner = x
    if centred:
        inner = make("sub", torch.sub, x, make("mean", lambda x: _mean(x, dims(x)), x, part="mean"))
    square = make("square", torch.square, inner, part="variance" if centred else "root mean square")
    power = make("mean", lambda s: _mean(s, dims(s)), square, part="variance" if centred else "root mean square")
    guarded = make("add", lambda v: v + eps, power)
    return make("div", torch.div, inner, make("sqrt", torch.sqrt, guarded))


def _last_dims(given: Given) -> Callable[[Tensor], tuple[int, ...]]:
    shape = given["normalized_shape"]
    count = len(shape) if isinstance(shape, Sequence) else 1
    return lambda _: tuple(range(-count, 0))


def _layer_norm(make: Make, given: Given) -> Slot:
    made = _normalized(make, given["x"], _last_dims(given), given["eps"])
    return _scaled(make, made, given, lambda w, x: w.expand(x.shape))


def _rms_norm(make: Make, given: Given) -> Slot | None:
    if given["eps"] is None:
        return None
    made = _normalized(make, given["x"], _last_dims(given), given["eps"], centred=False)
    return _scaled(make, made, given, lambda w, x: w.expand(x.shape))


def _by_channel(w: Tensor, x: Tensor) -> Tensor:
    """One number a channel, as wide as x."""
    return w.reshape(1, -1, *[1] * (x.ndim - 2)).expand(x.shape)


def _batch_norm(make: Make, given: Given) -> Slot | None:
    if given["training"] is not True:
        return None
    made = _normalized(make, given["x"], lambda x: (0, *range(2, x.ndim)), given["eps"])
    return _scaled(make, made, given, _by_channel)


def _instance_norm(make: Make, given: Given) -> Slot | None:
    if given["use_input_stats"] is not True:
        return None
    made = _normalized(make, given["x"], lambda x: tuple(range(2, x.ndim)), given["eps"])
    return _scaled(make, made, given, _by_channel)


def _group_norm(make: Make, given: Given) -> Slot:
    groups, x = given["num_groups"], given["x"]
    apart = make("reshape", lambda x: x.reshape(x.shape[0], groups, -1), x)
    made = _normalized(make, apart, lambda _: (2,), given["eps"])
    back = make("reshape", lambda y, x: y.reshape(x.shape), made, x)
    return _scaled(make, back, given, _by_channel)


def _normalize(make: Make, given: Given) -> Slot | None:
    if given["p"] != 2 or isinstance(given["eps"], At):
        return None
    dim, eps = given["dim"], given["eps"]
    square = make("square", torch.square, given["x"])
    length = make("sqrt", torch.sqrt, make("sum", lambda s: _sum(s, dim), square), part="norm")
    return make("div", torch.div, given["x"], make("clamp", lambda n: n.clamp_min(eps), length))


def _cosine_similarity(make: Make, given: Given) -> Slot:
    dim, eps = given["dim"], given["eps"]
    scaled = []
    for name in ("x1", "x2"):
        square = make("square", torch.square, given[name])
        length = make("sqrt", torch.sqrt, make("sum", lambda s: _sum(s, dim), square), part="norm")
        scaled.append(make("div", torch.div, given[name], make("clamp", lambda n: n.clamp_min(eps), length)))
    product = make("mul", torch.mul, *scaled)
    return make("sum", lambda p: _sum(p, dim, keepdim=False), product)


def _outer(make: Make, given: Given) -> Slot:
    first, second = list(given.values())[:2]
    column = make("reshape", lambda x: x[:, None], first)
    return make("mul", torch.mul, column, make("reshape", lambda y: y[None, :], second))


# --- losses ----------------------------------------------------------------------------------------------------------


def _reduced(make: Make, each: Slot, reduction: str) -> Slot:
    kernels = {"mean": torch.mean, "sum": torch.sum}
    return make(reduction, kernels[reduction], each) if reduction in kernels else each


def _mse_loss(make: Make, given: Given) -> Slot:
    return _reduced(
        make, make("square", torch.square, make("sub", torch.sub, given["input"], given["target"])), given["reduction"]
    )


def _cross_entropy(make: Make, given: Given) -> Slot | None:
    if isinstance(given["weight"], At) or given["label_smoothing"] or given["ignore_index"] != -100:
        return None
    x, target = given["input"], given["target"]
    log = _log_softmax_along_classes(make, x)

    def pick(log: Tensor, target: Tensor) -> Tensor:
        dim = 1 if log.ndim > 1 else 0
        if target.shape == log.shape:
            return -(log * target).sum(dim)
        return functional.nll_loss(log, target.long(), reduction="none")

    each = make("nll_loss", pick, log, target)
    if given["reduction"] != "mean":
        return _reduced(make, each, given["reduction"])
    return make("mean", torch.mean, each)


def _log_softmax_along_classes(make: Make, x: Slot) -> Slot:
    def total(x: Tensor) -> Tensor:
        return torch.logsumexp(x, 1 if x.ndim > 1 else 0, keepdim=True)

    return make("sub", torch.sub, x, make("logsumexp", total, x, part="normalization"), part="logits")


# --- gates and attention ---------------------------------------------------------------------------------------------


def _silu(make: Make, given: Given) -> Slot:
    return make("mul", torch.mul, given["x"], make("sigmoid", torch.sigmoid, given["x"]))


def _attention(make: Make, given: Given) -> Slot | None:
    if isinstance(given.get("attn_mask"), At) or given.get("is_causal") or given.get("enable_gqa"):
        return None
    query, key, value, scale = given["query"], given["key"], given["value"], given.get("scale")
    products = make("matmul", lambda q, k: q @ k.mT, query, key)
    scaled = make("mul", lambda s, q: s * (q.shape[-1] ** -0.5 if scale is None else scale), products, query)
    return make("matmul", torch.matmul, _softmax(make, {"x": At(scaled), "dim": -1}), value)


WRITTEN_OUT: dict[str, Rule] = {
    "softmax": _softmax,
    "log_softmax": _log_softmax,
    "variance": _var,
    "standard_deviation": _std,
    "norm": _norm,
    "layer_norm": _layer_norm,
    "rms_norm": _rms_norm,
    "batch_norm": _batch_norm,
    "instance_norm": _instance_norm,
    "group_norm": _group_norm,
    "normalize": _normalize,
    "cosine_similarity": _cosine_similarity,
    "squared_error": _mse_loss,
    "cross_entropy": _cross_entropy,
    "outer": _outer,
    "gate": _silu,
    "attention": _attention,
}
"""How a composite is written out, by the column `written_out`; None where it stays one step with such arguments."""
