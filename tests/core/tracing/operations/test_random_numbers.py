"""Tests of random numbers: they are constants of the run, which says so."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from comparing import assert_read, drawn, partials, recorded
from torch import Tensor
from torch.nn import functional

from derivcheck.errors import UnsupportedError


def seeded(call: Callable[[Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
    """A call that draws the same numbers each time."""

    def run(x: Tensor) -> Tensor:
        torch.manual_seed(4)
        return call(x)

    return run


CALLS: dict[str, Callable[[Tensor], Tensor]] = {
    "dropout": lambda x: functional.dropout(x, 0.3),
    "dropout of all": lambda x: functional.dropout(x, 1.0) + x,
    "dropout of channels": lambda x: functional.dropout2d(x[None], 0.4),
    "dropout to a mean": lambda x: functional.alpha_dropout(x, 0.3),
    "dropout in one kernel": lambda x: torch.native_dropout(x, 0.3, True)[0],
    "the same, not in training": lambda x: torch.native_dropout(x, 0.3, False)[0],
    "random slopes": lambda x: functional.rrelu(x, 0.1, 0.9, training=True),
    "random slopes in place": lambda x: functional.rrelu_(x * 1.0, 0.1, 0.9, training=True),
    "mean slopes": lambda x: functional.rrelu(x, 0.1, 0.9, training=False),
    "a choice among classes": lambda x: functional.gumbel_softmax(x, tau=0.5),
    "a hard one": lambda x: functional.gumbel_softmax(x, hard=True),
    "noise": lambda x: x * torch.randn_like(x) + torch.rand_like(x),
    "a mask": lambda x: x * torch.bernoulli(x.detach().sigmoid()),
    "numbers written over others": lambda x: (x * 2).uniform_(-1, 1) * x,
}


@pytest.mark.parametrize("name", CALLS)
def test_random_numbers_are_constants(name: str) -> None:
    """The outputs and the gradients are those of torch, with the same seed."""
    assert_read(seeded(CALLS[name]), drawn(2, 3, 2, seed=6))


@pytest.mark.parametrize("name", ["dropout in one kernel", "random slopes", "noise", "numbers written over others"])
def test_what_was_drawn_is_noted(name: str) -> None:
    """Among the constants of the run."""
    place = recorded(seeded(CALLS[name]), drawn(2, 3))
    assert any("random numbers" in one for one in place.recorded.constants)


def test_what_is_written_over_is_gone() -> None:
    """By numbers that were drawn into the place of others nothing is differentiated."""
    assert partials(seeded(lambda x: (x * 2).normal_() + 0 * x), drawn(2)) == [0.0, 0.0]


def test_a_draw_that_torch_differentiates_is_not_read() -> None:
    """The slope of a sample of the gamma distribution is no slope of anything that is computed."""
    with pytest.raises(UnsupportedError, match="_standard_gamma"):
        _ = recorded(lambda x: torch._standard_gamma(x.exp()), drawn(2)).value
