"""Defects that are planted into the backward pass of a right function, through a hook on an input's gradient."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import torch
from operation_samples import Sample
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

SMALL = 1e-9
"""The relative size of the smallest defects."""

_DRAWS = 6
_EXPLAINED = 8
"""A defect is hidden by rounding that moves the element by an eighth of it."""


@dataclass(frozen=True, slots=True)
class Defect:
    """One defect.

    Attributes:
        name: what it does.
        sample: the sample with the defect in it: its values are those of the right one.
        at: which input's gradient it changes.
        elements: the flat places of the elements that it changes.
        is_small: whether it is a factor 1 + 1e-9.
    """

    name: str
    sample: Sample
    at: int
    elements: tuple[int, ...]
    is_small: bool


def defects(sample: Sample) -> Iterator[Defect]:
    """The defects for a sample; none where every gradient is 0, or none is a number."""
    gradients = gradients_of(sample)
    inputs = [at for at, one in enumerate(gradients) if _filled(one)]
    if not inputs:
        return
    draw = random.Random(sample.number)
    for name, factor, is_single in _KINDS:
        at = draw.choice(inputs)
        filled = _filled(gradients[at])
        elements = (draw.choice(filled),) if is_single else tuple(filled)
        factors = torch.ones_like(gradients[at].real).reshape(-1)
        factors[list(elements)] = factor
        broken = Sample(
            sample.number,
            sample.summary,
            _with_hook(sample.function, at, factors.reshape(gradients[at].shape)),
            sample.inputs,
        )
        yield Defect(name, broken, at, elements, factor == 1 + SMALL)


_KINDS = (
    ("each element times 1 + 1e-9", 1 + SMALL, False),
    ("one element times 1 + 1e-9", 1 + SMALL, True),
    ("one element dropped", 0.0, True),
    ("one gradient times 0.999", 0.999, False),
    ("the sign of one gradient", -1.0, False),
)

KINDS = tuple(name for name, *_ in _KINDS)
"""The names of the defects."""


def _filled(gradient: Tensor) -> list[int]:
    """The places of elements that are neither 0 nor infinite."""
    flat = gradient.reshape(-1)
    return [at for at, one in enumerate((flat.isfinite() & (flat != 0)).tolist()) if one]


def _with_hook(function: Callable[..., Any], at: int, factors: Tensor) -> Callable[..., Any]:
    def broken(*given: Tensor) -> Any:
        changed = given[at].view_as(given[at])
        if changed.requires_grad:
            changed.register_hook(lambda gradient: gradient * factors)
        return function(*given[:at], changed, *given[at + 1 :])

    return broken


def gradients_of(sample: Sample) -> list[Tensor]:
    """The gradients of all outputs, each with weights of its own."""
    result = sample.function(*sample.inputs)
    outputs = [one for one in (result if isinstance(result, tuple | list) else [result]) if _has_graph(one)]
    generator = torch.Generator().manual_seed(0)
    weights = [torch.rand(one.shape, generator=generator, dtype=torch.float64).to(one.dtype) + 0.5 for one in outputs]
    found = torch.autograd.grad(outputs, sample.inputs, weights, allow_unused=True)
    return [torch.zeros_like(x) if g is None else g for g, x in zip(found, sample.inputs, strict=True)]


def _has_graph(one: Any) -> bool:
    return isinstance(one, Tensor) and one.requires_grad


class _Shaken(TorchDispatchMode):
    """Moves each number that an operation returns by half an ulp, or not."""

    def __init__(self, seed: int) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.generator = torch.Generator().manual_seed(seed)

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        if any(one.alias_info is not None for one in func._schema.returns):
            return result
        if isinstance(result, tuple | list):
            return type(result)([self._moved(one) for one in result])
        return self._moved(result)

    def _moved(self, one: Any) -> Any:
        if not isinstance(one, Tensor) or one.dtype not in {torch.float64, torch.complex128}:
            return one
        steps = torch.randint(-1, 2, one.shape, generator=self.generator, dtype=torch.float64)
        return one * (1 + steps * 2.0**-52)


def hidden_by_rounding(right: Sample, defect: Defect) -> bool:
    """Whether roundings, of half an ulp each, move every element that a small defect changes by as much as it does.

    It asks torch alone, and nothing of derivcheck: each operation of the forward and backward pass is moved at random.
    """
    exact = gradients_of(right)[defect.at].reshape(-1)[list(defect.elements)]
    moved = torch.zeros_like(exact.real)
    for seed in range(_DRAWS):
        with _Shaken(seed):
            found = gradients_of(right)
        moved = torch.maximum(moved, (found[defect.at].reshape(-1)[list(defect.elements)] - exact).abs())
    return bool((moved * _EXPLAINED >= SMALL * exact.abs()).all())
