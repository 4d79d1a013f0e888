"""Tests of recorded products: each beside torch's kernel, with factors and an addend."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from comparing import assert_near, drawn, partials
from torch import Tensor

CALLS: dict[str, tuple[Callable[..., Tensor], tuple[tuple[int, ...], ...]]] = {
    "mm": (torch.mm, ((2, 3), (3, 2))),
    "mm of nothing": (torch.mm, ((2, 0), (0, 3))),
    "bmm": (torch.bmm, ((2, 1, 3), (2, 3, 2))),
    "mv": (torch.mv, ((2, 3), (3,))),
    "dot": (torch.dot, ((3,), (3,))),
    "vdot": (torch.vdot, ((3,), (3,))),
    "matmul, broadcast": (torch.matmul, ((2, 1, 2, 3), (3, 3, 1))),
    "addmm": (lambda x, a, b: torch.addmm(x, a, b, beta=0.5, alpha=-2), ((2,), (1, 3), (3, 2))),
    "addmm without an addend": (lambda x, a, b: torch.addmm(x, a, b, beta=0), ((1, 2), (1, 3), (3, 2))),
    "addmv": (lambda x, a, b: torch.addmv(x, a, b, alpha=3), ((2,), (2, 3), (3,))),
    "addr": (lambda x, a, b: torch.addr(x, a, b, beta=2, alpha=0.25), ((2, 3), (2,), (3,))),
    "addbmm": (lambda x, a, b: torch.addbmm(x, a, b, beta=2), ((1, 2), (2, 1, 3), (2, 3, 2))),
    "baddbmm": (lambda x, a, b: torch.baddbmm(x, a, b, alpha=0.75), ((2, 1, 2), (2, 1, 3), (2, 3, 2))),
    "written over the addend": (lambda x, a, b: (x * 2).addmm_(a, b), ((1, 2), (1, 3), (3, 2))),
    "einsum": (lambda a, b: torch.einsum("ij,kj->ik", a, b), ((2, 3), (1, 3))),
    "outer": (torch.outer, ((2,), (3,))),
}
"""Each product, and the shapes of its arguments."""


@pytest.mark.parametrize("name", CALLS)
def test_a_product_is_read(name: str) -> None:
    """By all of its arguments."""
    call, shapes = CALLS[name]
    assert_near(call, *[drawn(*shape, seed=seed) for seed, shape in enumerate(shapes)])


def test_the_gradient_of_a_product_is_the_other_factor() -> None:
    """d(x . y)/dx = y."""
    x, y = torch.tensor([[1.0, 2.0], [3.0, -4.0]]).double().requires_grad_()
    assert partials(torch.dot, x.detach().requires_grad_(), y.detach().requires_grad_()) == [3.0, -4.0, 1.0, 2.0]
