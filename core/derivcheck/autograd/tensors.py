"""The tensors of exact numbers: literals, named constants and inputs, in the format and on the device of a setting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import torch
from torch import Tensor

from derivcheck.autograd.devices import TORCH_DTYPES
from derivcheck.language import table
from derivcheck.model import Mode
from derivcheck.numbers import DType

_NAMED: Mapping[str, float | bool] = {
    **{row.name: row.number for row in table.CONSTANTS},
    "True": True,
    "False": False,
}


def constant_tensor(value: Fraction | str, dtype: torch.dtype, device: torch.device) -> Tensor:
    """The tensor of a literal or named constant, nearest to the exact number."""
    number = _NAMED[value] if isinstance(value, str) else _float(value)
    return torch.tensor(number, dtype=torch.bool if isinstance(number, bool) else dtype, device=device)


def _float(value: Fraction) -> float:
    """The nearest float64, infinite where it overflows."""
    try:
        return value.numerator / value.denominator  # what `float` does, in half of its time
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")


@dataclass(frozen=True, slots=True)
class TorchSetting:
    """Where and how torch computes: device, format and mode."""

    device: str
    dtype: DType
    mode: Mode

    def literal(self, value: Fraction | str) -> Tensor:
        """The tensor of a literal: rounded once, from the exact number to the format."""
        if isinstance(value, Fraction) and self.dtype is not DType.FLOAT64:
            nearest = self.dtype.nearest(value)
            value = nearest if nearest is not None else value
        return constant_tensor(value, TORCH_DTYPES[self.dtype], torch.device(self.device))

    def shared_literal(self, value: Fraction | str) -> Tensor:
        """The same, one tensor for all that ask: for code that overwrites none of its arguments."""
        return _shared_literal(self.device, self.dtype, value)

    def tensor(self, value: Fraction, shape: tuple[int, ...] = ()) -> Tensor:
        """An input: a number that the format holds exactly, as often as the shape has places."""
        # `torch.tensor`, which looks first what it was given, takes twice as long.
        return torch.full(shape, _float(value), dtype=TORCH_DTYPES[self.dtype], device=self.device)


@lru_cache(maxsize=1024)
def _shared_literal(device: str, dtype: DType, value: Fraction | str) -> Tensor:
    return TorchSetting(device, dtype, Mode.REVERSE).literal(value)
