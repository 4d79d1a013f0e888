"""The torch kernels, function by function of the table."""

from __future__ import annotations

from collections.abc import Iterator
from operator import attrgetter

import pytest
import torch
from flint import arb, ctx
from table_rows import (
    NO_CLOSED_FORM,
    REAL_ROWS,
    TORCH_DOMAIN,
    everywhere,
    in_torch,
    named,
    on_balls,
    sampled,
)
from torch import Tensor

from derivcheck.autograd import torch_kernels
from derivcheck.errors import UnsupportedError
from derivcheck.graph.inlining import DETACH
from derivcheck.language.table import Function


@pytest.fixture(autouse=True)
def working_precision() -> Iterator[None]:
    """Compute balls with enough bits that a test decides."""
    with ctx.workprec(400):
        yield


@pytest.mark.parametrize("row", [row for row in REAL_ROWS if row.torch], ids=attrgetter("name"))
def test_torch_kernels_keep_dtype_and_differentiate_in_a_batch(row: Function) -> None:
    """float32 stays float32, and torch.func's grad under vmap is autograd's, point by point."""
    points = [point for point in sampled(row) if on_balls(row, *map(arb, point)) is not None]
    points = [point for point in points if TORCH_DOMAIN.get(row.name, everywhere)(point)][:3]
    fixed = [name in row.constant_params for name in row.params]
    points = [p for p in points if all(a == b for a, b, f in zip(p, points[0], fixed, strict=True) if f)]
    single = [x if f else torch.tensor(x, dtype=torch.float32) for x, f in zip(points[0], fixed, strict=True)]
    assert in_torch(row, *single).dtype == (torch.float64 if row.name == "float_power" else torch.float32)
    if row.name == DETACH:
        return  # nothing is differentiated through it
    if row.name == "rrelu":
        return  # torch calls it random, in evaluation mode too, and vmap refuses what is random

    def f(*tensors: Tensor) -> Tensor:
        rest = iter(tensors)
        return in_torch(row, *(x if f else next(rest) for x, f in zip(points[0], fixed, strict=True)))

    batch = [torch.tensor([p[i] for p in points], dtype=torch.float64) for i in range(len(fixed)) if not fixed[i]]
    by = 1 if (row.name, 0) in NO_CLOSED_FORM else 0
    mapped = torch.func.vmap(torch.func.grad(f, argnums=by))(*batch)
    for position in range(len(points)):
        leaves = [column[position].clone().requires_grad_() for column in batch]
        (alone,) = torch.autograd.grad(f(*leaves), leaves[by])
        assert float(mapped[position]) == pytest.approx(float(alone), rel=1e-13)
    whole = f(*[column.requires_grad_() for column in batch])
    assert whole.shape == batch[0].shape


def test_what_torch_cannot_do_is_refused() -> None:
    """Orders that torch has no kernel for are an UnsupportedError, not a wrong number."""
    x = torch.tensor(1.5, dtype=torch.float64)
    with pytest.raises(UnsupportedError, match="orders 0 and 1"):
        torch_kernels.besseli(2, x)
    with pytest.raises(UnsupportedError, match="must be an integer"):
        torch_kernels.polygamma(0.5, x)


@pytest.mark.parametrize("name", ["heaviside", "floor_divide"])
def test_steps_have_torch_s_zero_derivative(name: str) -> None:
    """torch's own kernels of these raise; the ones here are on the tape."""
    x = torch.tensor(1.5, dtype=torch.float64, requires_grad=True)
    y = torch.tensor(0.4, dtype=torch.float64)
    value = torch_kernels.heaviside(x) if name == "heaviside" else torch_kernels.floor_divide(x, y)
    (gradient,) = torch.autograd.grad(value, x)
    assert gradient == 0


def test_ties_are_split_as_each_torch_kernel_does() -> None:
    """maximum halves, fmax gives all to x: that is why they are two rows."""
    x = torch.tensor(2.0, dtype=torch.float64, requires_grad=True)
    y = torch.tensor(2.0, dtype=torch.float64, requires_grad=True)
    assert [float(g) for g in torch.autograd.grad(in_torch(named("Max"), x, y), (x, y))] == [0.5, 0.5]
    assert [float(g) for g in torch.autograd.grad(in_torch(named("fmax"), x, y), (x, y))] == [1, 0]


def test_gamma_has_the_right_sign_left_of_zero() -> None:
    """Γ changes its sign at every pole."""
    x = torch.tensor([-0.5, -1.5, -2.5, 0.5, 5.0], dtype=torch.float64)
    assert torch.sign(torch_kernels.gamma(x)).tolist() == [-1, 1, -1, 1, 1]
