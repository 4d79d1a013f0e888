"""The samples of one point, along the first axis of each tensor: one run of an elementwise function gives them all."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from torch import Tensor

from derivcheck.autograd.devices import TORCH_DTYPES
from derivcheck.numbers import DType
from derivcheck.rounding.draws import OperationDraws
from derivcheck.rounding.exactness import is_exact
from derivcheck.rounding.moving import moved, with_either_sign
from derivcheck.rounding.nominal import are_plain, first_samples, is_perturbed, nominal, sample_list
from derivcheck.rounding.operations import MOVES, NEVER_ROUNDS, ULPS
from derivcheck.rounding.range_losses import RangeLosses
from derivcheck.rounding.same_operations import occasion
from derivcheck.rounding.sampled_constants import SharedConstants
from derivcheck.rounding.samples import wider_formats
from derivcheck.verdict.criterion import CRITERION


class SamplesOnAxis:
    """The first sample is left unperturbed: it tells whether an operation was exact on the numbers at hand.

    Then there is nothing to perturb, as in `n - 5` with n = 4.0. The first sample also tells where the range was left.
    The attributes, and what the methods are for, are those of `samples.Samples`.
    """

    moves = True
    axes = 1
    moved_only = MOVES

    def __init__(self, format: DType) -> None:  # noqa: A002 (the word of this room)
        self.format = format
        self.dtype = TORCH_DTYPES[format]
        self.losses = RangeLosses(format)
        self.count = CRITERION.samples + 1
        self._shape = (self.count,)
        self._formats = wider_formats(format)
        self._draws = OperationDraws(self.dtype, CRITERION.seed, self.count)
        self.constants = SharedConstants(self)
        self._known: dict[Hashable, Tensor] = {}

    def repeat(self, tensor: Tensor) -> Tensor:
        """The 0-d tensor repeated along the axis."""
        return tensor.expand(self.count).clone()

    def holds(self, args: tuple[Any, ...], result: Any) -> bool:
        """Whether a result is of the format or a wider one, and has the axis; or else is a constant."""
        if not isinstance(result, Tensor) or result.dtype not in self._formats or result.is_meta:
            return False
        if result.dim():
            return result.shape[0] == self.count
        return result.dtype is self.dtype and not any(
            isinstance(arg, Tensor) and arg.dim() for arg in args
        )  # else a sum over the samples

    def steps(self, like: Tensor) -> Tensor:
        """A step for every sample, 0 for the first.

        Every operation draws one, whether it needs it or not, so that the n-th operation has the same at every point.
        """
        if like.dim() > 1:
            return self._draws.of_shape(like.shape).to(like.device)
        steps = self._draws.next()
        return steps if like.is_cpu else steps.to(like.device)

    def shares(self) -> Tensor:
        """A step for every sample of a result that has no other axis, as shares of its numbers: `moving.shares_of`."""
        return self._draws.next_shares()

    def rounded(self, name: str, args: tuple[Any, ...], result: Tensor) -> Tensor:
        """A result with its samples perturbed, unless the operation is exact; where it left the range is noted.

        A zero has no exact sign: of x - x in some samples it is the other one.
        """
        numbers = sample_list(result)
        outcome = nominal(result) if numbers is None else numbers[0]
        assert outcome is not None  # a result that is held is no condition
        steps = self.steps(result)
        if self.losses.is_beyond(outcome) and result.dtype is self.dtype:
            self.losses.note(name, args, outcome)
        if outcome == 0 and result.dim():
            result = with_either_sign(result, steps)
        if name in NEVER_ROUNDS or (
            not any(map(is_perturbed, args)) and is_exact(name, list(map(nominal, args)), outcome)
        ):
            return result
        ulps = ULPS.get(name, 1)
        steps = self._again(name, args, steps)
        steps = steps if ulps == 1 else ulps * steps
        # A constant that is computed, 1/3 or log(2), rounds as well: it gets samples of its own.
        return moved(result if result.dim() else self.repeat(result), steps, plain=are_plain(numbers))

    def _again(self, name: str, args: tuple[Any, ...], steps: Tensor) -> Tensor:
        """The steps of an operation: those that were drawn, or those of an earlier one that gave the same floats."""
        samples = list(map(first_samples, args))
        if any(sample is None and arg is not None for sample, arg in zip(samples, args, strict=True)):
            return steps  # what else has an influence is not known
        return self._known.setdefault(occasion(name, samples), steps)
