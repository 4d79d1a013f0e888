"""Tests of losses: each with every reduction beside torch's kernel, with weights and labels."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
import torch
from comparing import assert_read, drawn
from torch import Tensor
from torch.nn import functional

from derivcheck.gradchecking.gradcheck import examine

Y = torch.tensor([[0.25, -1.5, 2.0], [0.5, 0.0, -0.75]], dtype=torch.float64)
SHARES = torch.tensor([[0.2, 0.5, 1.0], [0.0, 0.3, 0.9]], dtype=torch.float64)
SIGNS = torch.tensor([[1.0, -1, 1], [-1, -1, 1]], dtype=torch.float64)
WEIGHTS = torch.tensor([0.5, 2.0, 1.25], dtype=torch.float64)
LABELS = torch.tensor([2, 0])

CALLS: dict[str, Callable[..., Tensor]] = {
    "mse": lambda x, **how: functional.mse_loss(x, Y, **how),
    "l1": lambda x, **how: functional.l1_loss(x, Y, **how),
    "smooth l1": lambda x, **how: functional.smooth_l1_loss(x, Y, beta=0.5, **how),
    "smooth l1 without a parabola": lambda x, **how: functional.smooth_l1_loss(x, Y, beta=0.0, **how),
    "huber": lambda x, **how: functional.huber_loss(x, Y, delta=0.75, **how),
    "soft margin": lambda x, **how: functional.soft_margin_loss(x, SIGNS, **how),
    "hinge": lambda x, **how: functional.hinge_embedding_loss(x, SIGNS, margin=0.5, **how),
    "cross entropy of shares": lambda x, **how: functional.binary_cross_entropy(x.sigmoid(), SHARES, **how),
    "the same weighed": lambda x, **how: functional.binary_cross_entropy(x.sigmoid(), SHARES, WEIGHTS, **how),
    "cross entropy of logits": lambda x, **how: functional.binary_cross_entropy_with_logits(
        x, SHARES, weight=WEIGHTS, pos_weight=WEIGHTS, **how
    ),
    "likelihood": lambda x, **how: functional.nll_loss(x, LABELS, weight=WEIGHTS, **how),
    "likelihood with one left out": lambda x, **how: functional.nll_loss(x, LABELS, ignore_index=0, **how),
    "cross entropy": lambda x, **how: functional.cross_entropy(x, LABELS, weight=WEIGHTS, label_smoothing=0.1, **how),
    "cross entropy of probabilities": lambda x, **how: functional.cross_entropy(x, SHARES, **how),
    "margins": lambda x, **how: functional.multi_margin_loss(x, LABELS, p=2, margin=0.75, weight=WEIGHTS, **how),
    "margins of several labels": lambda x, **how: functional.multilabel_margin_loss(
        x, torch.tensor([[1, -1, 0], [0, 2, -1]]), **how
    ),
    "several labels": lambda x, **how: functional.multilabel_soft_margin_loss(x, SHARES, weight=WEIGHTS, **how),
    "Poisson": lambda x, **how: functional.poisson_nll_loss(x, Y.abs(), full=True, **how),
    "Gauss": lambda x, **how: functional.gaussian_nll_loss(x, Y, SHARES + 0.1, full=True, **how),
    "divergence": lambda x, **how: functional.kl_div(x.log_softmax(-1), SHARES, **how),
}


@pytest.mark.parametrize("reduction", ["none", "mean", "sum"])
@pytest.mark.parametrize("name", CALLS)
def test_a_loss_is_read(name: str, reduction: str) -> None:
    """The nodes are what torch's kernel computes, whatever becomes of the elements."""
    assert_read(partial(CALLS[name], reduction=reduction), drawn(2, 3, seed=5))


def test_losses_of_pairs_are_read() -> None:
    """Distances and cosines between several inputs."""
    signs = torch.tensor([1.0, -1.0])
    assert_read(
        lambda x, y: functional.cosine_embedding_loss(x, y, signs, margin=-0.5), drawn(2, 3), drawn(2, 3, seed=1)
    )
    assert_read(lambda x, y: functional.margin_ranking_loss(x, y, signs, margin=0.2), drawn(2), drawn(2, seed=1))
    assert_read(
        lambda x, y, z: functional.triplet_margin_loss(x, y, z, p=3, swap=True),
        *[drawn(2, 3, seed=seed) for seed in (7, 8, 9)],
    )


@pytest.mark.parametrize("shape", [(2, 3, 2), (2, 3, 2, 2)])
def test_likelihoods_of_pictures_are_read(shape: tuple[int, ...]) -> None:
    """The classes are the second dim."""
    labels = torch.arange(shape[0] * 2 ** (len(shape) - 2)).reshape(shape[0], *shape[2:]) % 3
    assert_read(lambda x: functional.nll_loss(x, labels, weight=WEIGHTS), drawn(*shape))


def test_one_class_that_is_a_number() -> None:
    """To torch a number is a prediction with one class."""
    assert_read(lambda x: functional.multi_margin_loss(x, torch.tensor([0])), drawn(1)[0].detach().requires_grad_())
    assert_read(lambda x: functional.multilabel_margin_loss(x, torch.tensor(0)), drawn(1)[0].detach().requires_grad_())


def test_the_logarithms_of_binary_cross_entropy_are_bounded() -> None:
    """log(0) counts as -100 to torch, so that a sure and right prediction has no loss."""
    zero = torch.zeros(1, dtype=torch.float64)
    assert_read(lambda x: functional.binary_cross_entropy(x * zero, zero, reduction="none") + x, drawn(1))


def test_a_loss_whose_backward_pass_is_wrong_is_accused() -> None:
    """A sign, in a Function around torch's own loss."""

    class Wrong(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x: Tensor) -> Tensor:  # type: ignore[no-untyped-def]
            ctx.save_for_backward(x)
            return functional.huber_loss(x, Y)

        @staticmethod
        def backward(ctx, g: Tensor) -> Tensor:  # type: ignore[no-untyped-def]
            (x,) = ctx.saved_tensors
            wrong: Tensor = g * (Y - x).clamp(-1, 1) / x.numel()
            return wrong

    assert examine(Wrong.apply, (drawn(2, 3),)).is_wrong
