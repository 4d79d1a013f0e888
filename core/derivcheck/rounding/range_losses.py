"""Which operation left the format's range first, in the forward pass and outside of it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from torch import Tensor

from derivcheck.autograd.sweeps import TensorFunction
from derivcheck.model import Range, RangeLoss
from derivcheck.numbers import DType
from derivcheck.rounding.nominal import is_false, nominal
from derivcheck.rounding.operations import NEVER_ZERO, NO_POLE_AT_ZERO, UNDERFLOWS


class RangeLosses:
    """The first operation that left the range in each of both passes; an overflow outweighs an underflow.

    Attributes:
        format: whose range it is.
        smallest: the smallest normal number.
    """

    def __init__(self, format: DType) -> None:  # noqa: A002 (the word of this room)
        self.format = format
        self.smallest = 2.0**format.min_exponent
        self._is_forward = False
        self._first: dict[bool, RangeLoss] = {}
        self._lost_in_forward: set[tuple[str, tuple[float, ...]]] = set()

    def __bool__(self) -> bool:
        return bool(self._first)

    @property
    def found(self) -> tuple[RangeLoss, ...]:
        """What was noted: that of the forward pass first."""
        return tuple(self._first[in_forward] for in_forward in (True, False) if in_forward in self._first)

    def marked(self, function: TensorFunction) -> TensorFunction:
        """The function, what it runs marked as the forward pass."""

        def forward_pass(xs: tuple[Tensor, ...]) -> Tensor:
            before, self._is_forward = self._is_forward, True
            try:
                return function(xs)
            finally:
                self._is_forward = before

        return forward_pass

    @contextmanager
    def set_aside(self) -> Iterator[None]:
        """Forget what is noted inside."""
        before = dict(self._first), set(self._lost_in_forward)
        try:
            yield
        finally:
            self._first, self._lost_in_forward = before

    def is_beyond(self, outcome: float) -> bool:
        """Whether a number is none of the format's normal numbers; 0 is none."""
        return not math.isfinite(outcome) or abs(outcome) < self.smallest

    def note_literal(self, loss: RangeLoss) -> None:
        """Note a literal that the format does not hold."""
        if loss.range is Range.OVERFLOW:
            self._first[True] = loss
        self._first.setdefault(True, loss)

    def note(self, name: str, args: tuple[Any, ...], outcome: float | None) -> None:
        """Note an operation, if its unperturbed outcome left the range of the numbers that it was computed from."""
        if outcome is None:
            return
        operands = [nominal(arg) for arg in args if not isinstance(arg, int) or (name == "mul" and arg == 0)]
        numbers = [number for number in operands if number is not None]
        if not numbers or not all(map(math.isfinite, numbers)):
            return
        if math.isinf(outcome) and (0.0 not in numbers or name in NO_POLE_AT_ZERO):
            lost = Range.OVERFLOW
        elif name in UNDERFLOWS and abs(outcome) < self.smallest and (0.0 not in numbers or name in NEVER_ZERO):
            if any(map(is_false, args)):
                return
            lost = Range.UNDERFLOW
        else:
            return
        operation = (name, tuple(numbers))
        if self._is_forward:
            self._lost_in_forward.add(operation)
        in_forward = operation in self._lost_in_forward  # where tangents are computed, f is computed again beside them
        known = self._first.get(in_forward)
        if known is None or (lost is Range.OVERFLOW and known.range is Range.UNDERFLOW):
            self._first[in_forward] = RangeLoss(lost, f"`{name}`", in_forward)
