"""Functions and modules of somebody's own that take constants, or hold tensors, for the tests of how they are posed."""

# ruff: noqa: D102

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function


class LayerNorm(Function):
    """Layer norm with an affine map, whose eps stands last."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, gamma: Tensor, beta: Tensor, eps: float) -> Tensor:
        centred = x - x.mean(-1, keepdim=True)
        scale = torch.rsqrt(centred.square().mean(-1, keepdim=True) + eps)
        normal = centred * scale
        ctx.save_for_backward(normal, scale, gamma)
        return normal * gamma + beta

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        normal, scale, gamma = ctx.saved_tensors
        d = g * gamma
        by_x = scale * (d - d.mean(-1, keepdim=True) - normal * (d * normal).mean(-1, keepdim=True))
        return by_x, (g * normal).sum(0), g.sum(0), None


LAYER_NORM = (
    "(x - mean(x, dim=-1, keepdim=True)) / sqrt(var(x, dim=-1, correction=0, keepdim=True) + eps) * gamma + beta"
)


class ForgetsEps(LayerNorm):
    """Layer norm that computes with an eps of its own."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, gamma: Tensor, beta: Tensor, eps: float) -> Tensor:  # noqa: ARG004
        return LayerNorm.forward(ctx, x, gamma, beta, 1e-3)


class Power(Function):
    """x to the n, where n is no tensor and stands first."""

    @staticmethod
    def forward(ctx: Any, n: int, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        ctx.n = n
        return x**n

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        (x,) = ctx.saved_tensors
        return None, g * ctx.n * x ** (ctx.n - 1)


class WrongPower(Power):
    """The same with a gradient that leaves out the factor n."""

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        (x,) = ctx.saved_tensors
        return None, g * x ** (ctx.n - 1)


def reduced(x: Tensor, target: Tensor, *, reduction: str = "mean", weight: Tensor | None = None) -> Tensor:
    """Return the squared error, reduced by the word that is given by keyword."""
    error = (x - target).square() if weight is None else weight * (x - target).square()
    return error.mean() if reduction == "mean" else error.sum()


def logsumexp_of(x: Tensor, dims: list[int], keepdim: bool = False) -> Tensor:
    """Return the logsumexp along dims, which must be a list."""
    assert isinstance(dims, list)
    return torch.logsumexp(x, dims, keepdim)


def sum_as(x: Tensor, dtype: torch.dtype) -> Tensor:
    """Return the sum, computed in a format of its own."""
    return x.to(dtype).sum().to(x.dtype)


def moments(x: Tensor) -> tuple[Tensor, Tensor]:
    """Return the mean and the mean of the squares."""
    return x.mean(), x.square().mean()


def wrong_moments(x: Tensor) -> tuple[Tensor, Tensor]:
    """Return the mean, and the mean of the squares with a gradient of its own."""
    squares = x.square().mean()
    return x.mean(), squares.detach() + (squares - squares.detach()) * 0.5


def apply_to(x: Tensor, inner: Any) -> Tensor:
    """Return what a function that is given makes of x."""
    result: Tensor = inner(x)
    return result


class RMSNorm(torch.nn.Module):
    """Root-mean-square norm with a weight, an eps, and a buffer that is added."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = torch.nn.Parameter(torch.tensor([1.5, -0.5, 0.1]))
        self.register_buffer("shift", torch.tensor([0.1, 0.2, 0.3]))
        self.eps = 1e-6

    def forward(self, x: Tensor, *, scale: float = 1.0) -> Tensor:
        root = torch.sqrt(x.square().mean(-1, keepdim=True) + self.eps)
        result: Tensor = x / root * self.weight * scale + self.get_buffer("shift")
        return result


RMS_NORM = "x/sqrt(mean(x^2, dim=-1, keepdim=True) + eps)*weight + shift"


class Nested(torch.nn.Module):
    """Two layers, whose parameters have names with dots."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.LeakyReLU(0.25))

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.layers(x)
        return result


class Dropped(torch.nn.Module):
    """The identity in eval mode, and three times it in training."""

    def forward(self, x: Tensor) -> Tensor:
        return 3 * x if self.training else x * 1


class HalfGradient(torch.nn.Module):
    """A bias that is added, and gets half of its gradient."""

    def __init__(self) -> None:
        super().__init__()
        self.bias = torch.nn.Parameter(torch.tensor([0.5, 0.25]))

    def forward(self, x: Tensor) -> Tensor:
        return x + self.bias / 2 + self.bias.detach() / 2


class Clip(Function):
    """The identity whose gradient is clipped."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:  # noqa: ARG004
        return x.clone()

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:  # noqa: ARG004
        return g.clamp(-1, 1)
