"""Sixteen functions of tensors with their backward passes written by hand: right, and as people break them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

Backward = Callable[..., Sequence[Tensor]]
"""The gradients from the upstream gradient and the inputs."""


@dataclass(frozen=True, slots=True)
class TensorSubject:
    """One function.

    Attributes:
        formula: what it computes, over its parameters.
        forward: the same in torch.
        at: the points; their names are the parameters, in order.
        right: its backward pass.
        broken: the ways in which people break it.
    """

    formula: str
    forward: Callable[..., Tensor]
    at: Sequence[Mapping[str, str]]
    right: Backward
    broken: Mapping[str, Backward]


_X = "[[0.375, -1.25, 0.875], [1.5, -0.5, 0.25]]"
_A = "[[2, 1, -0.5], [0.25, 3, 1], [-1, 0.5, 2]]"
_B = "[[0.5, -1, 2], [1, 0.25, -0.75], [-0.5, 1.5, 1]]"


def _softmax(x: Tensor) -> Tensor:
    return torch.softmax(x, -1)


def _row_sum(x: Tensor) -> Tensor:
    return x.sum(-1, keepdim=True)


def _row_mean(x: Tensor) -> Tensor:
    return x.mean(-1, keepdim=True)


def _scale(x: Tensor) -> Tensor:
    return (x.var(-1, correction=0, keepdim=True) + 0.125).sqrt()


def _standardized(x: Tensor) -> Tensor:
    return (x - _row_mean(x)) / _scale(x)


def _root_mean_square(x: Tensor) -> Tensor:
    return (_row_mean(x.square()) + 0.125).sqrt()


def _length(x: Tensor) -> Tensor:
    length: Tensor = torch.linalg.vector_norm(x, dim=-1, keepdim=True)
    return length


def _entropy(x: Tensor) -> Tensor:
    return -_row_sum(_softmax(x) * torch.log_softmax(x, -1))


def _products_of_the_others(x: Tensor) -> Tensor:
    return torch.stack([torch.cat([x[:at], x[at + 1 :]]).prod() for at in range(len(x))])


def _attended(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    return _softmax(q @ k.T / 2) @ v


def _attention(g: Tensor, q: Tensor, k: Tensor, v: Tensor, *, rank_one: bool = True) -> list[Tensor]:
    """The backward pass of attention (T. Dao et al., FlashAttention, 2022, appendix B.2)."""
    p, d = _softmax(q @ k.T / 2), g @ v.T
    s = p * (d - _row_sum(p * d)) if rank_one else p * d
    return [s @ k / 2, s.T @ q / 2, p.T @ g]


def _unscaled_attention(g: Tensor, q: Tensor, k: Tensor, v: Tensor) -> list[Tensor]:
    by_q, by_k, by_v = _attention(g, q, k, v)
    return [2 * by_q, 2 * by_k, by_v]


def _divided_by_the_factor(g: Tensor, x: Tensor) -> list[Tensor]:
    return [g * torch.where(x == 0, 0, x.prod() / x)]


SUBJECTS: dict[str, TensorSubject] = {
    "softmax": TensorSubject(
        "softmax(x, dim=-1)",
        _softmax,
        [{"x": _X}, {"x": "randn(3, 5)"}],
        lambda g, x: [_softmax(x) * (g - _row_sum(g * _softmax(x)))],
        {
            "missing rank-one term": lambda g, x: [g * _softmax(x) * (1 - _softmax(x))],
            "sum along the wrong dim": lambda g, x: [_softmax(x) * (g - (g * _softmax(x)).sum(0, keepdim=True))],
            "sum of all": lambda g, x: [_softmax(x) * (g - (g * _softmax(x)).sum())],
        },
    ),
    "log_softmax": TensorSubject(
        "log_softmax(x, dim=-1)",
        lambda x: torch.log_softmax(x, -1),
        [{"x": _X}, {"x": "randn(3, 5)"}],
        lambda g, x: [g - _softmax(x) * _row_sum(g)],
        {
            "forgotten sum of g": lambda g, x: [g - _softmax(x)],
            "g inside": lambda g, x: [g - _softmax(x) * g],
        },
    ),
    "layer_norm": TensorSubject(
        "(x - mean(x, dim=-1, keepdim=True))/sqrt(var(x, dim=-1, correction=0, keepdim=True) + 1/8)",
        _standardized,
        [{"x": _X}, {"x": "randn(2, 6)"}],
        lambda g, x: [(g - _row_mean(g) - _standardized(x) * _row_mean(g * _standardized(x))) / _scale(x)],
        {
            "missing mean term": lambda g, x: [(g - _standardized(x) * _row_mean(g * _standardized(x))) / _scale(x)],
            "missing variance term": lambda g, x: [(g - _row_mean(g)) / _scale(x)],
            "mean against sum": lambda g, x: [
                (g - _row_mean(g) - _standardized(x) * _row_sum(g * _standardized(x))) / _scale(x)
            ],
        },
    ),
    "rms_norm": TensorSubject(
        "x/sqrt(mean(x**2, dim=-1, keepdim=True) + 1/8)",
        lambda x: x / _root_mean_square(x),
        [{"x": _X}, {"x": "randn(2, 6)"}],
        lambda g, x: [g / _root_mean_square(x) - x * _row_mean(g * x) / _root_mean_square(x) ** 3],
        {
            "missing projection": lambda g, x: [g / _root_mean_square(x)],
            "sum against mean": lambda g, x: [
                g / _root_mean_square(x) - x * _row_sum(g * x) / _root_mean_square(x) ** 3
            ],
        },
    ),
    "normalize": TensorSubject(
        "x/norm(x, dim=-1, keepdim=True)",
        lambda x: x / _length(x),
        [{"x": _X}],
        lambda g, x: [g / _length(x) - x * _row_sum(g * x) / _length(x) ** 3],
        {"missing projection": lambda g, x: [g / _length(x)]},
    ),
    "linear": TensorSubject(
        "x @ W.T + b",
        lambda x, w, b: x @ w.T + b,
        [{"x": _X, "W": _A, "b": "[0.5, -1, 0.25]"}],
        lambda g, x, w, _: [g @ w, g.T @ x, g.sum(0)],
        {
            "forgotten batch sum": lambda g, x, w, _: [g @ w, g.T @ x, g[0]],
            "mean over the batch": lambda g, x, w, _: [g @ w, g.T @ x, g.mean(0)],
            "transposed square matrix": lambda g, x, w, _: [g @ w.T, g.T @ x, g.sum(0)],
        },
    ),
    "matmul": TensorSubject(
        "x @ y",
        torch.matmul,
        [{"x": _A, "y": _B}],
        lambda g, x, y: [g @ y.T, x.T @ g],
        {
            "transposed square matrix": lambda g, x, y: [g @ y, x.T @ g],
            "exchanged factors": lambda g, x, y: [y.T @ g, g @ x.T],
        },
    ),
    "quadratic form": TensorSubject(
        "x @ A @ x",
        lambda x, a: x @ a @ x,
        [{"x": "[1, -2, 0.5]", "A": _A}],
        lambda g, x, a: [g * ((a + a.T) @ x), g * torch.outer(x, x)],
        {"symmetry taken for granted": lambda g, x, a: [g * 2 * (a @ x), g * torch.outer(x, x)]},
    ),
    "mse": TensorSubject(
        "mean((x - y)**2)",
        lambda x, y: (x - y).square().mean(),
        [{"x": _X, "y": "randn(2, 3)"}],
        lambda g, x, y: [2 * g * (x - y) / x.numel(), 2 * g * (y - x) / x.numel()],
        {
            "sum against mean": lambda g, x, y: [2 * g * (x - y), 2 * g * (y - x)],
            "mean over the batch alone": lambda g, x, y: [2 * g * (x - y) / len(x), 2 * g * (y - x) / len(x)],
            "forgotten upstream gradient": lambda _, x, y: [2 * (x - y) / x.numel(), 2 * (y - x) / x.numel()],
        },
    ),
    "entropy": TensorSubject(
        "-sum(softmax(x, dim=-1)*log_softmax(x, dim=-1), dim=-1)",
        lambda x: _entropy(x)[:, 0],
        [{"x": _X}],
        lambda g, x: [-g[:, None] * _softmax(x) * (torch.log_softmax(x, -1) + _entropy(x))],
        {"as of probabilities": lambda g, x: [-g[:, None] * (torch.log_softmax(x, -1) + 1)]},
    ),
    "logdet": TensorSubject(
        "logdet(A)",
        torch.logdet,
        [{"A": _A}],
        lambda g, a: [g * torch.linalg.inv(a).T],
        {"forgotten transpose": lambda g, a: [g * torch.linalg.inv(a)]},
    ),
    "inverse": TensorSubject(
        "inv(A)",
        torch.linalg.inv,
        [{"A": _A}],
        lambda g, a: [-torch.linalg.inv(a).T @ g @ torch.linalg.inv(a).T],
        {
            "forgotten transposes": lambda g, a: [-torch.linalg.inv(a) @ g @ torch.linalg.inv(a)],
            "wrong sign": lambda g, a: [torch.linalg.inv(a).T @ g @ torch.linalg.inv(a).T],
        },
    ),
    "cumsum": TensorSubject(
        "cumsum(x, dim=-1)",
        lambda x: x.cumsum(-1),
        [{"x": _X}],
        lambda g, _: [g.flip(-1).cumsum(-1).flip(-1)],
        {"not reversed": lambda g, _: [g.cumsum(-1)]},
    ),
    "product": TensorSubject(
        "prod(x)",
        torch.prod,
        [{"x": "[2, 0, 5]"}],
        lambda g, x: [g * _products_of_the_others(x)],
        {"divided by the factor": _divided_by_the_factor},
    ),
    "largest": TensorSubject(
        "amax(x, dim=-1)",
        lambda x: x.amax(-1),
        [{"x": _X}],
        lambda g, x: [g[:, None] * (x == x.amax(-1, keepdim=True))],
        {"the largest of all": lambda g, x: [g[:, None] * (x == x.amax())]},
    ),
    "attention": TensorSubject(
        "softmax(q @ k.T/2, dim=-1) @ v",
        _attended,
        [{"q": "randn(2, 4)", "k": "randn(3, 4)", "v": "randn(3, 2)"}],
        _attention,
        {
            "missing rank-one term": lambda g, q, k, v: _attention(g, q, k, v, rank_one=False),
            "forgotten scale": _unscaled_attention,
        },
    ),
}
"""The functions by name: those of which people write backward passes."""
