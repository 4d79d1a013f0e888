"""Functions whose backward passes lie, and some that look so and do not: what the tests of gradcheck check."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor


class DroppedTerm(torch.autograd.Function):
    """x*sum(x) without the term of the sum."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        """x*sum(x)."""
        ctx.save_for_backward(x)
        return x * x.sum()

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Tensor:
        """What is left."""
        (x,) = ctx.saved_tensors
        made: Tensor = g * x.sum()
        return made


class WrongSign(torch.autograd.Function):
    """cos with the gradient of sin."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        """cos(x)."""
        ctx.save_for_backward(x)
        return torch.cos(x)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Tensor:
        """-(-sin(x))."""
        (x,) = ctx.saved_tensors
        made: Tensor = g * x.sin()
        return made


class IgnoresUpstream(torch.autograd.Function):
    """x**2 whose gradient is right for the upstream gradient 1."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        """x**2."""
        ctx.save_for_backward(x)
        return x**2

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Tensor:  # noqa: ARG004
        """2*x."""
        (x,) = ctx.saved_tensors
        made: Tensor = 2 * x
        return made


class WrongOnlyTwice(torch.autograd.Function):
    """x**3 with a right gradient, of which a part is cut out of the graph."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        """x**3."""
        ctx.save_for_backward(x)
        return x**3

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Tensor:
        """3*x*x, whose derivative misses one factor."""
        (x,) = ctx.saved_tensors
        made: Tensor = g * 3 * x * x.detach()
        return made


class WrongJvp(torch.autograd.Function):
    """x**2 with a right backward pass, and tangents that are twice as long."""

    @staticmethod
    def forward(x: Tensor) -> Tensor:
        """x**2."""
        return x**2

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:  # noqa: ARG004
        """Keeps x for both."""
        ctx.save_for_backward(inputs[0])
        ctx.save_for_forward(inputs[0])

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Tensor:
        """2*x."""
        (x,) = ctx.saved_tensors
        made: Tensor = 2 * x * g
        return made

    @staticmethod
    def jvp(ctx: Any, t: Tensor) -> Tensor:
        """4*x."""
        (x,) = ctx.saved_tensors
        made: Tensor = 4 * x * t
        return made


class InPlace(torch.autograd.Function):
    """exp(x)*2, computed in the memory of a buffer of its own."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        """2*exp(x)."""
        out = torch.empty_like(x)
        out.copy_(x).exp_().mul_(2)
        ctx.save_for_backward(out)
        return out

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Tensor:
        """It is its own derivative."""
        (out,) = ctx.saved_tensors
        made: Tensor = g * out
        return made


class Random(torch.autograd.Function):
    """x whose backward pass draws."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:  # noqa: ARG004
        """x."""
        return x.clone()

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Tensor:  # noqa: ARG004
        """A gradient that is another one each time, by as much as rounding might be."""
        made: Tensor = g * (1 + 4e-16 * torch.randint(-1, 2, g.shape).to(g))
        return made
