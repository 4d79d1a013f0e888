"""One sample a run, in tensors of whatever shape: for a function that combines the numbers of its tensors."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from derivcheck.autograd.devices import TORCH_DTYPES
from derivcheck.numbers import DType
from derivcheck.rounding.draws import NumberDraws
from derivcheck.rounding.exactness import is_exact
from derivcheck.rounding.moving import moved, with_either_sign
from derivcheck.rounding.nominal import rows_of_numbers
from derivcheck.rounding.operations import MOVES, NEVER_ROUNDS, SELECTIONS, ULPS
from derivcheck.rounding.range_losses import RangeLosses
from derivcheck.verdict.criterion import CRITERION


class OneSample:
    """One sample: that of the first run is left unperturbed, in those that follow every number is moved by itself.

    The attributes, and what the methods are for, are those of `samples.Samples`.

    Args:
        losses: where the unperturbed run left the range.
        draws: the steps of all perturbed runs; None in the unperturbed one.
    """

    axes = 0
    moved_only = MOVES | SELECTIONS
    constants = None  # an argument of the function's cannot be told from one

    def __init__(self, losses: RangeLosses, draws: NumberDraws | None) -> None:
        self.format = losses.format
        self.dtype = TORCH_DTYPES[self.format]
        self.losses = losses
        self.moves = draws is not None
        self._draws = draws

    def repeat(self, tensor: Tensor) -> Tensor:
        """The tensor itself."""
        return tensor

    def holds(self, args: tuple[Any, ...], result: Any) -> bool:  # noqa: ARG002 (of samples with an axis)
        """Whether a result is of the format, or a complex number of two of it; a sparse one is its numbers', beside."""
        if not isinstance(result, Tensor) or result.layout is not torch.strided:
            return False
        return result.dtype.to_real() is self.dtype and not result.is_meta

    def steps(self, like: Tensor) -> Tensor:
        """A step for every number."""
        assert self._draws is not None
        return self._draws.next(like.shape).to(like.device)

    def rounded(self, name: str, args: tuple[Any, ...], result: Tensor) -> Tensor:
        """A result with its numbers perturbed, but those that are exact; unperturbed, where one left the range."""
        if not self.moves:
            self._note_ranges(name, args, result)
            return result
        if name in NEVER_ROUNDS:
            return result
        if result.is_complex():
            parts = torch.view_as_real(result.resolve_conj())
            return torch.view_as_complex(moved(parts, self.steps(parts)))
        steps = ULPS.get(name, 1) * self.steps(result)
        rows = rows_of_numbers(args, result)
        if rows is None:
            return moved(with_either_sign(result, steps), steps)
        outcomes = [row[-1] for row in rows]
        if 0.0 in outcomes:
            result = with_either_sign(result, steps)
        exact = [is_exact(name, row[:-1], row[-1]) for row in rows]
        if any(exact):
            steps = steps.masked_fill(torch.tensor(exact).reshape(result.shape).to(result.device), 0)
        return moved(result, steps, plain=0.0 not in outcomes and math.isfinite(sum(outcomes)))

    def _note_ranges(self, name: str, args: tuple[Any, ...], result: Tensor) -> None:
        """Note where a number left the range, by itself or among others."""
        rows = rows_of_numbers(args, result, with_conditions=True)
        if rows is not None:
            for *operands, outcome in rows:
                if self.losses.is_beyond(outcome):
                    self.losses.note(name, tuple(operands), outcome)
        elif result.isinf().any():
            numbers = [arg for arg in args if isinstance(arg, Tensor) and arg.numel() and arg.dtype is not torch.bool]
            self.losses.note(name, tuple([float(arg.abs().max()) for arg in numbers]), math.inf)


def number_draws(dtype: DType) -> NumberDraws:
    """The steps of all perturbed runs of a function."""
    return NumberDraws(TORCH_DTYPES[dtype], CRITERION.seed)
