"""Sparsemax and entmax against their definitions: the limit that makes the sum 1, by halving, and their Jacobians."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from derivcheck import check
from derivcheck.autograd.layer_kernels import entmax15, sparsemax
from derivcheck.model import Status

POINTS = (
    torch.tensor([0.5, -1.25, 0.75, 0.25], dtype=torch.float64),
    torch.tensor([3.0, -1.0, 2.5, 0.0, 2.75], dtype=torch.float64),
    torch.tensor([0.125, 0.25, 0.0], dtype=torch.float64),
    torch.tensor([9.0, 1.0], dtype=torch.float64),
)
POWERS: dict[str, tuple[Callable[[Tensor, int], Tensor], int, int]] = {
    "sparsemax": (sparsemax, 1, 1),
    "entmax15": (entmax15, 2, 2),
}
"""The kernel, by what x is divided, and the power to which what is above the limit is raised."""


def by_halving(x: Tensor, divisor: int, power: int) -> Tensor:
    """The probabilities by definition: the limit is between the largest element less 1 and that element."""
    scaled = x / divisor
    low, high = scaled.max() - 1, scaled.max()
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if ((scaled - middle).clamp(min=0) ** power).sum() > 1 else (low, middle)
    return (scaled - low).clamp(min=0) ** power


@pytest.mark.parametrize("name", POWERS)
@pytest.mark.parametrize("x", POINTS)
def test_they_are_what_defines_them(name: str, x: Tensor) -> None:
    """The probabilities have the sum 1, in a batch as well; the truth agrees with torch, value and derivative."""
    kernel, divisor, power = POWERS[name]
    expected = by_halving(x, divisor, power)
    assert torch.allclose(kernel(x, -1), expected, atol=1e-14, rtol=0)
    assert torch.allclose(kernel(torch.stack([x, x.flip(0)], 1), 0)[:, 1], expected.flip(0), atol=1e-14, rtol=0)
    for result in check(f"{name}(x)", at={"x": x}):
        assert result.status is Status.MATCH


@pytest.mark.parametrize(
    ("name", "slope"), [("sparsemax", "1*(p > 0)"), ("entmax15", "sqrt(p)")], ids=["sparsemax", "entmax15"]
)
@pytest.mark.parametrize("x", POINTS[:2])
def test_the_published_jacobian_is_right(name: str, slope: str, x: Tensor) -> None:
    """It is diag(s) - s s.T/sum(s); one without the second term is found."""
    weights = torch.arange(1, len(x) + 1, dtype=torch.float64) / 4
    at = {"x": x, "w": weights}
    right = f"p = {name}(x); s = {slope}; s*w - s*(s @ w)/sum(s)"
    for claim, status in ((right, Status.MATCH), (f"p = {name}(x); s = {slope}; s*w", Status.WRONG_FORMULA)):
        *_, result = check(f"{name}(x) @ w", at=at, wrt="x", derivative={"x": claim})
        assert result.status is status
