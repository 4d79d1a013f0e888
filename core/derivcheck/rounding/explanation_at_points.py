"""What rounding explains of torch's numbers at many points at once: the looks to take, the cheapest first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from torch import Tensor

from derivcheck.autograd.tensors import TorchSetting
from derivcheck.autograd.torch_program import TorchProgram
from derivcheck.model import Mode, Wrt
from derivcheck.rounding.forward_at_points import forward_reaches
from derivcheck.rounding.spreads_at_points import SampledPoints, can_be_sampled, sample_points
from derivcheck.rounding.tape_at_points import program_reaches

ForwardSamples = SampledPoints

Look = Callable[[TorchProgram, Sequence[Tensor], Sequence[Wrt], TorchSetting], list[Tensor | None]]
"""Finds the largest error that is explained, for each number asked for at each point: see `program_reaches`."""


def forward_samples(
    program: TorchProgram, inputs: Sequence[Tensor], wrts: Sequence[Wrt], setting: TorchSetting
) -> ForwardSamples | None:
    """The samples of the forward pass at many points, each to the last bit those of the point alone.

    The arguments are those of `sample_points`.

    Returns:
        None where they would be others: in other modes than the reverse one, and with functions for which torch rounds
        otherwise at the end of a tensor; and where there are so few points that it is not worth while to find out.
    """
    if setting.mode is not Mode.REVERSE or len(inputs[0]) < _LEAST_POINTS or not can_be_sampled(program, setting):
        return None
    return sample_points(program, inputs, wrts, setting)


_LEAST_POINTS = 16


def looks(mode: Mode) -> tuple[Look, ...]:
    """The looks to take until all errors are explained; the tape alone sees how transforms round."""
    tape = partial(program_reaches, few=True), partial(program_reaches, few=False)
    if mode is not Mode.REVERSE:
        return tape
    return partial(forward_reaches, few=True), partial(forward_reaches, few=False), tape[-1]
