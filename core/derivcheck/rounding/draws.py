"""The steps by which samples are moved: -1, 0 or 1 ulp each, drawn from a seed, many at a time."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from random import Random

import torch
from torch import Tensor

from derivcheck.rounding.moving import BITS, shares_of

FLIP = 1 / 6
"""The probability of a step up, and of one down: a step's root mean square is then 0.58 ulp."""

FLIP_OF_FEW = 1 / 3
"""The same where there are a dozen samples: with `FLIP`, one number in a hundred would stay the same in all of them."""

_OPERATIONS = 32
"""For how many operations steps are drawn at a time."""

_SHARED_BLOCKS = 32
"""How often that is done once for all runs."""

_NUMBERS = 1024
"""For how many numbers steps are drawn at a time where each number has a step of its own."""

_POOL = 1 << 20
"""So many steps a pool has: far more than the samples of one number."""


class OperationDraws:
    """The steps of a run's operations: of the n-th operation they are the same in every run, whatever it computes.

    Args:
        dtype: the format of the numbers that are moved.
        seed: of the generator.
        count: how many samples an operation has, the unperturbed one included, whose step is 0.
    """

    def __init__(self, dtype: torch.dtype, seed: int, count: int) -> None:
        self._dtype, self._seed, self._count = dtype, seed, count
        self._generator: torch.Generator | None = None
        self._blocks = 0
        self._drawn: list[tuple[Tensor, Tensor]] = []

    def next(self) -> Tensor:
        """The steps of the next operation, one a sample."""
        return (self._drawn or self._draw()).pop()[0]

    def next_shares(self) -> Tensor:
        """The same as shares of the numbers that are moved: see `moving.shares_of`."""
        return (self._drawn or self._draw()).pop()[1]

    def _draw(self) -> list[tuple[Tensor, Tensor]]:
        """Draw for many operations, the next one last."""
        self._drawn = list(reversed(self._block()))
        return self._drawn

    def _block(self) -> Sequence[tuple[Tensor, Tensor]]:
        """The next steps of many operations: the first ones are drawn once for all runs, whose seed is the same."""
        within_transform = torch._C._functorch.maybe_current_level() is not None  # what is made there dies with it
        if self._generator is None and self._blocks < _SHARED_BLOCKS and not within_transform:
            self._blocks += 1
            return _shared_block(self._seed, self._count, self._dtype, self._blocks - 1)
        return _with_shares(self.of_shape((_OPERATIONS, self._count), dim=1), self._dtype)

    def of_shape(self, shape: Sequence[int], dim: int = 0) -> Tensor:
        """Steps of a shape, 0 for the first sample along a dimension."""
        if self._generator is None:  # what was drawn before came from what is shared
            self._generator = torch.Generator().manual_seed(self._seed)
            for _ in range(self._blocks):
                _uniform(self._generator, (_OPERATIONS, self._count))
        return _drawn(self._generator, shape, dim, self._dtype)


class NumberDraws:
    """The steps of a run in which every number of every tensor has a step of its own.

    Args:
        dtype: the format of the numbers that are moved.
        seed: of the generator.
    """

    def __init__(self, dtype: torch.dtype, seed: int) -> None:
        self._dtype = dtype
        self._generator = torch.Generator().manual_seed(seed)
        self._left = torch.empty(0)

    def next(self, shape: torch.Size) -> Tensor:
        """A step for every number of a tensor."""
        size = shape.numel()
        if self._left.numel() < size:
            self._left = _any_steps(self._generator, (max(_NUMBERS, size),), self._dtype)
        steps, self._left = self._left[:size], self._left[size:]
        return steps.reshape(shape)


class PooledDraws:
    """The same for very many numbers: steps are drawn once, and handed out from any place among them.

    Args:
        dtype: the format of the numbers that are moved.
        seed: of the generator.
        flip: the probability of a step up, and of one down.
    """

    def __init__(self, dtype: torch.dtype, seed: int, flip: float = FLIP) -> None:
        self._pool = _pool(dtype, seed, flip)
        self._places = Random(seed)

    def next(self, shape: torch.Size) -> Tensor:
        """A step for every number of a tensor."""
        size, most = shape.numel(), _POOL // 2
        parts = [self._part(min(most, size - first)) for first in range(0, size, most)]
        return (parts[0] if len(parts) == 1 else torch.cat([*parts, self._pool[:0]])).reshape(shape)

    def _part(self, size: int) -> Tensor:
        first = self._places.randrange(_POOL - size)
        return self._pool[first : first + size]


@lru_cache(maxsize=4)
def _pool(dtype: torch.dtype, seed: int, flip: float) -> Tensor:
    return _any_steps(torch.Generator().manual_seed(seed), (_POOL,), dtype, flip)


def _uniform(generator: torch.Generator, shape: Sequence[int]) -> Tensor:
    """Numbers between 0 and 1; others in each format, so that they do not come in torch's default one."""
    return torch.rand(tuple(shape), generator=generator, dtype=torch.float32, device="cpu")


def _any_steps(generator: torch.Generator, shape: Sequence[int], dtype: torch.dtype, flip: float = FLIP) -> Tensor:
    draw = _uniform(generator, shape)
    return (draw > 1 - flip).to(BITS[dtype]) - (draw < flip).to(BITS[dtype])


def _drawn(generator: torch.Generator, shape: Sequence[int], dim: int, dtype: torch.dtype) -> Tensor:
    steps = _any_steps(generator, shape, dtype)
    steps.select(dim, 0).zero_()
    return steps


@lru_cache(maxsize=4 * _SHARED_BLOCKS)
def _shared_block(seed: int, count: int, dtype: torch.dtype, position: int) -> Sequence[tuple[Tensor, Tensor]]:
    """The steps that a generator draws after so many blocks."""
    generator = torch.Generator().manual_seed(seed)
    for _ in range(position):
        _uniform(generator, (_OPERATIONS, count))
    return _with_shares(_drawn(generator, (_OPERATIONS, count), 1, dtype), dtype)


def _with_shares(steps: Tensor, dtype: torch.dtype) -> Sequence[tuple[Tensor, Tensor]]:
    """The steps of each operation, and the same as shares of the numbers that they move."""
    return list(zip(steps.unbind(), shares_of(steps, dtype).unbind(), strict=True))
