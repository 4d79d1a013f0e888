"""What is chosen by its order is what torch chooses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from comparing import assert_read, drawn, recorded


@pytest.mark.parametrize(
    "code",
    [
        lambda x: x.nanmedian(),
        lambda x: x.nanmedian(1).values,
        lambda x: x.nanmedian(-2, keepdim=True).values,
        lambda x: torch.where(x > 1, torch.nan, x).nanmedian(1).values.nan_to_num(),
        lambda x: x.mode(1).values,
        lambda x: x.mode(0, keepdim=True).values * x,
        lambda x: x.sort(0, descending=True).values * x,
        lambda x: x.topk(2, 1).values,
        lambda x: x.kthvalue(2, 0).values,
        lambda x: x.median() * x,
        lambda x: x.cummax(1).values + x.cummin(0).values,
        lambda x: x.msort(),
        lambda x: torch.quantile(x, 0.3, dim=1) + torch.nanquantile(x, 0.6, dim=1),
    ],
)
def test_orders(code: Callable[..., Any]) -> None:
    """Along dims counted from either end, and of all."""
    assert_read(code, drawn(3, 4))


def test_a_single_number() -> None:
    """It has no dims, and a dim all the same."""
    assert_read(lambda x: x.mode(0).values + x.nanmedian(0).values + x.median(), drawn())


def test_the_place_of_the_mode_is_told() -> None:
    """Which of the equal ones it is, the run has decided."""
    expected = ("the places that `aten::mode` finds",)
    assert expected == recorded(lambda x: x.mode(0).values, drawn(3)).recorded.constants
