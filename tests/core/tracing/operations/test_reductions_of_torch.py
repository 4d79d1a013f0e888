"""Operations along dims."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from comparing import assert_read, drawn

_NAMES = "sum mean prod var std amax amin logsumexp nansum nanmean"
_RUNNING = "cumsum cumprod logcumsumexp softmax log_softmax cummax cummin"


@pytest.mark.parametrize("keepdim", [False, True])
@pytest.mark.parametrize("name", _NAMES.split())
def test_reductions(name: str, keepdim: bool) -> None:
    """Along one dim counted from either end."""
    function = getattr(torch, name)
    assert_read(lambda x: function(x, 0, keepdim=keepdim) * function(x, -1, keepdim=keepdim).sum(), drawn(2, 3))


@pytest.mark.parametrize("name", _RUNNING.split())
def test_running_reductions(name: str) -> None:
    """Along a dim; those that tell places as well give the values."""
    function = getattr(torch, name)

    def values(x: torch.Tensor) -> Any:
        found = function(x, -1)
        return (found if isinstance(found, torch.Tensor) else found.values) * x

    assert_read(values, drawn(2, 3))
    assert_read(values, drawn(1))


@pytest.mark.parametrize(
    "code",
    [
        lambda x: x.sum() * x.mean() * x.prod() + x.amax() - x.amin() + x.max() * x.min() + x.std() + x.var(),
        lambda x: torch.var_mean(x, 1, correction=0)[0] + torch.std_mean(x, 1, correction=2)[1],
        lambda x: x.max(0).values * x.min(0, keepdim=True).values,
        lambda x: torch.aminmax(x, dim=1).max * x.norm(dim=1) + torch.aminmax(x).min,
        lambda x: x.norm(1) + x.norm(3, 1) + x.norm(torch.inf, 0).sum() + x.norm(-torch.inf) + (x + 3).norm(0.5),
        lambda x: torch.cov(x) + torch.cov(x, correction=0) * torch.corrcoef(x),
        lambda x: torch.trapezoid(x, dx=0.5) * torch.cumulative_trapezoid(x, dim=0)[0, 0],
        lambda x: torch.gradient(x, dim=1)[0] + torch.diff(x, prepend=x[:, :1]),
        lambda x: torch.renorm(x, 2, 0, 1.0) * x,
        lambda x: torch.dist(x, x * 2, 3) * x.trace() + torch.linalg.cross(x, x * x).sum(),
        lambda x: x.sum((0, 1)) + x.sum(dim=()) + x.mean(dtype=torch.float64) + (x > 0).sum() * x + x.bool().all() * x,
        lambda x: x.new_zeros(0).sum() + x[:0].prod() * x + x[:, :0].sum(1).sum(),
    ],
)
def test_what_else_is_reduced(code: Callable[..., Any]) -> None:
    """All at once, with corrections, orders and empty dims."""
    assert_read(code, drawn(3, 3))
