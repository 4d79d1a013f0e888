"""Tests of operators that a program defines with torch.library: their Python code is recorded."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from comparing import assert_read, drawn, recorded
from torch import Tensor

from derivcheck.errors import UnsupportedError
from derivcheck.gradchecking.gradcheck import examine


@torch.library.custom_op("derivcheck_tests::cubed", mutates_args=())
def cubed(x: Tensor, factor: float) -> Tensor:
    """An operator of three others."""
    return x * x * x * factor


def _backward(ctx: Any, g: Tensor) -> tuple[Tensor, None]:
    (x,) = ctx.saved_tensors
    return 3 * ctx.factor * x * x * g, None


def _setup(ctx: Any, inputs: tuple[Tensor, float], output: Tensor) -> None:
    ctx.save_for_backward(inputs[0])
    ctx.factor = inputs[1]


cubed.register_autograd(_backward, setup_context=_setup)


@torch.library.custom_op("derivcheck_tests::by_numpy", mutates_args=())
def by_numpy(x: Tensor) -> Tensor:
    """An operator that is no code of torch."""
    return torch.from_numpy(np.sin(x.numpy()))


by_numpy.register_autograd(lambda ctx, g: g)  # noqa: ARG005 (torch's signature)


def test_an_operator_of_ones_own_is_read() -> None:
    """Among others, by its inputs."""
    assert_read(lambda x: cubed(x.sin(), 0.5).sum() + x, drawn(3))


def test_its_backward_pass_is_checked() -> None:
    """What it should be is known of the forward pass alone."""
    wrong = drawn(2)
    assert not examine(lambda x: cubed(x, 2.0), (wrong,)).is_wrong
    cubed.register_autograd(lambda ctx, g: (2 * ctx.factor * ctx.saved_tensors[0] ** 2 * g, None), setup_context=_setup)
    assert examine(lambda x: cubed(x, 2.0), (wrong,)).is_wrong
    cubed.register_autograd(_backward, setup_context=_setup)


def test_an_operator_that_leaves_torch_is_not_read() -> None:
    """Its numbers depend on the inputs, and nobody knows how."""
    with pytest.raises(UnsupportedError):
        _ = recorded(lambda x: by_numpy(x) * x, drawn(3)).value


def test_a_layer_of_torchs_that_is_such_an_operator() -> None:
    """The loss that runs a part of the batch at a time computes its gradients in the forward pass."""
    loss = torch.nn.functional.linear_cross_entropy
    options = torch.nn.LinearCrossEntropyOptions(batch_chunk_size=2, allow_retain_graph=True)
    labels = torch.tensor([0, 2, 1])
    assert_read(lambda x, w: loss(x, w, labels, options=options), drawn(3, 2), drawn(3, 2, seed=1))
