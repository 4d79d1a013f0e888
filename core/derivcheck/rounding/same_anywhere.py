"""Whether torch's kernel of a step gives the same bits for a number wherever in a tensor that lies.

Most numbers go through a loop of vector instructions, and the last few through one of scalar ones, which for some
functions (sinh, atan2, softplus) rounds otherwise. What torch was built with and what the processor can do decides for
which; so each kernel is tried once, and its derivative with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor

from derivcheck.autograd.devices import TORCH_DTYPES
from derivcheck.autograd.torch_program import TorchStep
from derivcheck.numbers import DType
from derivcheck.rounding.forward_pass import ROUNDED

_FEW = 7
"""Fewer numbers than any loop of vector instructions takes at a time."""

_TRIED = 294 * _FEW

_RANGES = ((0.0, 1.0), (1.0, 30.0), (-3.0, 3.0))


def is_the_same_anywhere(step: TorchStep, dtype: DType) -> bool:
    """Whether a step that is no literal gives the same bits anywhere, as far as some thousand numbers tell."""
    if step.function not in ROUNDED:
        return True
    return _is_the_same(step.run, step.numbers, step.numbers_first, len(step.args), TORCH_DTYPES[dtype])


@lru_cache(maxsize=1024)
def _is_the_same(
    run: Any, numbers: tuple[int | float, ...], numbers_first: bool, count: int, dtype: torch.dtype
) -> bool:
    def compute(tensors: Sequence[Tensor]) -> list[Tensor]:
        leaves = [tensor.clone().requires_grad_() for tensor in tensors]
        result = run(*numbers, *leaves) if numbers_first else run(*leaves, *numbers)
        return [result.detach(), *torch.autograd.grad(result.sum(), leaves)]

    generator = torch.Generator().manual_seed(1)
    tried = [_draw(generator).to(dtype) for _ in range(count)]
    try:
        whole = compute(tried)
        parts = [compute(part) for part in zip(*(tensor.split(_FEW) for tensor in tried), strict=True)]
    except Exception:  # without a derivative, or a kernel for this format
        return False
    return all(map(_are_the_same, whole, map(torch.cat, zip(*parts, strict=True))))


def _draw(generator: torch.Generator) -> Tensor:
    """Numbers of several sizes, in any order."""
    uniform = torch.rand(_TRIED, generator=generator, dtype=torch.float64)
    which = torch.randint(len(_RANGES), (_TRIED,), generator=generator)
    low, high = torch.tensor(_RANGES, dtype=torch.float64)[which].unbind(1)
    return low + uniform * (high - low)


def _are_the_same(one: Tensor, other: Tensor) -> bool:
    return bool(((one == other) | (one.isnan() & other.isnan())).all())
