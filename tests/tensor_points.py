"""Points with shapes, as tests write them."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import torch
from torch import Tensor

from derivcheck.autograd.devices import TORCH_DTYPES
from derivcheck.model.point import Coordinate
from derivcheck.model.shaped_values import ShapedPoint, ShapedValue
from derivcheck.numbers import DType

Numbers = float | Sequence["Numbers"]


def shaped_value(numbers: Numbers | Tensor, dtype: DType = DType.FLOAT64, *, is_integer: bool = False) -> ShapedValue:
    """The value that a tensor of the dtype holds where somebody typed these numbers."""
    tensor = torch.as_tensor(numbers, dtype=torch.int64 if is_integer else TORCH_DTYPES[dtype])
    exact = [Fraction(number) for number in tensor.reshape(-1).tolist()]
    elements = tuple([Coordinate(str(number), number, number) for number in exact])
    return ShapedValue(str(tensor.tolist()), tuple(tensor.shape), elements, is_integer)


def shaped_point(values: dict[str, Numbers | Tensor], dtype: DType = DType.FLOAT64, integers: str = "") -> ShapedPoint:
    """A point, of which the variables named by one letter each in `integers` are integers."""
    return {name: shaped_value(numbers, dtype, is_integer=name in integers) for name, numbers in values.items()}
