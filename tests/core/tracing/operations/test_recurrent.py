"""Tests of recurrent layers in float32, which torch may run in one kernel on a CPU."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from comparing import assert_near, drawn
from torch import Tensor, nn


@pytest.mark.parametrize("kind", [nn.LSTM, nn.GRU, nn.RNN])
@pytest.mark.parametrize("has_biases", [True, False])
def test_a_recurrent_layer_in_float32_is_read(kind: Any, *, has_biases: bool) -> None:
    """Two layers in both directions, by the inputs, the first state and the weights."""
    torch.manual_seed(1)
    layer = kind(2, 2, num_layers=2, bidirectional=True, bias=has_biases, dtype=torch.float32)
    states = [drawn(4, 1, 2, seed=seed, dtype=torch.float32) for seed in ((1, 2) if kind is nn.LSTM else (1,))]

    def call(x: Tensor, *rest: Tensor) -> tuple[Tensor, ...]:
        first = rest[: len(states)]
        output, last = layer(x, first if len(states) > 1 else first[0])
        return (output, *last) if isinstance(last, tuple) else (output, last)

    assert_near(call, drawn(3, 1, 2, dtype=torch.float32), *states, *layer.parameters(), digits=5)
