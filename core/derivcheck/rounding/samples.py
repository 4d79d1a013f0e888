"""What the tape asks of whoever holds the samples: how they lie in tensors, and how they are perturbed."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Protocol

import torch
from torch import Tensor

from derivcheck.autograd.devices import TORCH_DTYPES
from derivcheck.numbers import DType
from derivcheck.rounding.range_losses import RangeLosses


class Samples(Protocol):
    """The samples of the numbers of one run.

    Attributes:
        format: what is rounded to.
        dtype: torch's name of it.
        axes: how many axes of a tensor are those of samples, and of points; 0: there is one sample, in any shape.
        moved_only: the operations that move numbers and compute none.
        losses: where the run left the range.
        moves: whether numbers are perturbed at all; otherwise it is only noted where the range is left.
    """

    format: DType
    dtype: torch.dtype
    axes: int
    moved_only: frozenset[str]
    losses: RangeLosses
    moves: bool

    @property
    def constants(self) -> Constants | None:
        """The samples of constants; None where these cannot be told from variables."""

    def repeat(self, tensor: Tensor) -> Tensor:
        """The samples of a 0-d tensor before they are perturbed."""

    def holds(self, args: tuple[Any, ...], result: Any) -> bool:
        """Whether the result of an operation on these arguments is a number that is rounded, or the samples of one."""

    def steps(self, like: Tensor) -> Tensor:
        """A step of -1, 0 or 1 ulp for each sample."""

    def rounded(self, name: str, args: tuple[Any, ...], result: Tensor) -> Tensor:
        """The result of an operation, perturbed where the operation has rounded."""


class Constants(Protocol):
    """The samples of constants, the same wherever a constant is used."""

    def samples_of(self, value: Any) -> Any:
        """The samples of a 0-d tensor that holds a rounded number, such as 0.1; anything else as it is."""

    def steps_of(self, constant: Fraction | str | float, drawn: Tensor) -> Tensor:
        """The steps of a constant: those that were drawn where it was first met."""


def wider_formats(format: DType) -> frozenset[torch.dtype]:  # noqa: A002 (the word of this room)
    """The format, and those that hold more digits."""
    return frozenset(TORCH_DTYPES[dtype] for dtype in TORCH_DTYPES if dtype.precision >= format.precision)
