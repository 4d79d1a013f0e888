"""Samples of tensors of any shape: every number of every tensor is moved by itself, wherever its sample stands.

torch.vmap runs a function for many samples at once, and puts their axis where it likes. Nothing has to know where:
numbers are moved one by one, and whether a step is exact is asked of each by itself.
"""

from __future__ import annotations

import math
from enum import Enum, auto
from typing import Any

import torch
from torch import Tensor

from derivcheck.autograd.devices import TORCH_DTYPES
from derivcheck.numbers import DType
from derivcheck.rounding.draws import PooledDraws
from derivcheck.rounding.exactness_at_points import exact_numbers
from derivcheck.rounding.moving import moved, moved_parts, with_either_sign
from derivcheck.rounding.operations import (
    CANCELLING,
    MOVES,
    NEVER_ROUNDS,
    NEVER_ZERO,
    ROUNDS_COMPLEX,
    SELECTIONS,
    ULPS,
    ULPS_OF_COMPLEX,
    UNDERFLOWS,
)
from derivcheck.rounding.range_losses import RangeLosses

_MANY = 200_000
"""So many numbers are moved without a look at whether each is exact: then a little more is explained."""


class Look(Enum):
    """What a run is for."""

    NOMINAL = auto()
    """Nothing is moved; it is noted where the range is left."""
    MOVED = auto()
    """Every number is moved by a step of its own."""
    EXTREME = auto()
    """What left the range comes back as the last number within: whatever depends on it changes."""


class SamplesInBatch:
    """The samples of one run.

    The attributes, and what the methods are for, are those of `samples.Samples`.

    Args:
        losses: where the unperturbed run left the range.
        look: what the run is for.
        draws: the steps of all perturbed runs.

    Attributes:
        operations: how many operations torch ran, those not counted into which the tape takes one apart.
        calls: how many results there were, and
        numbers: how many numbers in all of them, and
        widest: in the largest.
    """

    axes = 0
    moved_only = MOVES | SELECTIONS | {"to"}
    constants = None  # the literals are moved before the run, and what else is constant is no number of the user's

    def __init__(self, losses: RangeLosses, look: Look, draws: PooledDraws) -> None:
        self.format: DType = losses.format
        self.dtype = TORCH_DTYPES[self.format]
        self.losses = losses
        self.look = look
        self.moves = look is Look.MOVED
        self.operations = 0
        self.calls = 0
        self.numbers = 0
        self.widest = 0
        self._draws = draws

    def repeat(self, tensor: Tensor) -> Tensor:
        """The tensor itself."""
        return tensor

    def holds(self, args: tuple[Any, ...], result: Any) -> bool:  # noqa: ARG002 (of samples with an axis)
        """Whether a result is of the format, or a complex number of two of it."""
        if not isinstance(result, Tensor) or result.layout is not torch.strided or result.is_meta:
            return False
        return result.dtype.to_real() is self.dtype and not torch._is_zerotensor(result)

    def steps(self, like: Tensor) -> Tensor:
        """A step for every number."""
        return self._draws.next(like.shape).to(like.device)

    def rounded(self, name: str, args: tuple[Any, ...], result: Tensor) -> Tensor:
        """A result as the run wants it: moved, but what is exact; or back within the range."""
        self.calls += 1
        self.numbers += result.numel()
        self.widest = max(self.widest, result.numel())
        if not self.moves:
            return result if result.is_complex() else self._in_range(name, args, result)
        if name in NEVER_ROUNDS and not (name in ROUNDS_COMPLEX and args and args[0].is_complex()):
            return result
        if result.is_complex():
            steps = self.steps(torch.view_as_real(result.resolve_conj().resolve_neg()))
            return moved_parts(result, ULPS_OF_COMPLEX.get(name, 1) * steps)
        steps = self.steps(result)
        if name in ULPS:
            steps = ULPS[name] * steps
        if name in CANCELLING:
            result = with_either_sign(result, steps)
        exact = self._exact(name, args, result)
        return moved(result, steps if exact is None else steps.masked_fill(exact, 0))

    def _exact(self, name: str, args: tuple[Any, ...], result: Tensor) -> Tensor | None:
        """Which numbers are exact; None where an operation combines numbers of its arguments, and of very many."""
        if result.numel() > _MANY:
            return None
        try:
            return exact_numbers(name, args, result)
        except (RuntimeError, KeyError, IndexError):
            return None

    def _in_range(self, name: str, args: tuple[Any, ...], result: Tensor) -> Tensor:
        """A result of which it is noted where it left the range; in the extreme run it comes back."""
        numbers = [arg for arg in args if isinstance(arg, Tensor) and arg.is_floating_point() and arg.numel()]
        beyond = result.isinf()
        if bool(beyond.any()) and all(bool(arg.isfinite().all()) or arg.shape == result.shape for arg in numbers):
            beyond = self._lost(beyond, numbers, result)
        else:
            beyond = torch.zeros_like(beyond)
        below = torch.zeros_like(beyond)
        if name in UNDERFLOWS:
            below = self._lost(result.abs() < self.losses.smallest, numbers, result)
            if name not in NEVER_ZERO:
                factors = [arg for arg in args if isinstance(arg, Tensor) and arg.numel()]  # a mask among them
                for arg in factors:
                    below = below & (arg != 0) if _fits(arg, result) else below & bool((arg != 0).any())
        for lost in (beyond, below):
            if bool(lost.any()):
                self._note(name, args, result, int(lost.reshape(-1).long().argmax()))
        if self.look is Look.EXTREME:
            smallest = torch.full_like(result, self.losses.smallest)
            result = torch.where(beyond, torch.sign(result) * torch.finfo(self.dtype).max, result)
            result = torch.where(below, torch.where(result < 0, -smallest, smallest), result)
        return result

    def _lost(self, lost: Tensor, numbers: list[Tensor], result: Tensor) -> Tensor:
        """Those that were lost here, where the operands were finite."""
        for arg in numbers:
            if _fits(arg, result):
                lost = lost & arg.isfinite()
        return lost

    def _note(self, name: str, args: tuple[Any, ...], result: Tensor, place: int) -> None:
        """Note one number that left the range, with the operands that it was computed from."""
        operands: list[float] = []
        for arg in args:
            if isinstance(arg, Tensor) and not arg.is_complex() and arg.numel():
                number = arg.expand_as(result).reshape(-1)[place] if _fits(arg, result) else arg.double().abs().max()
                operands.append(float(number))
        self.losses.note(name, tuple(operands), float(result.reshape(-1)[place]))


def _fits(arg: Tensor, result: Tensor) -> bool:
    """Whether an argument has a number for each of a result's."""
    if arg.dim() > result.dim() or torch._is_zerotensor(arg):
        return False
    pairs = zip(reversed(arg.shape), reversed(result.shape), strict=False)
    return all(size in {1, whole} for size, whole in pairs) and math.prod(arg.shape) <= result.numel()
