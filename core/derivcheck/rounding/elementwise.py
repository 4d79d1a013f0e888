"""Whether a function works element by element, so that samples along an axis pass through it without being mixed."""

from __future__ import annotations

import math
from typing import Any

from torch import Tensor

from derivcheck.autograd.engines import derivatives
from derivcheck.autograd.gradients import differentiate
from derivcheck.rounding.asked_function import Asked, uncompiled
from derivcheck.rounding.nominal import with_storage
from derivcheck.rounding.operations import MOVES, described
from derivcheck.rounding.watching import Watching
from derivcheck.verdict.criterion import CRITERION


def is_elementwise(asked: Asked) -> bool:
    """Whether a batch of one and the same point, as long as the tape's, passes through in one piece.

    It has to give one number, to half of its digits: vector kernels differ from scalar ones in the last of them, more
    so where they cancel.
    """
    count = CRITERION.samples + 1
    watch = _Shapes(count)
    copies = tuple(tensor.expand(count).clone() for tensor in asked.inputs)
    with uncompiled(), watch:
        outcomes = derivatives(asked.function, asked.variables, copies, asked.wrts, asked.setting.mode)
    if watch.mixed:
        return False
    dtype = asked.setting.dtype
    for outcome, gradient in zip(outcomes, differentiate(*asked), strict=True):
        if gradient.value is None:
            continue
        if not isinstance(outcome, Tensor) or outcome.shape != (count,):
            return False
        numbers = outcome.detach().double().tolist()
        if not math.isfinite(gradient.value):
            if any(map(math.isfinite, numbers)):
                return False
            continue
        allowed = abs(gradient.value) * 10.0 ** (-dtype.digits / 2) + float(dtype.smallest_subnormal)
        if not all(abs(number - gradient.value) <= allowed for number in numbers):
            return False
    return True


class _Shapes(Watching):
    """Notes whether anything is computed on tensors that are no batch of numbers.

    Attributes:
        mixed: whether it is.
    """

    def __init__(self, count: int) -> None:
        super().__init__()
        self.count = count
        self.mixed = False

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        name, scalar, _ = described(func)
        result = func(*map(with_storage, args) if scalar else args, **(kwargs or {}))
        if name not in MOVES:
            for part in result if isinstance(result, tuple) else (result,):
                if not isinstance(part, Tensor) or not part.dim():
                    continue
                mixed = part.is_complex() or (part.is_floating_point() and part.shape != (self.count,))
                self.mixed = self.mixed or mixed
        return result
