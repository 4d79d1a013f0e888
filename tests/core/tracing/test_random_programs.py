"""Random programs of views, writes in place, detached parts and Functions are read as torch runs them."""

# mypy: disable-error-code="no-untyped-call"

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import pytest
import torch
from comparing import assert_read, drawn
from torch import Tensor
from torch.autograd import Function


class _SquareTimes(Function):
    """x*x*y, by way of what is detached, and in place."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, y: Tensor) -> Tensor:
        ctx.save_for_backward(x, y)
        held = x.detach()
        return (held * held.clone()).mul_(y)

    @staticmethod
    def backward(ctx: Any, *g: Any) -> Any:
        x, y = ctx.saved_tensors
        return 2 * x * y * g[0], x * x * g[0]


def _without_gradients(x: Tensor) -> Tensor:
    with torch.no_grad():
        constant = x * 1.5
    return constant * x


def _leaf(x: Tensor) -> Tensor:
    leaf = x.detach().requires_grad_()
    return torch.autograd.grad((leaf**3).sum(), leaf)[0] * x


def _buffer(x: Tensor) -> Tensor:
    buffer = torch.zeros(3, x.numel(), dtype=x.dtype)
    buffer[1].copy_(x.reshape(-1))
    return buffer[:, : x.shape[-1]]


def _masked(x: Tensor, other: Tensor) -> Tensor:
    found = x.clone()
    found[x > 0] = other.sum()
    return found


def _differences(x: Tensor) -> Tensor:
    found = x.clone()
    flat = found.view(-1)
    flat[1:].sub_(flat[:-1].clone())
    return found


_MAKING: tuple[Callable[[Tensor, Tensor], Any], ...] = (
    lambda x, _: x * -1.5,
    lambda x, _: x[-1:],
    lambda x, _: x.t() if x.dim() == 2 else x.flip(0),
    lambda x, _: x.expand(2, *x.shape)[1],
    lambda x, _: x.detach() * x,
    lambda x, _: _without_gradients(x),
    lambda x, _: _leaf(x),
    lambda x, y: torch.cat([x.reshape(-1), y.reshape(-1)])[:6],
    lambda x, _: x.clone(),
    lambda x, _: torch.where(x > 0, x * x, x),
    _masked,
    lambda x, _: _differences(x),
    lambda x, _: _SquareTimes.apply(x, x * 2),
    lambda x, _: _SquareTimes.apply(x, x.detach()),
    lambda x, _: _buffer(x),
    lambda x, _: x.reshape(-1).as_strided((2, 2), (1, 1)).sin(),
    lambda x, _: torch.func.vmap(lambda row: row * row.sum())(x),
    lambda x, _: torch.autograd.grad((x.sin() * x).sum(), x, create_graph=True)[0],
)

_WRITING: tuple[Callable[[Tensor, Tensor], Any], ...] = (
    lambda x, _: x.mul_(1.25),
    lambda x, y: x.add_(y.mean()),
    lambda x, y: x[:1].copy_(y.sum()),
)


_MOST = 20
"""No larger numbers are computed with: their sines have few digits."""


def _program(seed: int) -> Callable[[Tensor], Tensor]:
    """A program; where torch refuses a step, such as a write into an expanded view, it goes on without it."""

    def run(x: Tensor) -> Tensor:
        draw = Random(seed)
        known = [x * 1.0]
        for _ in range(draw.randint(4, 10)):
            one, other, step = draw.choice(known), draw.choice(known), draw.choice(_MAKING + _WRITING)
            try:
                found = step(one, other)
            except (RuntimeError, IndexError):
                continue
            if step in _MAKING and found.abs().max() < _MOST:
                known.append(found)
        return torch.stack([one.sin().sum() * (place + 1) for place, one in enumerate(known)]).sum()

    return run


@pytest.mark.parametrize("seed", range(14))
def test_random_programs(seed: int) -> None:
    """The gradients are those of what ran; where torch finds that a write has spoiled them, there are none."""
    code = _program(seed)
    x = drawn(2, 3, seed=seed)
    try:
        torch.autograd.grad(code(x), x)
    except RuntimeError:
        return
    assert_read(code, x, digits=9)
