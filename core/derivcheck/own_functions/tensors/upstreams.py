"""Upstream gradients of the check list on tensors: a few fixed ones, times exact factors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from itertools import islice
from math import prod

import torch
from torch import Tensor

from derivcheck.autograd.devices import TORCH_DTYPES
from derivcheck.autograd.tensors import TorchSetting
from derivcheck.checking.tensors.shaped_requests import dense_weights
from derivcheck.model.shaped_values import Shape

ONES = 0
"""The number of the upstream gradient that is 1 everywhere, as `.sum().backward()` sends it."""

DENSE = (1, 2)
"""The numbers of those with weights of many sizes and both signs, none of them 0 or 1."""

_NUMBERS = (ONES, *DENSE)

_ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class Upstream:
    """An upstream gradient.

    Attributes:
        number: which of the fixed ones; of `row` without meaning.
        row: the element of the outputs, all flattened and joined, that alone is differentiated; None: all are.
        output: the output that alone is weighed; None: all are.
        factor: what every weight is multiplied by, a dyadic number.
    """

    number: int = ONES
    row: int | None = None
    output: int | None = None
    factor: Fraction = Fraction(1)

    def times(self, factor: Fraction) -> Upstream:
        """The same with every weight multiplied by a number."""
        return replace(self, factor=self.factor * factor)

    def weights(self, outputs: Sequence[Shape]) -> list[Fraction]:
        """The weight of each element of the outputs, flattened and joined."""
        return list(_weights(self, tuple([prod(shape) for shape in outputs])))

    def tensors(self, outputs: Sequence[Shape], setting: TorchSetting) -> list[Tensor]:
        """A tensor for each output."""
        numbers = torch.tensor([float(weight) for weight in self.weights(outputs)], dtype=torch.float64)
        numbers = numbers.to(dtype=TORCH_DTYPES[setting.dtype], device=setting.device)
        parts = numbers.split([prod(shape) for shape in outputs])
        return [part.reshape(shape).clone() for part, shape in zip(parts, outputs, strict=True)]

    def like(self, outputs: Sequence[Tensor]) -> list[Tensor]:
        """A tensor for each output, in its format; what those of integers hold means nothing."""
        if self.row is not None:
            return self._row_like(self.row, outputs)
        weights = iter(self.weights([tuple(output.shape) for output in outputs]))
        return [
            torch.tensor(
                [float(weight) for weight in islice(weights, output.numel())], dtype=output.dtype, device=output.device
            ).reshape(output.shape)
            for output in outputs
        ]

    def _row_like(self, row: int, outputs: Sequence[Tensor]) -> list[Tensor]:
        """The same of one element alone: a list of all weights would take longer than the backward pass."""
        found = []
        for output in outputs:
            weights = torch.zeros(output.shape, dtype=output.dtype, device=output.device)
            if 0 <= row < output.numel():
                weights.view(-1)[row] = float(self.factor)
            row -= output.numel()
            found.append(weights)
        return found

    def __str__(self) -> str:
        """What it is, in words: "upstream gradient 2 times g1"."""
        if self.row is not None:
            name = f"the gradient of element {self.row} of the result"
        else:
            name = "upstream gradient 1" if self.number == ONES else f"upstream gradient g{self.number}"
            if self.output is not None:
                name += f" of output {self.output} alone"
        return name if self.factor == 1 else f"{name}, times {float(self.factor):g}"


@lru_cache(maxsize=8)
def _weights(upstream: Upstream, sizes: tuple[int, ...]) -> tuple[Fraction, ...]:
    """The weights of outputs of so many elements: the same upstream gradients are sent again and again."""
    count = sum(sizes)
    if upstream.row is not None:
        return tuple([upstream.factor if at == upstream.row else _ZERO for at in range(count)])
    dense = [1.0] * count if upstream.number == ONES else dense_weights(count, upstream.number)
    first = sum(sizes[: upstream.output]) if upstream.output is not None else 0
    last = count if upstream.output is None else first + sizes[upstream.output]
    return tuple([upstream.factor * Fraction(weight) * (first <= at < last) for at, weight in enumerate(dense)])


UPSTREAMS = (Upstream(DENSE[0]), Upstream(ONES))
"""Those that are sent in other shapes, and in other layouts in memory."""


def fixed_weights(outputs: Sequence[Shape], *, apart: bool) -> dict[tuple[int, int | None], list[Fraction]]:
    """The weights of the fixed upstream gradients, by number and output.

    Args:
        outputs: the shape of each output.
        apart: whether those that weigh one output alone are among them.
    """
    places: list[int | None] = [None, *(range(len(outputs)) if apart and len(outputs) > 1 else ())]
    return {
        (number, output): Upstream(number, output=output).weights(outputs) for output in places for number in _NUMBERS
    }
