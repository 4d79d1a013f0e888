"""What autograd takes for a constant is one in what is recorded, wherever the code says so."""

# ruff: noqa: D103 (the name of each piece of torch code says what it does)

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from comparing import assert_read
from torch import Tensor

X = (0.7, -1.3, 2.1)


def numbers() -> Tensor:
    """Numbers that ask for a gradient."""
    return torch.tensor(X, dtype=torch.float64, requires_grad=True)


def without_gradients(x: Tensor) -> Tensor:
    with torch.no_grad():
        c = x * x
        v, w = x[0], x.view(3, 1)
    return c * x + v * x + w[:, 0] * x


def switched_off(x: Tensor) -> Tensor:
    torch.set_grad_enabled(False)
    c = x.exp()
    torch.set_grad_enabled(True)
    return c * x


def inference(x: Tensor) -> Tensor:
    with torch.inference_mode():
        c, v = x * x, x.view(-1)[1:]
    return x * c.clone() + v.clone().sum() * x


def leaf_of_its_own(x: Tensor) -> Tensor:
    y = x.detach().requires_grad_()
    (slope,) = torch.autograd.grad((y**3).sum(), y)
    return slope * x + x * y[0] + y.view(-1)[1:].sum() * x


def gradient_without_graph(x: Tensor) -> Tensor:
    y = x * 1
    (slope,) = torch.autograd.grad((y**3).sum(), y)
    return slope * x


def gradient_by_backward(x: Tensor) -> Tensor:
    y = x.detach().clone().requires_grad_()
    (y**3).sum().backward()
    assert y.grad is not None
    return y.grad * x


def parameters(x: Tensor) -> Tensor:
    fixed, free = torch.nn.Parameter(x.detach(), requires_grad=False), torch.nn.Parameter(x.detach())
    return fixed * x + free[1] * x + torch.ones(3, dtype=x.dtype, requires_grad=True) * 2 * x


@pytest.mark.parametrize(
    "code",
    [
        lambda x: x * x.detach(),
        lambda x: x * x.data,
        lambda x: x * x.detach()[1:].sum(),
        lambda x: torch.addr(torch.outer(x, x).detach(), x, x.detach()) + torch.logaddexp(x, x.detach()),
        lambda x: torch.lerp(x, x.detach(), x.detach() * 0.1) + torch.hypot(x, x.data),
        without_gradients,
        switched_off,
        inference,
        leaf_of_its_own,
        gradient_without_graph,
        gradient_by_backward,
        parameters,
    ],
)
def test_what_autograd_does_not_follow_is_a_constant(code: Callable[..., Any]) -> None:
    """Its value stays; nothing is differentiated by it."""
    assert_read(code, numbers())
