"""The steps by which samples are moved: -1, 0 or 1 ulp each, drawn from a seed, many operations' at a time."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import torch
from torch import Tensor

FLIP = 1 / 6
"""The probability of a step up, and of one down: a step's root mean square is then 0.58 ulp."""

BITS = {
    torch.float64: torch.int64,
    torch.float32: torch.int32,
    torch.float16: torch.int16,
    torch.bfloat16: torch.int16,
}
"""The integers of the formats' bit patterns."""

DRAWS = 32
"""How many operations' steps are drawn at a time."""

SHARED_BLOCKS = 32
"""How often that is done once for all tapes."""


def any_steps(generator: torch.Generator, shape: Sequence[int], dtype: torch.dtype) -> Tensor:
    """Steps for every sample."""
    draw = torch.rand(tuple(shape), generator=generator)
    return (draw > 1 - FLIP).to(BITS[dtype]) - (draw < FLIP).to(BITS[dtype])


def drawn(generator: torch.Generator, shape: Sequence[int], dim: int, dtype: torch.dtype) -> Tensor:
    """Steps, 0 for the first sample along a dimension."""
    steps = any_steps(generator, shape, dtype)
    steps.select(dim, 0).zero_()
    return steps


@lru_cache(maxsize=4 * SHARED_BLOCKS)
def shared_block(seed: int, count: int, dtype: torch.dtype, position: int) -> Sequence[Tensor]:
    """The steps that a generator draws after so many blocks."""
    generator = torch.Generator().manual_seed(seed)
    for _ in range(position):
        torch.rand((DRAWS, count), generator=generator)
    return drawn(generator, (DRAWS, count), 1, dtype).unbind()
