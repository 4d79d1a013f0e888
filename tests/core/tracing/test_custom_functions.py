"""The forward passes of torch.autograd.Functions are formulas: detaching within them means nothing.

Covers also: tracing.second_look.
"""

# mypy: disable-error-code="no-untyped-call, no-any-return, call-overload"
# ruff: noqa: ARG004, D102, D103 (the name of each piece of torch code says what it does)

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from comparing import assert_read, recorded
from torch import Tensor
from torch.autograd import Function
from torch.autograd.function import _SingleLevelFunction, once_differentiable
from torch.utils.checkpoint import checkpoint

from derivcheck.errors import UnsupportedError


def numbers() -> Tensor:
    """Numbers that ask for a gradient."""
    return torch.tensor((0.7, -1.3, 2.1), dtype=torch.float64, requires_grad=True)


class Square(Function):
    """x*x."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return x * x

    @staticmethod
    def backward(ctx: Any, *g: Any) -> Any:
        (x,) = ctx.saved_tensors
        return 2 * x * g[0]


class Product(Function):
    """x*y, by way of a view."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, y: Tensor) -> Tensor:
        ctx.save_for_backward(x, y)
        return x * y.view(-1).view(x.shape)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *g: Any) -> Any:
        x, y = ctx.saved_tensors
        return y * g[0], x * g[0]


class SineOfSquare(Function):
    """sin(x*x), by way of `out=`."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        out = torch.empty_like(x)
        torch.mul(x, x, out=out)
        torch.sin(out, out=out)
        return out

    @staticmethod
    def backward(ctx: Any, *g: Any) -> Any:
        (x,) = ctx.saved_tensors
        return 2 * x * torch.cos(x * x) * g[0]


class Cube(Function):
    """x*x*x, by way of another Function on what is detached."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        found: Tensor = Square.apply(x.detach()) * x
        return found

    @staticmethod
    def backward(ctx: Any, *g: Any) -> Any:
        (x,) = ctx.saved_tensors
        return 3 * x * x * g[0]


class SlopeOfCube(Function):
    """3*x*x, which autograd computes in the forward pass."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        with torch.enable_grad():
            y = x.detach().requires_grad_()
            (slope,) = torch.autograd.grad((y**3).sum(), y)
        return slope

    @staticmethod
    def backward(ctx: Any, *g: Any) -> Any:
        (x,) = ctx.saved_tensors
        return 6 * x * g[0]


class Several(Function):
    """x*x, and what is not differentiated: a mask, and 2*x."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> tuple[Tensor, ...]:
        ctx.save_for_backward(x)
        mask, double = x > 0, x * 2
        ctx.mark_non_differentiable(mask, double)
        return x * x, mask, double

    @staticmethod
    def backward(ctx: Any, *g: Any) -> Any:
        (x,) = ctx.saved_tensors
        return 2 * x * g[0]


class TripleInPlace(Function):
    """3*x, written into x."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.mark_dirty(x)
        return x.mul_(3)

    @staticmethod
    def backward(ctx: Any, *g: Any) -> Any:
        return 3 * g[0]


class ProductInPlace(Function):
    """c*x, written into the constant c."""

    @staticmethod
    def forward(ctx: Any, c: Tensor, x: Tensor) -> Tensor:
        ctx.mark_dirty(c)
        ctx.save_for_backward(c.clone())
        return c.mul_(x)

    @staticmethod
    def backward(ctx: Any, *g: Any) -> Any:
        (c,) = ctx.saved_tensors
        return None, c * g[0]


class Softmax(Function):
    """The softmax, whose largest argument is detached."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        weights = (x - x.max().detach()).exp()
        found = weights / weights.sum()
        ctx.save_for_backward(found)
        return found

    @staticmethod
    def backward(ctx: Any, *g: Any) -> Any:
        (found,) = ctx.saved_tensors
        return found * (g[0] - (g[0] * found).sum())


class Exponential(Function):
    """exp(x), in the style that torch.func asks for."""

    generate_vmap_rule = True

    @staticmethod
    def forward(x: Tensor) -> Tensor:
        return x.exp()

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        ctx.save_for_backward(output)

    @staticmethod
    def backward(ctx: Any, *g: Any) -> Any:
        (output,) = ctx.saved_tensors
        return output * g[0]


class OneWay(Function):
    """x*x or x, as a number that is taken out decides."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return x * x if x.abs().max().item() < 10 else x

    @staticmethod
    def backward(ctx: Any, *g: Any) -> Any:
        (x,) = ctx.saved_tensors
        return 2 * x * g[0]


class Ones(Function):
    """1, whatever x is."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        return torch.ones_like(x)

    @staticmethod
    def backward(ctx: Any, *g: Any) -> Any:
        return torch.zeros_like(g[0])


def of_a_constant(x: Tensor) -> Any:
    with torch.no_grad():
        c = x * 3
    y = x * 2
    return Product.apply(x, x.detach()) + Product.apply(x, c) + Product.apply(y, y.detach())


def several(x: Tensor) -> Any:
    square, mask, double = Several.apply(x)
    return square * double * mask.double()


def in_place(x: Tensor) -> Any:
    y = x * 1
    return TripleInPlace.apply(y) * y + ProductInPlace.apply(x.detach() + 1, x).sin()


_TAKEN_EARLY = Square.apply


@pytest.mark.parametrize(
    "code",
    [
        _TAKEN_EARLY,
        lambda x: Product.apply(x, x * x),
        SineOfSquare.apply,
        Cube.apply,
        SlopeOfCube.apply,
        Softmax.apply,
        OneWay.apply,
        lambda x: Ones.apply(x) + x,
        lambda x: Exponential.apply(x) + torch.func.vmap(Exponential.apply)(x),
        lambda x: torch.autograd.grad(Square.apply(x).sin().sum(), x, create_graph=True)[0] * x,
        lambda x: Square.apply(x) / x.norm().item(),
        lambda x: checkpoint(lambda t: t.sin() * t.detach(), x, use_reentrant=False),
        of_a_constant,
        several,
        in_place,
    ],
)
def test_the_forward_pass_of_a_function_is_a_formula(code: Callable[..., Any]) -> None:
    """What it was given as a constant is one, and nothing else."""
    assert_read(code, numbers())


def test_a_reentrant_checkpoint_is_what_it_runs() -> None:
    """Detaching means what it means outside; the derivative is that of x*c with c = x."""
    place = recorded(lambda x: checkpoint(lambda t: t * t.detach(), x * 1, use_reentrant=True), numbers())
    assert "x (held)[0]" in place.recorded.lowered.elements.addresses


def test_a_checkpoint_that_runs_again_is_read() -> None:
    """Its saved tensors are unpacked as others, which stand for the inputs."""

    def code(x: Tensor) -> Tensor:
        y = checkpoint(lambda t: t.sin() * t * t, x, use_reentrant=False)
        (slope,) = torch.autograd.grad(y.sum(), x, create_graph=True)
        return slope * y

    assert_read(code, numbers())


class ByNumPy(Function):
    """sin(x), which NumPy computes."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        import numpy as np

        return torch.from_numpy(np.sin(x.detach().numpy()))

    @staticmethod
    def backward(ctx: Any, *g: Any) -> Any:
        (x,) = ctx.saved_tensors
        return x.cos() * g[0]


class PartlyByNumPy(ByNumPy):
    """x*sin(x), of which NumPy computes the sine."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        return x * ByNumPy.forward(ctx, x)


class NormTakenOut(ByNumPy):
    """x over its norm, which is taken out as a number."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return x / x.norm().item()


@pytest.mark.parametrize("function", [ByNumPy, PartlyByNumPy, NormTakenOut])
def test_numbers_that_cannot_be_seen_are_noticed(function: Any) -> None:
    """What was recorded does not foretell what the code returns a little way off."""
    with pytest.raises(UnsupportedError, match="numbers that cannot be seen"):
        recorded(function.apply, numbers()).recorded  # noqa: B018 (it is recorded when it is asked for)


def test_nobody_listens_afterwards() -> None:
    """Torch's own class is as it was."""
    assert_read(Square.apply, numbers())
    assert "apply" not in _SingleLevelFunction.__dict__
