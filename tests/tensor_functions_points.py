"""Functions of tensors that are wrong at special points only, and right ones, for the tests of the check list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function


def with_backward(
    forward: Callable[..., Tensor], backward: Callable[..., Tensor | tuple[Tensor, ...]]
) -> Callable[..., Tensor]:
    """A function with a backward pass of its own, which gets the upstream gradient and the inputs."""

    class Own(Function):
        @staticmethod
        def forward(ctx: Any, *xs: Tensor) -> Tensor:
            ctx.save_for_backward(*xs)
            return forward(*xs)

        @staticmethod
        def backward(ctx: Any, g: Tensor) -> Any:
            return backward(g, *ctx.saved_tensors)

    return Own.apply


def _sum_of_products(g: Tensor, x: Tensor) -> Tensor:
    flipped = (g * torch.cumprod(x, -1)).flip(-1).cumsum(-1).flip(-1)
    return flipped / x


dividing_cumprod = with_backward(lambda x: torch.cumprod(x, -1), _sum_of_products)
"""cumprod whose backward pass divides by its input."""


def _masked(g: Tensor, x: Tensor) -> Tensor:
    return g[..., None] * (x == x.amax(-1, keepdim=True))


greedy_amax = with_backward(lambda x: x.amax(-1), _masked)
"""The largest of each row, which gives the whole gradient to each of several largest."""


def _first(g: Tensor, x: Tensor) -> Tensor:
    return torch.zeros_like(x).scatter(-1, x.argmax(-1, keepdim=True), g[..., None])


first_amax = with_backward(lambda x: x.amax(-1), _first)
"""The same, right: the first of several largest gets the gradient."""


late_hardtanh = with_backward(lambda x: x.clamp(-1, 1), lambda g, x: g * (x.abs() < 30))
"""A clamp whose backward pass forgets it, but far out."""

guarded_norm = with_backward(
    lambda x: torch.linalg.vector_norm(x, dim=-1),
    lambda g, x: g[..., None] * x / torch.linalg.vector_norm(x, dim=-1, keepdim=True).clamp(min=1e-3),
)
"""A norm with a guard against a division by 0 that is in nobody's formula."""

halved_at_zero = with_backward(lambda x: x.abs(), lambda g, x: torch.where(x == 0, 0.5, g * torch.sign(x)))
"""|x| whose gradient at 0 does not depend on the upstream gradient."""

infinite_at_minus_zero = with_backward(
    lambda x: (x * x).sum(-1), lambda g, x: torch.where(x == 0, (1 / x).clamp(max=0), 2 * g[..., None] * x)
)
"""A sum of squares whose gradient at -0.0 is -inf."""


def picky_log(p: Tensor) -> Tensor:
    """The sum of the logarithms of numbers between 0 and 2; it refuses others."""
    if bool((p <= 0).any()) or bool((p >= 2).any()):
        raise ValueError("p must lie between 0 and 2")
    return torch.log(p).sum(-1)


def log_of_magnitude(x: Tensor) -> Tensor:
    """log(x) of positive numbers, nan of others; log|x| is the formula that goes on beyond."""
    return torch.where(x > 0, torch.log(x.abs()), torch.nan)


soft_cross_entropy = with_backward(
    lambda z, p: -(p * torch.log_softmax(z, -1)).sum(-1),
    lambda g, z, p: (g[..., None] * (torch.softmax(z, -1) - p), -g[..., None] * torch.log_softmax(z, -1)),
)
"""A cross entropy whose backward pass is right where the probabilities add up to 1."""

ordered_clamp = with_backward(
    lambda x, lo, hi: torch.minimum(torch.maximum(x, lo), hi),
    lambda g, x, lo, hi: (g * ~((x < lo) | (x > hi)), (g * (x < lo)).sum(0), (g * (x > hi)).sum(0)),
)
"""A clamp whose backward pass is right where lo < hi."""
