"""Tensors for samples: seeded, of many shapes, and some of them not contiguous."""

from __future__ import annotations

import torch
from torch import Tensor

_GENERATOR = torch.Generator().manual_seed(15)


def draw(*shape: int) -> Tensor:
    """Numbers from a normal distribution."""
    return torch.randn(shape, generator=_GENERATOR, dtype=torch.float64)


def positive(*shape: int) -> Tensor:
    """Numbers from 1/8 to 9/8."""
    return torch.rand(shape, generator=_GENERATOR, dtype=torch.float64) + 0.125


def turned(*shape: int) -> Tensor:
    """Numbers whose memory is in the order of the transpose."""
    return draw(*reversed(shape)).permute(*reversed(range(len(shape))))


def integers(*values: int) -> Tensor:
    """A vector of integers."""
    return torch.tensor(values, dtype=torch.int64)


NASTY = (draw(), draw(1), draw(3), draw(0), turned(2, 3), draw(1, 1), draw(2, 0, 3), turned(2, 3, 4))
"""A value of each kind of shape: a number, one element, a vector, none, a matrix, …"""
