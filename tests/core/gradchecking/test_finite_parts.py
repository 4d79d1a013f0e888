"""Inputs that hold nan or inf are differentiated by their finite numbers. Covers also: posing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from comparing import assert_read, partials

from derivcheck.gradchecking.finite_parts import of_finite_numbers


def _numbers(*values: float) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float64, requires_grad=True)


@pytest.mark.parametrize(
    ("code", "hole"),
    [
        (lambda x: torch.nansum(x * x), torch.nan),
        (lambda x: torch.nanmean(x) * torch.nansum(x), torch.nan),
        (lambda x: torch.nanmedian(x * x), torch.nan),
        (lambda x: torch.softmax(x, 0), -torch.inf),
        (lambda x: torch.logsumexp(x, 0), -torch.inf),
        (lambda x: torch.ops.aten._safe_softmax(x, 0), -torch.inf),
        (lambda x: torch.amin(x, 0) * x.clamp(max=1e3).prod(), torch.inf),
        (lambda x: torch.nan_to_num(x, 1.0, 2.0, 3.0), -torch.inf),
    ],
)
def test_what_skips_a_hole_has_derivatives_by_the_others(code: Callable[..., Any], hole: float) -> None:
    """As torch gives them."""
    assert_read(code, _numbers(0.5, hole, 1.5, -0.7))


def test_the_truth_is_that_of_the_finite_numbers() -> None:
    """The mean of 1 and 3 has the slopes 1/2."""
    assert partials(torch.nanmean, _numbers(1.0, torch.nan, 3.0)) == [0.5, 0.5]


def test_what_holds_numbers_stays_as_it_is() -> None:
    """The function, and the very tensors."""
    inputs = (_numbers(1.0), 2)
    function, found = of_finite_numbers(torch.pow, inputs)
    assert (function, found) == (torch.pow, inputs)


def test_a_slice_that_is_hidden_as_a_whole_has_weight_0() -> None:
    """_safe_softmax gives zeros where softmax gives nan."""
    x = torch.tensor([[0.5, -torch.inf], [-torch.inf, -torch.inf]], dtype=torch.float64, requires_grad=True)
    assert partials(lambda x: torch.ops.aten._safe_softmax(x, 1) ** 2, x) == [0.0]
