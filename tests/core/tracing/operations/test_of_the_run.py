"""Tests of what is a constant of the run: places, shapes, and memory that holds no numbers yet."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from comparing import assert_near, drawn, partials, recorded
from torch import Tensor

from derivcheck.errors import UnsupportedError

CONSTANTS: dict[str, Callable[[Tensor], Tensor]] = {
    "zeros and ones": lambda x: x * torch.ones_like(x) + torch.zeros_like(x),
    "one number": lambda x: torch.full_like(x, 3.0) * x + x.new_full((3,), 0.5),
    "new memory that is written to": lambda x: x.new_empty(3).copy_(x) * 2,
    "what is finite": lambda x: torch.where(torch.isfinite(x), x, 0.0),
    "the place of the largest": lambda x: x[x.argmax()] * x,
    "an order": lambda x: x[x.argsort()] * torch.arange(3),
    "places that are not 0": lambda x: x[x.nonzero()[:, 0]] * 2,
}


@pytest.mark.parametrize("name", CONSTANTS)
def test_what_is_made_beside_the_numbers_is_a_constant(name: str) -> None:
    """The numbers that are computed with it depend on the inputs all the same."""
    assert_near(CONSTANTS[name], drawn(3, seed=2))


@pytest.mark.parametrize("name", ["the place of the largest", "places that are not 0"])
def test_places_that_depend_on_the_numbers_are_noted(name: str) -> None:
    """At other inputs they may be others."""
    assert any("places" in one for one in recorded(CONSTANTS[name], drawn(3)).recorded.constants)


def test_constants_have_no_gradient() -> None:
    """By them nothing is differentiated."""
    assert partials(lambda x: torch.ones_like(x) * 5 + 0 * x, drawn(2)) == [0.0, 0.0]


def test_numbers_of_the_run_are_not_resized() -> None:
    """Nobody knows what stands in the memory behind them."""
    with pytest.raises(UnsupportedError, match="resize"):
        _ = recorded(lambda x: (x * 2).detach().resize_(4).sum() + x, drawn(3)).value
