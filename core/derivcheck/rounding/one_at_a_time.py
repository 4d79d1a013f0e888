"""What rounding explains of a function that mixes its samples: the perturbed tape, run for one sample at a time.

The tape's samples lie along an axis, so it needs a function that works element by element. One that stacks its
arguments, takes a norm, a product or a softmax of them, or solves an equation, mixes the samples or hides them in
tensors of another shape. It runs once for each sample instead, on the 0-d tensors that it was written for.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from derivcheck.autograd.engines import derivatives
from derivcheck.autograd.gradients import differentiate
from derivcheck.autograd.sweeps import TensorFunction
from derivcheck.autograd.tensors import Setting
from derivcheck.model import Spread, Wrt
from derivcheck.numbers import DType
from derivcheck.rounding.operations import MOVES
from derivcheck.rounding.sample_tape import Asked, SampleTape, uncompiled
from derivcheck.rounding.tape import function_spreads, with_wide
from derivcheck.verdict.criterion import CRITERION

SAMPLES = 16
"""So many samples are run: a quarter of those that an axis carries, for each takes as long as all of those."""

_CALLS = 8
"""How often a function is called to see whether it returns the same: half of the calls may meet the same half."""


def any_function_spreads(
    function: TensorFunction,
    variables: Sequence[str],
    inputs: tuple[Tensor, ...],
    wrts: Sequence[Wrt],
    setting: Setting,
) -> list[Spread | None]:
    """The spread of the value (for the empty wrt) and of each derivative of any function of 0-d tensors.

    Args:
        function: what to differentiate.
        variables: the names of its arguments, in order.
        inputs: a 0-d tensor for each.
        wrts: what is asked for.
        setting: device, format and mode.

    Returns:
        A Spread for each of `wrts`, None where torch raised, or where the function returns something else each time.
    """
    asked = Asked(function, variables, inputs, wrts, setting)
    if _is_elementwise(asked):
        with uncompiled():
            return function_spreads(*asked)
    return _one_at_a_time(asked)


def _one_at_a_time(asked: Asked) -> list[Spread | None]:
    tape = SampleTape(asked.setting)
    runs = [tape.run(asked)]
    tape.perturbs = True
    runs += [tape.run(asked) for _ in range(SAMPLES)]
    alone, *again = (differentiate(*asked) for _ in range(_CALLS))
    if any(repr(one.value) != repr(other.value) for more in again for one, other in zip(alone, more, strict=True)):
        return [None] * len(asked.wrts)  # a dropout: what differs by itself is not for rounding to explain
    if any(repr(gradient.value) != repr(number) for gradient, number in zip(alone, runs[0], strict=True)):
        runs[1:] += _beside(asked)
        runs[0] = [gradient.value for gradient in alone]
    tape.count = len(runs)
    found = [None if samples[0] is None else tape.spread(_column(samples)) for samples in zip(*runs, strict=True)]
    if asked.setting.dtype is DType.FLOAT64 or not tape.losses:
        return found
    widened = tuple(tensor.cpu().double() for tensor in asked.inputs)
    wide = asked._replace(inputs=widened, setting=Setting("cpu", DType.FLOAT64, asked.setting.mode))
    return with_wide(found, differentiate(*wide), _one_at_a_time(wide), in_forward=True)


def _beside(asked: Asked) -> list[list[float | None]]:
    """The same numbers off the tape, beside the point: each argument in turn an ulp down and an ulp up.

    Some functions go another way where somebody watches, as prod does, and then the tape has not seen what torch does.
    """
    found = []
    for index, tensor in enumerate(asked.inputs):
        for end in (-math.inf, math.inf) if tensor != 0 else ():
            moved = torch.nextafter(tensor, torch.full_like(tensor, end))
            beside = (*asked.inputs[:index], moved, *asked.inputs[index + 1 :])
            found.append([gradient.value for gradient in differentiate(*asked._replace(inputs=beside))])
    return found


def _column(samples: Sequence[float | None]) -> Tensor:
    return torch.tensor([math.nan if sample is None else sample for sample in samples], dtype=torch.float64)


def _is_elementwise(asked: Asked) -> bool:
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


class _Shapes(TorchDispatchMode):
    """Notes whether anything is computed on tensors that are no batch of numbers.

    Attributes:
        mixed: whether it is.
    """

    def __init__(self, count: int) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.count = count
        self.mixed = False

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """Torch's own hook: see the tape's."""
        return False

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        result = func(*args, **(kwargs or {}))
        if func.overloadpacket.__name__ not in MOVES:
            for part in result if isinstance(result, tuple) else (result,):
                if not isinstance(part, Tensor) or not part.dim():
                    continue
                mixed = part.is_complex() or (part.is_floating_point() and part.shape != (self.count,))
                self.mixed = self.mixed or mixed
        return result
